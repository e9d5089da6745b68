//  Spots beside the radio: table and band map, a filter, what is needed by colour, word and tone.
//
//  As on the cluster's page all spots go one way: feed, store, list; here a click goes to the spot instead of opening it.

import { bandOfHertz } from '../bands.js';
import { fill, h } from '../dom.js';
import { Chips } from '../dx/chips.js';
import { columns, orderOf, stateOf } from '../dx/columns.js';
import { Feed } from '../dx/feed.js';
import { NEEDS, parts, readFilter, wants, writeFilter } from '../dx/filter.js';
import { recall, remember } from '../dx/memory.js';
import { SavedFilters } from '../dx/saved.js';
import { sound } from '../dx/sound.js';
import { prepare } from '../dx/spot.js';
import { List, Spots } from '../dx/spots.js';
import { kilohertz } from '../log/qso.js';
import '../sb-bandmap.js';
import '../sb-table.js';
import { formatClock } from '../utc.js';
import { t } from '../words.js';
import { bus } from '../ws.js';

const FILTER = 'shack.filter';
const FOLLOWS = 'shack.this_band';
const BAND = 'shack.band';
const NEWEST = '-time';
/** How often the band map draws while spots come, milliseconds. */
const PACE = 1000;
const TICK = 10_000;
const CALM = 1000;
/** Needs that are worth a tone. */
const LOUD = new Set(['entity', 'band', 'mode']);
const NEWS_PAUSE = 5000;

/**
 * @typedef {object} Hooks
 * @property {any} home place to measure from
 * @property {string} continent
 * @property {boolean} miles
 * @property {import('../dx/log.js').Log} log
 * @property {(spot: any) => void} go
 * @property {(text: string) => void} news quiet words
 */

