//  <sb-chart>: bars, lines or heat, with the same figures as a table beneath.
//
//  Property `data` (see chart/scale.js). Attributes: `label` (its name for those who
//  do not see it), `empty` (what to say without data), `fill` (take the height of the
//  parent). Arrow keys and pointer read values out. On paper it is drawn again, finer
//  and in the light colours.

import { BANDS } from './bands.js';
import { draw, PALETTE } from './chart/draw.js';
import { cellAt, layOut } from './chart/layout.js';
import { figures, keyItems, readout } from './chart/words.js';
import { h } from './dom.js';
import { needStyles, onThemeChange, readColours } from './theme.js';
import { t } from './words.js';

/** @typedef {import('./chart/scale.js').ChartData} ChartData */

const TOKENS = [...PALETTE, '--text', '--surface', ...new Set(BANDS.map(({ colour }) => colour))];
const TYPE_SIZE = 12;
/** Device pixels per CSS pixel on paper. */
const PAPER_DENSITY = 3;

export class SbChart extends HTMLElement {
  static observedAttributes = ['label', 'empty'];

  /** @type {ChartData | null} */ #data = null;
  /** @type {import('./chart/layout.js').Layout | null} */ #layout = null;
  /** @type {{ column: number, row: number } | null} */ #hot = null;
  /** @type {Record<string, string> | null} */ #colours = null;
  /** @type {(() => void)[]} */ #stops = [];
  #built = false;
  #frame = 0;

  #canvas = h('canvas', { tabindex: '0', role: 'application' });
  #stage = h('div', { class: 'chart-stage' }, this.#canvas);
  #none = h('p', { class: 'chart-none', hidden: true });
  #key = h('ul', { class: 'chart-key' });
  #readout = h('p', { class: 'chart-readout', role: 'status' });
  #box = h('div', { class: 'chart-data-box' });
  #foot = h('div', { class: 'chart-foot' });
  #details = h('details', { class: 'chart-data' }, h('summary', {}, t('js.chart.data')), this.#box);

  /** What is shown. @returns {ChartData | null} */
  get data() { return this.#data; }
  set data(data) {
    this.#data = data ?? null;
    this.#hot = null;
    this.#refresh();
  }

  connectedCallback() {
    if (!this.#built) this.#build();
    const sizes = new ResizeObserver(() => this.#redraw());
    sizes.observe(this.#stage);
    const paper = () => this.#draw({ density: PAPER_DENSITY, scheme: 'light' });
    const screen = () => this.#redraw();
    addEventListener('beforeprint', paper);
    addEventListener('afterprint', screen);
    this.#stops = [
      () => sizes.disconnect(),
      () => removeEventListener('beforeprint', paper),
      () => removeEventListener('afterprint', screen),
      onThemeChange(() => {
        this.#colours = null;
        this.#redraw();
      }),
    ];
    this.#colours = null;
    this.#refresh();
  }

  disconnectedCallback() {
    for (const stop of this.#stops.splice(0)) stop();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  attributeChangedCallback() { this.#refresh(); }

  #build() {
    this.#built = true;
    needStyles('chart.css');
    this.#canvas.setAttribute('aria-description', t('js.chart.keys'));
    this.#stage.append(this.#none);
    this.append(this.#key, this.#stage, this.#foot);
    this.#foot.append(this.#readout, this.#details);
    this.#canvas.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => this.#point(event));
    this.#canvas.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => this.#point(event));
    this.#canvas.addEventListener('pointerleave', () => this.#heat(null));
    this.#canvas.addEventListener('blur', () => this.#heat(null));
    this.#canvas.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#keyed(event));
    this.#details.addEventListener('toggle', () => this.#fillFigures());
  }

  /** Everything that follows from data and attributes. */
  #refresh() {
    if (!this.isConnected) return;
    const data = this.#data;
    const empty = !data || data.x.length === 0 || data.series.length === 0;
    this.#none.hidden = !empty;
    this.#none.textContent = empty ? this.getAttribute('empty') ?? t('js.chart.empty') : '';
    this.#canvas.hidden = empty;
    this.#details.hidden = empty;
    const name = this.getAttribute('label') ?? t('js.chart.chart');
    this.#canvas.setAttribute('aria-label', empty ? name : `${name}, ${readout(data, null)}`);
    this.#key.replaceChildren(...(empty ? [] : keyItems(data)));
    this.#key.hidden = this.#key.childElementCount === 0;
    this.#foot.classList.toggle('short', empty || data.series.length === 1 || data.kind === 'heat');
    this.#heat(null);
    this.#fillFigures();
    this.#redraw();
  }

  #fillFigures() {
    if (this.#details.open && this.#data) this.#box.replaceChildren(figures(this.#data));
  }

  #redraw() {
    if (this.#frame || !this.isConnected) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw({ density: devicePixelRatio });
    });
  }

  /** @param {{ density: number, scheme?: 'light' }} how */
  #draw({ density, scheme }) {
    const data = this.#data;
    const ctx = this.#canvas.getContext('2d');
    const { clientWidth: width, clientHeight: height } = this.#stage;
    if (!data || !ctx || this.#canvas.hidden || width === 0 || height === 0) return;
    this.#canvas.width = Math.round(width * density);
    this.#canvas.height = Math.round(height * density);
    ctx.setTransform(density, 0, 0, density, 0, 0);
    const family = getComputedStyle(this).fontFamily;
    ctx.font = `${TYPE_SIZE}px ${family}`;
    this.#layout = layOut(data, width, height, (text) => ctx.measureText(text).width);
    this.#colours ??= readColours(this, TOKENS);
    const colours = scheme ? readColours(this, TOKENS, { scheme }) : this.#colours;
    draw({ ctx, data, layout: this.#layout, colours, family, hot: scheme ? null : this.#hot });
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (!this.#data || !this.#layout) return;
    const box = this.#canvas.getBoundingClientRect();
    this.#heat(cellAt(this.#data, this.#layout, event.clientX - box.left, event.clientY - box.top));
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    const data = this.#data;
    if (!data || event.altKey || event.ctrlKey || event.metaKey) return;
    const last = data.x.length - 1;
    const { column, row } = this.#hot ?? { column: event.key === 'ArrowLeft' ? last + 1 : -1, row: 0 };
    const to = { ArrowLeft: column - 1, ArrowRight: column + 1, Home: 0, End: last }[event.key];
    const over = data.kind === 'heat' ? { ArrowUp: row - 1, ArrowDown: row + 1 }[event.key] : undefined;
    if (event.key === 'Escape') {
      this.#heat(null);
    } else if (to !== undefined) {
      this.#heat({ column: Math.max(0, Math.min(last, to)), row });
    } else if (over !== undefined) {
      this.#heat({ column: Math.max(0, column), row: Math.max(0, Math.min(data.series.length - 1, over)) });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {{ column: number, row: number } | null} cell */
  #heat(cell) {
    if (cell?.column !== this.#hot?.column || cell?.row !== this.#hot?.row) this.#redraw();
    this.#hot = cell;
    const text = this.#data ? readout(this.#data, cell) : '';
    if (this.#readout.textContent !== text) this.#readout.textContent = text;
  }
}

customElements.define('sb-chart', SbChart);
