//  <sb-bandmap>: one band from bottom to top of the scale, every station a labelled mark.
//
//  Segments are shaded by use, labels never lie over each other, the wheel scrolls and with
//  Ctrl zooms. Labels are buttons, so that they can be reached and read out without a pointer.
//
//  Properties: `spots` (newest first), `band`, `continent`, `tuned` (Hertz, own frequency),
//  `chosen` (a spot's number). Events: `choose` (detail: the spot), `band` (detail: ADIF name), `tune` (detail: Hertz, a
//  click beside the labels).

import { band as bandOf, bandName, bandOrder } from './bands.js';
import { placeLabels, Range, scaleTicks, stations } from './bandmap/layout.js';
import { extent, segments } from './bandmap/plan.js';
import { fill, h } from './dom.js';
import { ageOf } from './dx/spot.js';
import { kilohertz } from './log/qso.js';
import { t } from './words.js';

/** Height of a label, pixels; fingers need more. */
const LINE = 20;
const TOUCH_LINE = 34;
/** Left part that holds the scale, and where labels begin; less of it where the map is narrow. */
const WIDE = { scale: 76, labels: 112 };
const NARROW = { scale: 58, labels: 80 };
const NARROW_BELOW = 340;
/** A click between the labels tunes to whole steps of this, hertz. */
const CLICK_STEP = 100;
/** A station that was not spotted for so long is not shown, milliseconds. */
const OLDEST = 60 * 60_000;
/** Until when a spot is fresh. */
const FRESH = 5 * 60_000;
const USUAL = ['160m', '80m', '60m', '40m', '30m', '20m', '17m', '15m', '12m', '10m', '6m', '2m'];
const SPACE = 'http://www.w3.org/2000/svg';

export class SbBandmap extends HTMLElement {
  /** @type {readonly any[]} */ #spots = [];
  #band = '20m';
  #continent = '';
  /** @type {number | null} */ #tuned = null;
  #chosen = 0;
  #range = new Range(14_000_000, 14_350_000);
  #frame = 0;
  #built = false;
  /** @type {Map<string, any>} labels by call */ #labels = new Map();
  #svg = document.createElementNS(SPACE, 'svg');
  #marks = h('ul', { class: 'marks' });
  #stage = h('div', { class: 'bm-stage', tabindex: 0, role: 'group' });
  #bands = h('div', { class: 'bm-bands', role: 'group', 'aria-label': t('js.bandmap.bands') });
  #parts = h('div', { class: 'bm-parts', role: 'group', 'aria-label': t('js.bandmap.parts') });
  #hidden = h('p', { class: 'bm-hidden', role: 'status' });
  #lay = WIDE;

  /** @param {readonly any[]} spots newest first */
  set spots(spots) {
    this.#spots = spots;
    this.#later();
  }