export class SpotList {
  #spots = new Spots();
  #list = new List(this.#spots);
  #table;
  #bandmap = /** @type {any} */ (h('sb-bandmap'));
  #hooks;
  #filter = readFilter(new URLSearchParams(recall(FILTER)));
  /** Whether only the band of the radio is shown. */ #follows = recall(FOLLOWS) === 'yes';
  #now = '';
  #sort = NEWEST;
  #held = false;
  #waiting = 0;
  #drawing = 0;
  #cameAt = 0;
  #newsAt = 0;
  #state = { loading: true, /** @type {Error | null} */ error: null, since: 0 };
  #sum = h('div', { class: 'sum' });
  #thisBand = h('button', { type: 'button', class: 'fchip', title: t('js.shack.this_band_help'), onclick: () => this.#toggleBand() }, t('js.shack.this_band'));
  #needed = h('button', { type: 'button', class: 'fchip', onclick: () => this.#toggleNeeded() }, t('js.dx.needed'));
  #pause = h('button', { type: 'button', class: 'fchip', 'aria-keyshortcuts': 'p', onclick: () => this.pause() });
  #more = h('summary', { class: 'fchip' });
  #chips;
  #feed = new Feed({ spots: (batch, live) => this.#arrived(batch, live), state: ({ loading, error }) => {
    this.#state.loading = loading;
    this.#state.error = error;
    if (!loading && this.#list.items.length === 0) this.#table.setSource(this.#source());
    this.#drawSum();
  } });

  /** @param {any} table @param {HTMLElement} bar @param {HTMLElement} bands @param {Hooks} hooks */
  constructor(table, bar, bands, hooks) {
    this.#table = table;
    this.#hooks = hooks;
    const chipPlace = h('div', { class: 'chipbar' });
    this.#chips = new Chips(chipPlace, this.#filter, { changed: () => this.#filtered(), continent: () => hooks.continent, knowsLog: () => hooks.log.worked.known });
    const saved = new SavedFilters({ filter: () => this.#filter, set: (other) => this.#chips.set(other) });
    fill(bar, h('h2', {}, t('js.shack.spots')), this.#thisBand, this.#needed,
      h('details', { class: 'menu start filtermenu' }, this.#more, h('div', { class: 'sheet' }, saved.element, chipPlace)), h('span', { class: 'end' }), this.#pause);
    bands.append(this.#bandmap);
  }

  /** Begins: history, then live. */
  start() {
    const table = this.#table;
    table.setup({
      columns: columns(this.#hooks.miles), source: this.#source(), sort: this.#sort, state: stateOf,
      key: (/** @type {any} */ spot) => String(spot.seq), empty: () => this.#blank(),
    });
    table.append(this.#sum);
    table.addEventListener('open', (/** @type {any} */ event) => this.#hooks.go(event.detail.item));
    table.addEventListener('sort', (/** @type {any} */ event) => {
      this.#sort = event.detail.sort;
      this.#show();
    });
    // A row must not change between the press and the click.
    table.addEventListener('pointerdown', () => { this.#held = true; });
    for (const kind of ['pointerup', 'pointercancel']) addEventListener(kind, () => setTimeout(() => this.#letGo(), 0));
    this.#bandmap.continent = this.#hooks.continent;
    this.#bandmap.band = recall(BAND) || '20m';
    this.#bandmap.addEventListener('choose', (/** @type {any} */ event) => this.#hooks.go(event.detail));
    this.#bandmap.addEventListener('band', (/** @type {any} */ event) => remember(BAND, event.detail));
    bus().addEventListener('connection', () => {
      this.#state.since = bus().state === 'online' ? 0 : this.#state.since || Date.now();
      this.#drawSum();
    });
    setInterval(() => {
      this.#spots.age(Date.now());
      this.#later();
    }, TICK);
    this.#filtered();
    this.#feed.start();
  }

  /** The band map, for who listens to it. */
  get bandmap() { return this.#bandmap; }

  /** Boxes to choose columns by. */
  columnBoxes() { return this.#table.columnBoxes(); }

  /** The radio stands here now. @param {number | undefined} hertz */
  tuned(hertz) {
    this.#bandmap.tuned = hertz ?? null;
    const band = (hertz && bandOfHertz(hertz)?.id) || '';
    if (band === this.#now) return;
    this.#now = band;
    if (!band) return;
    this.#bandmap.band = band;
    remember(BAND, band);
    if (this.#follows) this.#show();
  }

  /** Marks a spot as the one gone to. @param {any} spot null for none */
  choose(spot) {
    this.#bandmap.chosen = spot?.seq ?? 0;
    if (spot?.band) this.#bandmap.band = spot.band;
  }

  /** The newest spot of a call. @param {string} call */
  newest(call) { return this.#spots.find((spot) => spot.call === call)[0] ?? null; }

  /** The next station on the band map from a frequency. @param {number} hertz @param {1 | -1} way upwards or downwards @returns {any} null where there is none */
  next(hertz, way) {
    const band = this.#bandmap.band;
    const seen = new Set();
    let best = null;
    for (const spot of this.#list.items) {
      if (spot.band !== band || seen.has(spot.call)) continue;
      seen.add(spot.call);
      const far = (spot.freq_hz - hertz) * way;
      if (far > 50 && (!best || far < (best.freq_hz - hertz) * way)) best = spot;
    }
    return best;
  }

  /** The log's marks may be others. */
  marksChanged() {
    for (const spot of this.#spots.find(() => true)) spot.need = this.#hooks.log.worked.need(spot);
    this.#chips.draw();
    if (this.#filter.needs.length || this.#filter.unworked) this.#show();
    else {
      this.#table.repaint();
      this.#later();
    }
  }

  /** Holds the list, or lets it go on. */
  pause() {
    if (this.#list.paused) {
      this.#list.resume();
      this.#table.refresh();
    } else this.#list.pause();
    this.#drawBar();
    this.#draw();
  }

  focus() { this.#table.focus(); }

  /** Rows for the table: held still until it takes the present list. */
  #source() {
    let { items } = this.#list;
    return {
      renew: () => { items = this.#list.items; },
      fetch: async (/** @type {number} */ offset, /** @type {number} */ limit) => ({ items: items.slice(offset, offset + limit), total: items.length, totalExact: true }),
    };
  }

  /** @param {any[]} batch @param {boolean} live */
  #arrived(batch, live) {
    const now = Date.now();
    for (const spot of batch) {
      prepare(spot, this.#hooks.home);
      spot.need = this.#hooks.log.worked.need(spot);
    }
    const fresh = this.#spots.add(batch, now);
    const taken = this.#list.take(fresh);
    if (taken.length) {
      if (this.#held) this.#waiting += taken.length;
      else if (live && this.#sort === NEWEST) {
        this.#table.arrived(taken.map(({ seq }) => String(seq)), now - this.#cameAt > CALM);
        this.#cameAt = now;
      } else this.#table.refresh();
    }
    if (live) this.#tell(fresh);
    this.#drawBar();
    if (live) this.#later();
    else this.#draw();
  }

  #letGo() {
    this.#held = false;
    if (this.#waiting) this.#table.arrived([]);
    this.#waiting = 0;
  }

  /** Tone and quiet words for what is needed. @param {any[]} fresh */
  #tell(fresh) {
    const wanted = this.#wanted();
    const loud = fresh.filter((spot) => wanted(spot) && (this.#filter.needs.length ? this.#filter.needs.includes(spot.need) : LOUD.has(spot.need)));
    const spot = loud.at(-1);
    if (!spot) return;
    sound.play();
    const now = performance.now();
    if (this.#list.paused || now - this.#newsAt < NEWS_PAUSE) return;
    this.#newsAt = now;
    this.#hooks.news(t('js.dx.news', { need: t(`js.need.${spot.need}`), call: spot.call, freq: kilohertz(spot.freq_hz) }));
  }

  /** @returns {(spot: any) => boolean} */
  #wanted() {
    const wanted = wants(this.#filter, { worked: (spot) => this.#hooks.log.has(spot) });
    const band = this.#follows ? this.#now : '';
    return band ? (spot) => spot.band === band && wanted(spot) : wanted;
  }

  #toggleBand() {
    this.#follows = !this.#follows;
    remember(FOLLOWS, this.#follows ? 'yes' : '');
    this.#show();
  }

  #toggleNeeded() {
    this.#filter.needs = this.#filter.needs.length ? [] : [...NEEDS];
    this.#chips.draw();
    this.#filtered();
  }

  #filtered() {
    remember(FILTER, new URLSearchParams(writeFilter(this.#filter)).toString());
    this.#feed.machines = this.#filter.skimmers;
    if (this.#filter.unworked) {
      this.#hooks.log.lately().catch((error) => {
        this.#state.error = error;
        this.#drawSum();
      });
    }
    this.#show();
  }

  /** The list by filter and order, from its top. */
  #show() {
    this.#list.show(this.#wanted(), orderOf(this.#sort));
    this.#table.setSource(this.#source());
    this.#drawBar();
    this.#draw();
  }

  #later() {
    if (this.#drawing) return;
    this.#drawing = Number(setTimeout(() => {
      this.#drawing = 0;
      this.#draw();
    }, PACE));
  }

  #draw() {
    // The map shows its own band whatever the table keeps to.
    const wanted = wants({ ...this.#filter, bands: [] }, { worked: (spot) => this.#hooks.log.has(spot) });
    if (!this.#list.paused) this.#bandmap.spots = this.#spots.find(wanted);
    this.#drawSum();
  }

  #drawBar() {
    this.#thisBand.setAttribute('aria-pressed', String(this.#follows));
    this.#needed.setAttribute('aria-pressed', String(this.#filter.needs.length > 0));
    this.#needed.hidden = !this.#hooks.log.worked.known && this.#filter.needs.length === 0;
    const set = parts({ ...this.#filter, needs: [] });
    fill(this.#more, t('js.shack.filter'), set ? h('b', {}, ` ${set}`) : null);
    this.#more.classList.toggle('on', set > 0);
    const text = this.#list.paused ? t('js.dx.resume', { n: this.#list.waiting }) : t('js.dx.pause');
    if (this.#pause.textContent !== text) this.#pause.textContent = text;
    this.#pause.setAttribute('aria-pressed', String(this.#list.paused));
  }

  #drawSum() {
    const { error, since } = this.#state;
    const stale = since && Date.now() - since > 2000;
    fill(this.#sum, h('span', {}, t('js.dx.sum', { n: this.#list.items.length })),
      stale ? h('span', { class: 'warn' }, `▲ ${t('js.dx.stale', { time: formatClock(since) })}`) : null,
      error ? h('span', { class: 'bad' }, `✕ ${error.message}`) : null,
      h('span', { class: 'end hint' }, t('js.shack.hint')));
  }

  /** What stands where no spot does. */
  #blank() {
    const all = this.#spots.size;
    const text = this.#state.loading && !all ? t('js.dx.loading') : all ? t('js.dx.none') : t('js.dx.empty');
    return h('div', { class: 'empty' }, h('h2', {}, text), all || this.#state.loading ? null : h('p', {}, t('js.dx.empty_help')));
  }
}
