//  Columns of a table: which are shown, in what width, chosen by the reader.
//
//  Columns that do not fit give way, the least important first. The choice is kept in
//  this browser only; without storage it lasts as long as the page.

import { h } from '../dom.js';

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label
 * @property {number} width   smallest width, pixels
 * @property {number} [grow]  share of the width left over; 0: fixed
 * @property {number} [rank]  what gives way first: the highest; 0 always stays
 * @property {boolean} [end]  right-aligned
 * @property {boolean} [off]  not shown until chosen
 * @property {string} [kind]  class names of its cells
 * @property {string} [sort]  name the server sorts by
 * @property {boolean} [latest] sorts from the highest first
 * @property {(item: any) => string} [text]
 * @property {(cell: HTMLElement, item: any) => void} [paint] instead of `text`
 */

/** On a narrow screen columns are this share of their width: the letters are smaller there. */
const NARROW = 0.82;
const NARROW_BELOW = 480;

/**
 * Smallest width of a column in a table of a width.
 * @param {Column} column @param {number} table pixels
 */
const widthIn = (column, table) => (table < NARROW_BELOW ? Math.round(column.width * NARROW) : column.width);

/**
 * Smallest width of a row.
 * @param {readonly Column[]} columns @param {number} table pixels
 */
export const widthOf = (columns, table) => columns.reduce((sum, column) => sum + widthIn(column, table), 16);

/**
 * The columns that fit.
 * @param {readonly Column[]} columns those chosen
 * @param {number} width
 * @returns {Column[]} in their order
 */
export function fitting(columns, width) {
  const kept = [...columns];
  while (widthOf(kept, width) > width) {
    const least = kept.reduce((worst, column) => ((column.rank ?? 1) >= (worst.rank ?? 1) ? column : worst), kept[0]);
    if (!least || (least.rank ?? 1) === 0) break;
    kept.splice(kept.indexOf(least), 1);
  }
  return kept;
}

/**
 * Value for `grid-template-columns`.
 * @param {readonly Column[]} columns
 * @param {number} table pixels
 * @returns {string}
 */
export function tracks(columns, table) {
  return columns.map((column) => {
    const width = widthIn(column, table);
    return column.grow ? `minmax(${width}px, ${column.grow}fr)` : `${width}px`;
  }).join(' ');
}

/** What the reader chose to see. */
export class Choice {
  #key;
  /** @type {Set<string>} */
  #shown;

  /** @param {string} name of the table @param {readonly Column[]} columns */
  constructor(name, columns) {
    this.#key = `table.${name}.columns`;
    this.columns = columns;
    this.#shown = new Set(read(this.#key) ?? columns.filter((column) => !column.off).map((column) => column.id));
  }

  /** @returns {Column[]} */
  get shown() {
    return this.columns.filter((column) => this.#shown.has(column.id) || column.rank === 0);
  }

  /** @param {string} id @param {boolean} on */
  set(id, on) {
    if (on) this.#shown.add(id);
    else this.#shown.delete(id);
    try {
      localStorage.setItem(this.#key, JSON.stringify([...this.#shown]));
    } catch {
      // Storage may be forbidden or full: the choice then ends with the page.
    }
  }

  /**
   * Check boxes to choose by.
   * @param {() => void} changed
   * @returns {HTMLElement[]}
   */
  boxes(changed) {
    return this.columns.map((column) => h('label', {},
      h('input', {
        type: 'checkbox',
        checked: this.#shown.has(column.id) || column.rank === 0,
        disabled: column.rank === 0,
        onchange: (/** @type {any} */ event) => {
          this.set(column.id, event.target.checked);
          changed();
        },
      }),
      column.label));
  }
}

/** @param {string} key @returns {string[] | null} */
function read(key) {
  try {
    const list = JSON.parse(localStorage.getItem(key) ?? 'null');
    return Array.isArray(list) ? list : null;
  } catch {
    return null;
  }
}
