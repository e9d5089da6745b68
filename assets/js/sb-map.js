//  <sb-map>: the world around the station.
//
//  Azimuthal equidistant by default, world on request (`projection="world"`). Land
//  and night are a picture painted in a worker; everything else is drawn over it.
//  Moving the map shifts the pictures at hand, first coarse, then sharp.
//
//  Properties: `home`, `points`, `paths`, `time`. Attributes: `projection`, `fill`
//  (take the height of the parent), `compact` (no switch, key and list), `miles`
//  (rings at round miles), `label` (its name for those who do not see it). Events: `choose`
//  (detail: the point; cancel it to keep the link from being followed), `projection`
//  (the user switched; detail: its name).

import { BANDS } from './bands.js';
import { h } from './dom.js';
import { placeText } from './map/facts.js';
import { Ground } from './map/ground.js';
import { attachInput } from './map/input.js';
import { dotAt, layOut, makeDots, makeMarks } from './map/marks.js';
import { drawOverlay } from './map/overlay.js';
import { button, countText, fillKey, fillList, fillTip, placeTip } from './map/parts.js';
import { projection } from './map/projection.js';
import { View } from './map/view.js';
import { calm, needStyles, onThemeChange, readColours } from './theme.js';
import { t } from './words.js';

/** @typedef {import('./map/greatcircle.js').Place} Place */
/** @typedef {import('./map/marks.js').Point} Point */

const MINUTE = 60_000;
/** The picture becomes sharp when the map has rested this long, milliseconds. */
const REST = 90;
/** Drawing home again may take this long, milliseconds. */
const HOMING = 140;
/** Points may come many times a second; the list beside the map follows at this pace, milliseconds. */
const LIST_PACE = 1000;
const TOKENS = ['--sea', '--land', '--night', '--text', '--muted', '--line', '--accent', '--surface'];

export class SbMap extends HTMLElement {
  static observedAttributes = ['projection', 'miles'];

