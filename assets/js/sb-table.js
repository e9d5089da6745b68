//  <sb-table>: a grid of any number of rows.
//
//  Draws only what is seen, fetches rows as they come into view, and is worked by
//  keyboard like a list: arrows, Page, Home, End, Space to choose, Shift for a range,
//  Enter to open. The element knows nothing of contacts: columns and source tell it.
//
//  Events: `open` {item, index}, `select` {selection, total}, `sort` {sort}, `total` {total, exact}.

import { fill, h } from './dom.js';
import { Choice, fitting, tracks, widthOf } from './table/columns.js';
import { Pages } from './table/pages.js';
import { Rows } from './table/rows.js';
import { ScrollMap } from './table/scroll.js';
import { Selection } from './table/selection.js';
import { number, t } from './words.js';

/** Rows drawn beyond what is seen, against blank edges while scrolling. */
const BEYOND = 8;
/** How far from its place the active row is looked for when rows came or went. */
const ACTIVE_SEEN = 50;
/** A range may not be chosen row by row beyond this; the filter can choose all. */
const RANGE_LIMIT = 5000;
const REST_MS = 160;

/** @typedef {import('./table/columns.js').Column} Column */
/**
 * @typedef {object} Setup
 * @property {readonly Column[]} columns
 * @property {import('./table/pages.js').Source} source
 * @property {string} [sort]  column name, with `-` for the highest first
 * @property {(item: any) => string} [key]   identifier of a row
 * @property {(item: any) => string} [state] `good`, `warn`, `bad`, `accent` or empty
 * @property {boolean} [chooses] whether rows can be chosen
 * @property {() => Node} [empty] what stands there when there is no row
 */

export class SbTable extends HTMLElement {
  selection = new Selection();
  sort = '';
  #scroll = new ScrollMap();
  /** @type {Pages} */ #pages = new Pages({ fetch: async () => ({ items: [], total: 0 }) }, () => {});
  /** @type {any} */ #parts = {};
  /** @type {Rows} */ #rows = /** @type {any} */ (null);
  /** @type {Choice} */ #choice = /** @type {any} */ (null);
  /** @type {Column[]} */ #columns = [];
  /** @type {Setup} */ #setup = /** @type {any} */ (null);
  #active = 0;
  /** Which row that is, once it was drawn. */ #activeKey = '';
  #frame = 0;
  #rest = 0;
  #arrived = 0;
  /** @type {Set<string>} */ #fresh = new Set();