  get band() { return this.#band; }
  /** @param {string} band ADIF name */
  set band(band) {
    if (!bandOf(band) || band === this.#band) return;
    this.#band = band;
    this.#reset();
  }

  /** @param {string} continent of the station: its region's plan is shaded */
  set continent(continent) {
    this.#continent = continent;
    this.#reset();
  }

  /** @param {number | null} hertz own frequency */
  set tuned(hertz) {
    this.#tuned = hertz;
    const { low, high, first, last, span } = this.#range;
    // Who turns the dial past the edge takes the map along.
    if (hertz !== null && hertz >= first && hertz <= last && (hertz < low || hertz > high)) this.#range.scroll((hertz - (low + high) / 2) / span);
    this.#later();
  }

  /** @param {number} seq number of the spot that is shown elsewhere */
  set chosen(seq) {
    this.#chosen = seq;
    this.#later();
  }

  connectedCallback() {
    if (!this.#built) this.#build();
    new ResizeObserver(() => this.#later()).observe(this.#stage);
    this.#reset();
  }

  #build() {
    this.#built = true;
    this.#svg.setAttribute('aria-hidden', 'true');
    this.#stage.append(this.#svg, this.#marks);
    this.append(this.#bands, this.#parts, this.#stage, this.#hidden);
    this.#stage.addEventListener('wheel', (/** @type {WheelEvent} */ event) => {
      event.preventDefault();
      const box = this.#stage.getBoundingClientRect();
      if (event.ctrlKey) this.#range.zoom(Math.exp(-event.deltaY / 300), this.#range.at(event.clientY - box.top, box.height));
      else this.#range.scroll((event.deltaY * (event.deltaMode ? 24 : 1)) / box.height);
      this.#later();
    }, { passive: false });
    this.#stage.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      if (/** @type {HTMLElement} */ (event.target).closest('button')) return;
      const box = this.#stage.getBoundingClientRect();
      const hertz = Math.round(this.#range.at(event.clientY - box.top, box.height) / CLICK_STEP) * CLICK_STEP;
      this.dispatchEvent(new CustomEvent('tune', { detail: hertz }));
    });
    this.#stage.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#keyed(event));
  }

  #reset() {
    const band = bandOf(this.#band);
    if (!band || !this.#built) return;
    const [low, high] = extent(band, this.#continent);
    this.#range = new Range(low, high, band.low, band.high);
    this.#stage.setAttribute('aria-label', t('js.bandmap.label', { band: bandName(this.#band) }));
    this.#drawParts();
    this.#later();
  }

  #drawParts() {
    const band = bandOf(this.#band);
    if (!band) return;
    const uses = new Map(segments(this.#band, this.#continent).filter(({ use }) => use !== 'beacon').map((part) => [part.use, part]));
    const show = (/** @type {number} */ low, /** @type {number} */ high) => () => {
      this.#range.show(low, high);
      this.#later();
    };
    const [low, high] = extent(band, this.#continent);
    fill(this.#parts,
      h('button', { type: 'button', onclick: show(low, high) }, t('js.bandmap.whole')),
      [...uses.values()].map((part) => h('button', { type: 'button', class: part.use, onclick: show(part.low, Math.min(part.high, high)) }, t(`js.bandmap.${part.use}`))),
      h('span', { class: 'zoom' },
        h('button', { type: 'button', 'aria-label': t('js.map.zoom_in'), onclick: () => this.#zoom(1.6) }, '+'),
        h('button', { type: 'button', 'aria-label': t('js.map.zoom_out'), onclick: () => this.#zoom(1 / 1.6) }, '\u2212')));
  }

  /** @param {number} factor */
  #zoom(factor) {
    this.#range.zoom(factor, (this.#range.low + this.#range.high) / 2);
    this.#later();
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    const moves = { PageDown: 0.8, PageUp: -0.8, ArrowDown: 0.1, ArrowUp: -0.1 };
    const by = /** @type {Record<string, number>} */ (moves)[event.key];
    if (by !== undefined) this.#range.scroll(by);
    else if (event.key === '+') this.#zoom(1.6);
    else if (event.key === '-') this.#zoom(1 / 1.6);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#later();
  }

  #later() {
    if (this.#frame || !this.isConnected) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#stage;
    if (width === 0 || height === 0) return;
    const now = Date.now();
    this.#lay = width < NARROW_BELOW ? NARROW : WIDE;
    this.classList.toggle('narrow', this.#lay === NARROW);
    const line = matchMedia('(pointer: coarse)').matches ? TOUCH_LINE : LINE;
    const here = stations(this.#spots, this.#band, now - OLDEST);
    const { labels, hidden } = placeLabels(here, this.#range, height, line);
    this.#drawBands();
    this.#drawScale(width, height, labels);
    this.#drawLabels(labels, now, line);
    const text = hidden > 0 ? t('js.bandmap.hidden', { n: hidden }) : here.length === 0 ? t('js.bandmap.empty', { band: bandName(this.#band) }) : '';
    if (this.#hidden.textContent !== text) this.#hidden.textContent = text;
  }

  /** Which bands can be shown, with how many stations. */
  #drawBands() {
    /** @type {Map<string, Set<string>>} */
    const calls = new Map(USUAL.map((id) => [id, new Set()]));
    for (const { band, call } of this.#spots) if (band) calls.set(band, (calls.get(band) ?? new Set()).add(call));
    const wanted = [...calls.keys()].filter((id) => USUAL.includes(id) || id === this.#band || calls.get(id)?.size).sort((a, b) => bandOrder(a) - bandOrder(b));
    const key = wanted.join();
    if (this.#bands.dataset.key !== key) {
      this.#bands.dataset.key = key;
      fill(this.#bands, wanted.map((id) => h('button', { type: 'button', 'data-band': id, 'data-to': id, onclick: () => {
        this.band = id;
        this.dispatchEvent(new CustomEvent('band', { detail: id }));
      } }, bandOf(id)?.short ?? id)));
    }
    for (const button of this.#bands.children) {
      const id = button.dataset.to ?? '';
      button.setAttribute('aria-pressed', String(id === this.#band));
      button.setAttribute('aria-label', t('js.bandmap.band', { band: bandName(id), n: calls.get(id)?.size ?? 0 }));
      button.classList.toggle('silent', !calls.get(id)?.size);
    }
  }

  /** @param {number} width @param {number} height @param {{ spot: any, y: number, true: number }[]} labels */
  #drawScale(width, height, labels) {
    const range = this.#range;
    const { scale, labels: beside } = this.#lay;
    const nodes = [];
    for (const { use, low, high } of segments(this.#band, this.#continent)) {
      const [top, bottom] = [Math.max(0, range.y(low, height)), Math.min(height, range.y(high, height))];
      if (bottom <= top) continue;
      nodes.push(svg('rect', { class: `use ${use}`, x: 0, y: top, width, height: bottom - top }));
      nodes.push(svg('rect', { class: `edge ${use}`, x: scale - 4, y: top, width: 4, height: bottom - top }));
      // Where it is narrow the colour has to do; the buttons above name it.
      if (bottom - top > 60 && this.#lay === WIDE) nodes.push(svg('text', { class: 'use', x: 8, y: top + 28 }, t(`js.bandmap.${use}`)));
    }
    for (const { hertz, y, major } of scaleTicks(range, height)) {
      nodes.push(svg('path', { class: 'tick', d: `M${major ? scale - 12 : scale - 8} ${y}H${scale}` }));
      if (major) nodes.push(svg('text', { class: 'khz', x: scale - 16, y: Math.max(12, Math.min(height - 2, y + 4)), 'text-anchor': 'end' }, String(hertz / 1000)));
    }
    nodes.push(svg('path', { class: 'axis', d: `M${scale} 0V${height}` }));
    for (const { spot, y, true: at } of labels) {
      nodes.push(svg('path', { class: `lead ${spot.need ? 'needed' : ''}`, d: `M${scale} ${at}h6L${beside - 8} ${y}h6` }));
    }
    if (this.#tuned !== null && this.#tuned >= range.low && this.#tuned <= range.high) {
      const at = range.y(this.#tuned, height);
      nodes.push(svg('path', { class: 'tuned', d: `M0 ${at}H${width}` }), svg('path', { class: 'pointer', d: `M${scale} ${at}l-8 -5v10z` }));
    }
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#svg.replaceChildren(...nodes);
  }

  /** @param {{ spot: any, y: number }[]} labels @param {number} now @param {number} line */
  #drawLabels(labels, now, line) {
    const kept = new Set();
    let before = null;
    for (const { spot, y } of labels) {
      kept.add(spot.call);
      let label = this.#labels.get(spot.call);
      if (!label) {
        label = h('li', {}, h('button', { type: 'button', onclick: () => this.dispatchEvent(new CustomEvent('choose', { detail: label.spot })) },
          h('b'), h('span', { class: 'mode' }), h('span', { class: 'word' }), h('span', { class: 'age num' })));
        this.#labels.set(spot.call, label);
      }
      label.spot = spot;
      const button = label.firstElementChild;
      const texts = [spot.call, spot.mode ?? '', spot.need ? t(`js.need.${spot.need}`) : spot.country ?? '', ageOf(spot.at, now)];
      texts.forEach((text, n) => { if (button.children[n].textContent !== text) button.children[n].textContent = text; });
      button.title = [kilohertz(spot.freq_hz), spot.country, spot.comment].filter(Boolean).join(' · ');
      label.dataset.need = spot.need ?? '';
      label.classList.toggle('chosen', spot.seq === this.#chosen);
      label.classList.toggle('fresh', now - spot.at < FRESH);
      label.style.setProperty('translate', `${this.#lay.labels}px ${Math.round(y - line / 2)}px`);
      // In the order of frequency, moved only where it changed, so that focus stays.
      const next = before ? before.nextSibling : this.#marks.firstChild;
      if (next !== label) this.#marks.insertBefore(label, next);
      before = label;
    }
    for (const [call, label] of this.#labels) {
      if (kept.has(call)) continue;
      label.remove();
      this.#labels.delete(call);
    }
  }
}

/** @param {string} name @param {Record<string, any>} attributes @param {string} [text] */
function svg(name, attributes, text) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

customElements.define('sb-bandmap', SbBandmap);
