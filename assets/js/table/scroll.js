//  Where a table of any length is scrolled to.
//
//  Browsers cannot make an element as tall as a million rows need. Beyond `LIMIT` the
//  element stays at that height and its scroll position stands for a larger, virtual one:
//  a short move moves as many pixels of the table, a long one (the bar dragged, a jump)
//  takes the same share of both. Resting positions are brought into line by `settled`.

/** Tallest element that all engines lay out without rounding, pixels. */
export const LIMIT = 8_000_000;

export class ScrollMap {
  rows = 0;
  /** Height of a row, pixels. */
  row = 26;
  /** Height that shows rows, pixels. */
  view = 0;
  /** Virtual scroll position, pixels from the first row. */
  top = 0;
  /** The element's scroll position. */
  physical = 0;

  /** Height of all rows. */
  get full() { return this.rows * this.row; }
  /** Height to give the element. */
  get height() { return Math.min(this.full, LIMIT); }
  get scaled() { return this.full > LIMIT; }
  /** Largest virtual position. */
  get end() { return Math.max(0, this.full - this.view); }
  /** Largest position of the element. */
  get physicalEnd() { return Math.max(0, this.height - this.view); }

  /**
   * Takes in the element's scroll position.
   * @param {number} physical
   */
  scrolled(physical) {
    const moved = physical - this.physical;
    this.physical = physical;
    if (!this.scaled) this.top = physical;
    else if (physical <= 0) this.top = 0;
    else if (physical >= this.physicalEnd - 1) this.top = this.end;
    else if (Math.abs(moved) <= this.view) this.top += moved;
    else this.top = (physical / this.physicalEnd) * this.end;
    this.top = clamp(this.top, 0, this.end);
  }

  /**
   * The position the element should rest at; never the very ends unless the table is there.
   * @returns {number}
   */
  settled() {
    if (!this.scaled) return this.top;
    if (this.top <= 0) return 0;
    if (this.top >= this.end) return this.physicalEnd;
    return clamp((this.top / this.end) * this.physicalEnd, 1, this.physicalEnd - 2);
  }

  /**
   * Moves to a virtual position.
   * @param {number} top
   * @returns {number} what to set the element's scroll position to
   */
  to(top) {
    this.top = clamp(top, 0, this.end);
    this.physical = this.settled();
    return this.physical;
  }

  /**
   * Moves as little as needed so that a row is wholly seen.
   * @param {number} index
   * @returns {number} what to set the element's scroll position to
   */
  reveal(index) {
    const start = index * this.row;
    if (start < this.top) return this.to(start);
    if (start + this.row > this.top + this.view) return this.to(start + this.row - this.view);
    return this.physical;
  }

  /**
   * Rows to draw: those seen and some beyond.
   * @param {number} beyond
   * @returns {{ first: number, last: number }} last is exclusive
   */
  window(beyond) {
    const first = Math.floor(this.top / this.row) - beyond;
    const last = Math.ceil((this.top + this.view) / this.row) + beyond;
    return { first: Math.max(0, first), last: Math.min(this.rows, last) };
  }

  /** Index of the first row seen. */
  get firstSeen() { return Math.floor(this.top / this.row); }
  /** Rows that fit, whole. */
  get fits() { return Math.max(1, Math.floor(this.view / this.row)); }
}

/** @param {number} value @param {number} low @param {number} high */
function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