  /** @type {Place & { label?: string } | null} */ #home = null;
  /** @type {import('./map/marks.js').Mark[]} */ #marks = [];
  /** @type {import('./map/marks.js').Dot[]} */ #dots = [];
  /** @type {import('./map/marks.js').Mark | null} */ #chosen = null;
  #paths = true;
  /** @type {number | null} */ #time = null;
  #view = new View(projection('world', { lat: 0, lon: 0 }));
  #ground = new Ground(({ land }) => {
    this.#note.hidden = land;
    this.#redraw();
  });
  /** @type {Record<string, string> | null} */ #colours = null;
  /** @type {(() => void)[]} */ #stops = [];
  #built = false;
  #frame = 0;
  /** @type {any} */ #resting;
  /** @type {any} */ #listing;
  /** How many points the list told of last. */ #listed = 0;
  /** @type {[number, number] | null} */ #pointer = null;

  /** What the tip says: its first contact and how many. @type {[import('./map/marks.js').Mark | null, number]} */
  #told = [null, 0];

  // Parts, made when first connected.
  #canvas = h('canvas', { tabindex: '0', role: 'application' });
  #stage = h('div', { class: 'map-stage' });
  #tip = h('div', { class: 'map-tip', role: 'status', hidden: '' });
  #readout = h('p', { class: 'map-readout' });
  #key = h('ul', { class: 'map-bands' });
  #note = h('p', { class: 'map-note', hidden: '' }, t('js.map.no_land'));
  #list = h('details', { class: 'map-list' });
  #listHead = h('summary');
  #listBox = h('div', { class: 'map-list-box' });
  #switches = { azimuthal: button(t('js.map.azimuthal')), world: button(t('js.map.world')) };

  /** The station: rings, bearings and paths start here. @returns {Place & { label?: string } | null} */
  get home() { return this.#home; }
  set home(home) {
    const before = this.#home;
    this.#home = home && Number.isFinite(home.lat) && Number.isFinite(home.lon) ? home : null;
    if (before?.lat !== home?.lat || before?.lon !== home?.lon) this.#project();
    this.#redraw();
  }

  /** Contacts or spots to show; the newest win room for their labels. @returns {readonly Point[]} */
  get points() { return this.#marks.map(({ point }) => point); }
  set points(points) {
    const kept = this.#chosen?.point;
    this.#marks = makeMarks(points ?? []);
    this.#chosen = this.#marks.find(({ point }) => point === kept
      || (kept && point.call === kept.call && point.time === kept.time)) ?? null;
    layOut(this.#marks, this.#view.projection, this.#home);
    this.#redraw();
    this.#listSoon();
  }

  /** Whether great circles lead from the station to the points. */
  get paths() { return this.#paths; }
  set paths(paths) {
    this.#paths = Boolean(paths);
    this.#redraw();
  }

  /** The moment day and night are shown for; null is now, and keeps up. @returns {Date | null} */
  get time() { return this.#time === null ? null : new Date(this.#time); }
  set time(time) {
    this.#time = time ? new Date(time).getTime() : null;
    this.#repaint();
  }

  /** Shows the whole map again. */
  showHome() {
    const { x, y, zoom } = this.#view;
    const begun = performance.now();
    const step = () => {
      const done = calm() ? 1 : Math.min(1, (performance.now() - begun) / HOMING);
      const ease = 1 - (1 - done) ** 3;
      this.#view.zoom = Math.exp(Math.log(zoom) * (1 - ease));
      this.#view.x = x * (1 - ease);
      this.#view.y = y * (1 - ease);
      this.#moved();
      if (done < 1) requestAnimationFrame(step);
    };
    step();
  }

  connectedCallback() {
    if (!this.#built) this.#build();
    const sizes = new ResizeObserver(() => this.#resized());
    sizes.observe(this.#canvas);
    const clock = setInterval(() => {
      if (this.#time === null && !document.hidden) this.#repaint();
    }, MINUTE);
    const shown = () => { if (!document.hidden) this.#repaint(); };
    document.addEventListener('visibilitychange', shown);
    this.#stops = [
      () => sizes.disconnect(),
      () => clearInterval(clock),
      () => document.removeEventListener('visibilitychange', shown),
      onThemeChange(() => {
        this.#colours = null;
        this.#repaint();
      }),
    ];
    this.#colours = null;
    this.#project();
    this.#listSoon();
  }

  disconnectedCallback() {
    for (const stop of this.#stops.splice(0)) stop();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    clearTimeout(this.#resting);
    clearTimeout(this.#listing);
  }

  attributeChangedCallback() { this.#project(); }

  #build() {
    this.#built = true;
    needStyles('map.css');
    const zoomIn = button('+', t('js.map.zoom_in'));
    const zoomOut = button('\u2212', t('js.map.zoom_out'));
    const home = button(t('js.map.home'));
    zoomIn.addEventListener('click', () => { if (this.#view.zoomBy(1.6)) this.#moved(); });
    zoomOut.addEventListener('click', () => { if (this.#view.zoomBy(1 / 1.6)) this.#moved(); });
    home.addEventListener('click', () => this.showHome());
    for (const kind of /** @type {const} */ (['azimuthal', 'world'])) {
      this.#switches[kind].addEventListener('click', () => {
        this.setAttribute('projection', kind);
        this.dispatchEvent(new CustomEvent('projection', { detail: kind }));
      });
    }
    this.#canvas.setAttribute('aria-description', t('js.map.keys'));
    this.#stage.append(
      this.#canvas,
      h('div', { class: 'map-tools' },
        h('div', { class: 'map-switch' }, this.#switches.azimuthal, this.#switches.world),
        h('div', {}, zoomIn, zoomOut, home)),
      this.#tip, this.#note,
    );
    this.#list.append(this.#listHead, this.#listBox);
    this.#list.addEventListener('toggle', () => this.#fillList());
    this.append(this.#stage, h('div', { class: 'map-foot' }, this.#readout, this.#key, this.#list));
    attachInput(this.#canvas, this.#view, {
      moved: () => this.#moved(),
      hover: (x, y, touch) => this.#point(x, y, touch),
      left: () => this.#point(-99, -99, false),
      press: (x, y, touch) => this.#press(x, y, touch),
      home: () => this.showHome(),
      step: (by) => this.#step(by),
      open: () => this.#open(),
      clear: () => this.#choose(null),
    });
  }

  #project() {
    const world = this.getAttribute('projection') === 'world' || !this.#home;
    this.#view.show(projection(world ? 'world' : 'azimuthal', this.#home ?? { lat: 0, lon: 0 }));
    layOut(this.#marks, this.#view.projection, this.#home);
    this.#switches.azimuthal.setAttribute('aria-pressed', String(!world));
    this.#switches.world.setAttribute('aria-pressed', String(world));
    this.#switches.azimuthal.disabled = !this.#home;
    this.#moved();
    this.#repaint();
  }

  #resized() {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#view.resize(clientWidth, clientHeight);
    this.#repaint();
  }

  #moved() {
    this.#canvas.classList.toggle('zoomed', !this.#view.whole);
    this.#redraw();
    if (!this.isConnected || this.#view.width <= 1) return;
    this.#order('draft');
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#order('sharp'), REST);
  }

  /** New pictures all round: the sun moved, or the colours or the size changed. */
  #repaint() {
    this.#redraw();
    if (!this.isConnected || this.#view.width <= 1) return;
    this.#order('sharp');
    this.#order('whole');
  }

  /** @param {import('./map/ground.js').Layer} layer */
  #order(layer) {
    this.#ground.order(layer, this.#view, this.#time ?? Date.now(), this.#palette);
  }

  /** Resolved colours. @returns {Record<string, string>} */
  get #palette() {
    this.#colours ??= readColours(this, [...TOKENS, ...new Set(BANDS.map((band) => band.colour))]);
    return this.#colours;
  }

  #redraw() {
    if (this.#frame || !this.isConnected) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const view = this.#view;
    const ctx = this.#canvas.getContext('2d');
    if (!ctx || view.width <= 1) return;
    const density = devicePixelRatio;
    const [width, height] = [Math.round(view.width * density), Math.round(view.height * density)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    ctx.setTransform(density, 0, 0, density, 0, 0);
    ctx.clearRect(0, 0, view.width, view.height);
    this.#ground.draw(ctx, view, this.#palette['--sea']);
    this.#dots = makeDots(this.#marks, view);
    const chosen = this.#dots.find(({ items }) => this.#chosen && items.includes(this.#chosen)) ?? null;
    drawOverlay(ctx, {
      view, chosen, home: this.#home, marks: this.#marks, dots: this.#dots, paths: this.#paths,
      miles: this.hasAttribute('miles'), covered: this.#covered(), colours: this.#palette, family: getComputedStyle(this).fontFamily,
    });
    this.#showTip(chosen);
    this.#read();
  }

  /** Where the tools lie on the canvas. @returns {import('./map/labels.js').Box[]} */
  #covered() {
    const stage = this.#canvas.getBoundingClientRect();
    return [...this.#stage.querySelectorAll('.map-tools > div')].map((group) => {
      const box = group.getBoundingClientRect();
      return {
        left: box.left - stage.left, top: box.top - stage.top, right: box.right - stage.left, bottom: box.bottom - stage.top,
      };
    });
  }

  /** @param {import('./map/marks.js').Dot | null} chosen */
  #showTip(chosen) {
    this.#tip.hidden = !chosen;
    // Filled only when it says something new, or it would be read out with every frame.
    const [first, count] = this.#told;
    if (chosen && (chosen.items[0] !== first || chosen.items.length !== count)) {
      fillTip(this.#tip, chosen.items, this.#home, this.#time ?? Date.now());
    }
    this.#told = [chosen?.items[0] ?? null, chosen?.items.length ?? 0];
    if (chosen) placeTip(this.#tip, chosen.x, chosen.y + this.#canvas.offsetTop, this.#stage);
  }

  /** What stands under the map: the place under the pointer, else the station. */
  #read() {
    const now = this.#time ?? Date.now();
    const place = this.#pointer ? this.#view.placeAt(...this.#pointer) : null;
    const home = this.#home;
    const text = place ? placeText(home, place, now) : home
      ? `${home.label ? `${home.label} · ` : ''}${placeText(null, home, now)}` : '';
    if (this.#readout.textContent !== text) this.#readout.textContent = text;
  }

  /** @param {number} x @param {number} y @param {boolean} touch */
  #point(x, y, touch) {
    const inside = x >= 0 && y >= 0;
    this.#pointer = inside ? [x, y] : null;
    const dot = inside ? dotAt(this.#dots, x, y, touch ? 14 : 5) : null;
    this.#canvas.classList.toggle('pointing', Boolean(dot?.items[0].point.href));
    this.#choose(dot?.items[0] ?? null);
  }

  /** @param {number} x @param {number} y @param {boolean} touch */
  #press(x, y, touch) {
    const before = this.#chosen;
    this.#point(x, y, touch);
    // A finger has no hover: its first tap shows, the second opens.
    if (this.#chosen && (!touch || this.#chosen === before)) this.#open();
  }

  /** @param {import('./map/marks.js').Mark | null} mark */
  #choose(mark) {
    if (mark === this.#chosen) {
      this.#read();
      return;
    }
    this.#chosen = mark;
    this.#redraw();
  }

  /** @param {1 | -1} by */
  #step(by) {
    const dots = this.#dots;
    if (dots.length === 0) return;
    const at = dots.findIndex(({ items }) => this.#chosen && items.includes(this.#chosen));
    const next = at < 0 ? (by > 0 ? 0 : dots.length - 1) : (at + by + dots.length) % dots.length;
    this.#choose(dots[next].items[0]);
  }

  #open() {
    const point = this.#chosen?.point;
    if (!point) return;
    const follow = this.dispatchEvent(new CustomEvent('choose', { detail: point, cancelable: true }));
    if (follow && point.href) location.assign(point.href);
  }

  #listSoon() {
    if (!this.isConnected) return;
    this.#listing ??= setTimeout(() => {
      this.#listing = undefined;
      this.#listed = this.#marks.length;
      const count = countText(this.#marks.length);
      this.#listHead.textContent = t('js.map.list', { count });
      this.#canvas.setAttribute('aria-label', [this.getAttribute('label') ?? t('js.map.map'), this.#home?.label, count]
        .filter(Boolean).join(', '));
      fillKey(this.#key, this.#marks);
      this.#fillList();
    }, this.#listed ? LIST_PACE : 0);
  }

  #fillList() {
    if (this.#list.open) fillList(this.#listBox, this.#marks, this.#home);
  }
}

customElements.define('sb-map', SbMap);
