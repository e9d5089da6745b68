//  Which rows are chosen: some by their identifiers, or all that the filter shows.

export class Selection {
  /** Whether everything the filter shows is chosen. */
  all = false;
  /** @type {Set<string>} */
  ids = new Set();
  /** Row a range starts from. */
  anchor = 0;

  /** @param {string} id */
  has(id) { return this.all || this.ids.has(id); }

  get empty() { return !this.all && this.ids.size === 0; }

  /** How many. @param {number} total rows the filter shows */
  count(total) { return this.all ? total : this.ids.size; }

  clear() {
    this.all = false;
    this.ids.clear();
  }

  /** @param {string} id @param {number} index */
  only(id, index) {
    this.clear();
    this.ids.add(id);
    this.anchor = index;
  }

  /** @param {string} id @param {number} index */
  toggle(id, index) {
    this.all = false;
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = index;
  }

  /** @param {Iterable<string>} ids those from the anchor to here */
  range(ids) {
    this.all = false;
    this.ids = new Set(ids);
  }
}
