//  The rows that are drawn: a fixed set of elements that changes its content.
//
//  An element is bound to index modulo count, so scrolling by one row changes one
//  element. Positions are written through CSSOM; text only where it differs.

import { h } from '../dom.js';

/** @typedef {import('./columns.js').Column} Column */
/**
 * @typedef {object} Look what a row shows beside its cells
 * @property {boolean} chosen
 * @property {boolean} active
 * @property {string} state
 * @property {boolean} fresh
 */
/** @typedef {{ element: HTMLElement, cells: HTMLElement[], index: number, item: any, look: string }} Slot */

export class Rows {
  /** @type {Slot[]} */
  #slots = [];
  /** @type {readonly Column[]} */
  #columns = [];
  #layer;
  #id;
  /** Row that stands at the layer's top; moved along so that offsets stay small. */
  base = 0;

  /** @param {HTMLElement} layer @param {string} id prefix of the rows' ids */
  constructor(layer, id) {
    this.#layer = layer;
    this.#id = id;
  }

  /** @param {readonly Column[]} columns */
  reset(columns) {
    this.#columns = columns;
    this.#slots = [];
    this.#layer.replaceChildren();
  }

  /** Takes every row as not painted yet. */
  forget() {
    for (const slot of this.#slots) slot.item = undefined;
  }

  /** @param {number} index @returns {string} the id of the element that shows a row */
  idOf(index) {
    return `${this.#id}-${this.#slots.length ? index % this.#slots.length : 0}`;
  }

  /** @param {Element} element @returns {number} the index of the row an element lies in, or -1 */
  indexOf(element) {
    const row = element.closest('.tr');
    return this.#slots.find((slot) => slot.element === row)?.index ?? -1;
  }

  /**
   * Draws the rows from `first` up to, not including, `last`.
   * @param {number} first
   * @param {number} last
   * @param {number} height of a row
   * @param {(index: number) => any} at the row's item, undefined while it is not here
   * @param {(item: any, index: number) => Look} look
   */
  draw(first, last, height, at, look) {
    const count = Math.max(this.#slots.length, last - first);
    while (this.#slots.length < count) this.#grow();
    if (first < this.base || (first - this.base) * height > 4_000_000 || last === 0) this.#rebase(first);
    for (let index = first; index < first + this.#slots.length; index += 1) {
      const slot = this.#slots[index % this.#slots.length];
      const inside = index < last;
      if (slot.element.hidden === inside) slot.element.hidden = !inside;
      if (inside) this.#paint(slot, index, height, at(index), look);
      else slot.index = -1;
    }
  }

  #grow() {
    const element = h('div', { class: 'tr', role: 'row', id: `${this.#id}-${this.#slots.length}` });
    const cells = this.#columns.map((column, n) => h('div', {
      class: `td ${column.kind ?? ''} ${column.end ? 'end' : ''}`.trim(), role: 'gridcell', 'aria-colindex': n + 1,
    }));
    element.append(...cells);
    this.#layer.append(element);
    this.#slots.push({ element, cells, index: -1, item: undefined, look: '' });
    // The binding of rows to elements depends on their count.
    for (const slot of this.#slots) slot.index = -1;
  }

  /** @param {number} first */
  #rebase(first) {
    this.base = first;
    for (const slot of this.#slots) slot.index = -1;
  }

  /** @param {Slot} slot @param {number} index @param {number} height @param {any} item @param {(item: any, index: number) => Look} look */
  #paint(slot, index, height, item, look) {
    if (slot.index !== index) {
      slot.element.style.transform = `translateY(${(index - this.base) * height}px)`;
      slot.element.setAttribute('aria-rowindex', String(index + 2));
      slot.index = index;
    }
    if (slot.item !== item || item === undefined) {
      slot.item = item;
      slot.element.classList.toggle('loading', item === undefined);
      slot.cells.forEach((cell, n) => paintCell(cell, this.#columns[n], item));
    }
    const { chosen, active, state, fresh } = look(item, index);
    const key = `${chosen}${active}${state}${fresh}`;
    if (slot.look === key) return;
    slot.look = key;
    slot.element.classList.toggle('chosen', chosen);
    slot.element.classList.toggle('active', active);
    slot.element.classList.toggle('fresh', fresh);
    slot.element.setAttribute('aria-selected', String(chosen));
    if (state) slot.element.dataset.state = state;
    else delete slot.element.dataset.state;
  }
}

/** @param {HTMLElement} cell @param {Column} column @param {any} item */
function paintCell(cell, column, item) {
  if (item === undefined) cell.replaceChildren();
  else if (column.paint) column.paint(cell, item);
  else {
    const text = column.text?.(item) ?? '';
    if (cell.textContent !== text) cell.textContent = text;
  }
}