  /** Builds the table. @param {Setup} setup */
  setup(setup) {
    this.#setup = { key: (item) => String(item.id), state: () => '', ...setup };
    this.sort = setup.sort ?? '';
    this.#choice = new Choice(this.id || 'table', setup.columns);
    this.#build();
    this.setSource(setup.source);
    new ResizeObserver(() => this.#measure()).observe(this.#parts.scroller);
    new MutationObserver(() => this.#measure()).observe(document.documentElement, { attributeFilter: ['data-density'] });
  }

  /** Shows another list from its start. @param {import('./table/pages.js').Source} source */
  setSource(source) {
    this.#pages.close();
    this.#pages = new Pages(source, () => this.#answered());
    this.selection.clear();
    this.#tellSelection();
    this.#active = 0;
    this.#activeKey = '';
    this.#arrived = 0;
    // What it says of an empty list may be another.
    if (this.#parts.empty) this.#parts.empty.hidden = true;
    this.#goTo(0);
    this.#pages.want(0, 1);
    this.#later();
  }

  /** Rows in all, as far as known. */
  get total() { return this.#pages.total; }

  /** Fetches again what is seen, keeping the place. */
  refresh() {
    this.#pages.expire();
    this.#arrived = 0;
    this.#later();
  }

  /**
   * Rows were added at the top: shown at once when the top is seen, else offered.
   * @param {string[]} ids
   * @param {boolean} [flash] whether they light up; where they come in a stream that only tires
   */
  arrived(ids, flash = true) {
    if (flash) {
      for (const id of ids) this.#fresh.add(id);
      setTimeout(() => { for (const id of ids) this.#fresh.delete(id); }, 3000);
    }
    if (this.#scroll.top < this.#scroll.row) this.refresh();
    else {
      this.#arrived += ids.length;
      this.#later();
    }
  }

  /** Puts a changed row in its place. @param {any} item */
  replace(item) {
    const key = this.#key(item);
    this.#pages.replace((other) => this.#key(other) === key, item);
    this.#later();
  }

  /** Paints what is seen anew: rows changed in their place. */
  repaint() {
    this.#rows?.forget();
    this.#later();
  }

  /** Boxes to choose columns by. */
  columnBoxes() {
    return this.#choice.boxes(() => this.#measure(true));
  }

  /** The row that is active. */
  get activeItem() { return this.#pages.at(this.#active); }

  /** @param {FocusOptions} [options] */
  focus(options) { this.#parts.scroller?.focus(options); }

  /** Unchooses all rows. */
  clearSelection() {
    this.selection.clear();
    this.#tellSelection();
    this.#later();
  }

  /** Chooses all rows of the filter. */
  selectAll() {
    this.selection.clear();
    this.selection.all = true;
    this.#tellSelection();
    this.#later();
  }

  #build() {
    const head = h('div', { class: 'thead', role: 'row', 'aria-rowindex': 1 });
    const layer = h('div', { class: 'layer', role: 'rowgroup' });
    const body = h('div', { class: 'tbody', role: 'presentation' }, layer);
    const scroller = h('div', {
      class: 'scroller', role: 'grid', tabindex: 0, 'aria-label': this.getAttribute('label') ?? '',
      'aria-multiselectable': this.#setup.chooses ? 'true' : null,
      onscroll: () => this.#scrolled(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#keyed(event),
      onfocus: () => this.#later(),
    }, h('div', { role: 'rowgroup', class: 'headgroup' }, head), body);
    body.addEventListener('click', (/** @type {MouseEvent} */ event) => this.#clicked(event));
    const notes = h('div', { class: 'newbar', hidden: true });
    const fault = h('div', { class: 'notice bad fault', role: 'alert', hidden: true });
    const empty = h('div', { class: 'blank', hidden: true });
    this.#parts = { head, layer, body, scroller, notes, fault, empty };
    this.replaceChildren(scroller, notes, fault, empty);
    this.classList.add('live');
    this.#rows = new Rows(layer, `${this.id || 'table'}-row`);
    this.#measure(true);
  }

  /** @param {boolean} [columns] whether the columns may have changed */
  #measure(columns = false) {
    const { scroller, head } = this.#parts;
    const row = Number.parseFloat(getComputedStyle(this).getPropertyValue('--row')) || 26;
    const width = scroller.clientWidth;
    const fit = fitting(this.#choice.shown, width);
    this.style.setProperty('--cols', tracks(fit, width));
    this.style.setProperty('--width', `${widthOf(fit, width)}px`);
    if (columns || fit.map((column) => column.id).join() !== this.#columns.map((column) => column.id).join()) {
      this.#columns = fit;
      scroller.setAttribute('aria-colcount', String(fit.length));
      this.#rows.reset(fit);
      this.#drawHead();
    }
    if (row !== this.#scroll.row) {
      const index = this.#scroll.top / this.#scroll.row;
      this.#scroll.row = row;
      this.#rows.reset(this.#columns);
      this.#later(() => this.#goTo(index * row));
    }
    this.#scroll.view = scroller.clientHeight - head.offsetHeight;
    this.#later();
  }

  #drawHead() {
    fill(this.#parts.head, this.#columns.map((column, n) => {
      const sorted = column.sort && this.sort.replace('-', '') === column.sort;
      const direction = this.sort.startsWith('-') ? 'descending' : 'ascending';
      return h('div', {
        class: `th ${column.end ? 'end' : ''}`, role: 'columnheader', 'aria-colindex': n + 1,
        'aria-sort': column.sort ? (sorted ? direction : 'none') : null,
      }, column.sort ? h('button', { type: 'button', tabindex: -1, onclick: () => this.#sortBy(column) }, column.label) : column.label);
    }));
  }

  /** @param {Column} column */
  #sortBy(column) {
    const name = column.sort ?? '';
    const first = column.latest ? `-${name}` : name;
    const other = column.latest ? name : `-${name}`;
    this.sort = this.sort === first ? other : first;
    this.#drawHead();
    this.dispatchEvent(new CustomEvent('sort', { detail: { sort: this.sort } }));
  }

  #answered() {
    this.dispatchEvent(new CustomEvent('total', { detail: { total: this.#pages.total, exact: this.#pages.totalExact } }));
    this.#later();
  }

  /** @param {() => void} [first] */
  #later(first) {
    if (first) queueMicrotask(first);
    if (this.#frame || !this.#rows) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const { body, layer, scroller } = this.#parts;
    const scroll = this.#scroll;
    if (scroll.rows !== this.#pages.total) {
      scroll.rows = this.#pages.total;
      body.style.height = `${scroll.height}px`;
      scroller.setAttribute('aria-rowcount', String(this.#pages.totalExact ? scroll.rows + 1 : -1));
      this.#active = Math.max(0, Math.min(this.#active, scroll.rows - 1));
      scroll.scrolled(scroller.scrollTop);
    }
    const { first, last } = scroll.window(BEYOND);
    this.#pages.want(first, Math.max(last, first + 1));
    const focused = document.activeElement === scroller;
    if (focused || this.hasAttribute('opened')) this.#keepActive();
    this.#rows.draw(first, last, scroll.row, (index) => this.#pages.at(index), (item, index) => ({
      chosen: item !== undefined && this.selection.has(this.#key(item)),
      active: index === this.#active && (focused || this.hasAttribute('opened')),
      state: item === undefined ? '' : this.#setup.state?.(item) ?? '',
      fresh: item !== undefined && this.#fresh.has(this.#key(item)),
    }));
    layer.style.transform = `translateY(${scroll.physical + this.#rows.base * scroll.row - scroll.top}px)`;
    if (focused && scroll.rows > 0) scroller.setAttribute('aria-activedescendant', this.#rows.idOf(this.#active));
    this.#drawNotes();
  }

  /** Rows come and go above: the active one stays the same contact, not the same place. */
  #keepActive() {
    const item = this.#pages.at(this.#active);
    if (item === undefined) return;
    if (this.#activeKey && this.#key(item) !== this.#activeKey) {
      for (let by = -ACTIVE_SEEN; by <= ACTIVE_SEEN; by += 1) {
        const other = this.#pages.at(this.#active + by);
        if (other === undefined || this.#key(other) !== this.#activeKey) continue;
        this.#active += by;
        return;
      }
    }
    this.#activeKey = this.#key(item);
  }

  #drawNotes() {
    const { notes, fault, empty } = this.#parts;
    if (notes.hidden !== (this.#arrived === 0) || this.#arrived) {
      notes.hidden = this.#arrived === 0;
      fill(notes, h('button', { type: 'button', onclick: () => { this.#goTo(0); this.refresh(); } }, t('js.table.new', { n: this.#arrived })));
    }
    if (fault.hidden === Boolean(this.#pages.error)) {
      fault.hidden = !this.#pages.error;
      fill(fault, h('p', {}, this.#pages.error?.message ?? ''), h('button', { type: 'button', class: 'button', onclick: () => this.refresh() }, t('js.table.retry')));
    }
    const none = this.#pages.known && this.#pages.total === 0 && !this.#pages.error;
    if (empty.hidden === none) {
      empty.hidden = !none;
      if (none && this.#setup.empty) fill(empty, this.#setup.empty());
    }
  }

  #scrolled() {
    this.#scroll.scrolled(this.#parts.scroller.scrollTop);
    this.#draw();
    clearTimeout(this.#rest);
    if (this.#scroll.scaled) this.#rest = setTimeout(() => this.#goTo(this.#scroll.top), REST_MS);
  }

  /** @param {number} top virtual position */
  #goTo(top) {
    if (!this.#parts.scroller) return;
    this.#parts.scroller.scrollTop = this.#scroll.to(top);
    // The browser may round: what it says is where the element stands.
    this.#scroll.physical = this.#parts.scroller.scrollTop;
    this.#later();
  }

  /** @param {any} item */
  #key(item) { return this.#setup.key?.(item) ?? ''; }

  #tellSelection() {
    this.dispatchEvent(new CustomEvent('select', { detail: { selection: this.selection, total: this.total } }));
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const index = this.#rows.indexOf(/** @type {Element} */ (event.target));
    if (index < 0 || (/** @type {Element} */ (event.target)).closest('a, button, input')) return;
    this.#active = index;
    this.#activeKey = '';
    if (this.#setup.chooses && event.shiftKey) this.#chooseRange(index);
    else if (this.#setup.chooses && (event.ctrlKey || event.metaKey)) this.#toggle(index);
    else this.#open(index);
    this.#later();
  }

  /** @param {number} index */
  #open(index) {
    const item = this.#pages.at(index);
    if (item !== undefined) this.dispatchEvent(new CustomEvent('open', { detail: { item, index } }));
  }

  /** @param {number} index */
  #toggle(index) {
    const item = this.#pages.at(index);
    if (item === undefined || !this.#setup.chooses) return;
    this.selection.toggle(this.#key(item), index);
    this.#tellSelection();
  }

  /** @param {number} index */
  async #chooseRange(index) {
    const [first, last] = [Math.min(index, this.selection.anchor), Math.max(index, this.selection.anchor)];
    const rows = await this.#pages.range(first, Math.min(last + 1, first + RANGE_LIMIT));
    this.selection.range(rows.map((item) => this.#key(item)));
    this.#tellSelection();
    this.#later();
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    if (event.target !== this.#parts.scroller || event.altKey) return;
    const { fits } = this.#scroll;
    const last = this.#scroll.rows - 1;
    const command = event.ctrlKey || event.metaKey;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: fits - 1, PageUp: 1 - fits, Home: -Infinity, End: Infinity };
    if (event.key in moves && !command) {
      this.#active = Math.max(0, Math.min(last, this.#active + moves[event.key]));
      this.#activeKey = '';
      this.#parts.scroller.scrollTop = this.#scroll.reveal(this.#active);
      if (event.shiftKey && this.#setup.chooses) this.#chooseRange(this.#active);
      else if (this.hasAttribute('opened')) this.#open(this.#active);
    } else if (event.key === ' ' && !command) this.#toggle(this.#active);
    else if (event.key === 'Enter') this.#open(this.#active);
    else if (event.key === 'a' && command && this.#setup.chooses) this.selectAll();
    else if (event.key === 'Escape' && !this.selection.empty) this.clearSelection();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#later();
  }

  /** How many rows are shown, in words. @param {string} word key of the unit */
  sum(word) {
    return t(word, { n: this.#pages.totalExact ? this.total : `${number(this.total)}+` });
  }
}

customElements.define('sb-table', SbTable);
