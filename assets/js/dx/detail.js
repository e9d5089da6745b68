//  The panel of one spot: all that was said and is known, the way there, its history, the contacts before.

import { get } from '../api.js';
import { bandName } from '../bands.js';
import { recordAddress } from '../callbook/words.js';
import { fill, h, icon } from '../dom.js';
import { before } from '../log/lookup.js';
import { kilohertz } from '../log/qso.js';
import { sunText, wayText } from '../map/facts.js';
import { locator } from '../map/greatcircle.js';
import { timeElement } from '../utc.js';
import { t } from '../words.js';
import { historyOf } from './feed.js';
import { refsOf, signalOf, spotterOf } from './spot.js';

/** Spots of the history that are shown. */
const SHOWN = 20;
/** Modes that say too little for a contact. */
const VAGUE = new Set(['DATA', 'DIGI']);

/**
 * @typedef {object} Hooks
 * @property {string} logbook
 * @property {() => any} home
 * @property {(call: string) => void} filter shows this call alone
 * @property {((spot: any) => void) | null} again spots it again; null for who may not
 * @property {() => ((spot: any) => void) | null} [tune] how the radio is led to a spot; null without a radio
 * @property {(spot: any) => void} [shown]
 * @property {() => void} closed
 */

/** Address of the entry page with a spot's station filled in. @param {any} spot */
export function entryAddress(spot) {
  const query = new URLSearchParams({ call: spot.call, freq: kilohertz(spot.freq_hz) });
  if (spot.mode && !VAGUE.has(spot.mode)) query.set('mode', spot.mode);
  return `/logbook/new?${query}`;
}

export class SpotPanel {
  /** @type {any} */ spot = null;
  #panel;
  #hooks;
  #asked = 0;
  #tune = h('button', { type: 'button', class: 'button', 'aria-keyshortcuts': 't', 'data-tune': true, onclick: () => this.#hooks.tune?.()?.(this.spot) }, t('js.dx.tune'));

  /** @param {HTMLElement} panel @param {Hooks} hooks */
  constructor(panel, hooks) {
    this.#panel = panel;
    this.#hooks = hooks;
  }

  /** Shows a spot: at once what it says, then what the server knows of its station. @param {any} spot */
  async show(spot) {
    this.#asked += 1;
    const mine = this.#asked;
    const other = this.spot?.call !== spot.call;
    this.spot = spot;
    this.#panel.hidden = false;
    this.#draw(null, null);
    if (other) this.#panel.scrollTop = 0;
    this.#hooks.shown?.(spot);
    const [history, lookup] = await Promise.all([
      historyOf(spot.call).catch(() => []),
      this.#hooks.logbook ? get(`/logbook/lookup/${encodeURIComponent(spot.call)}`, { query: { logbook: this.#hooks.logbook } }).catch(() => null) : null,
    ]);
    if (mine === this.#asked) this.#draw(history, lookup);
  }

  /** Whether the radio can be led there may have changed. */
  tunable() {
    const tune = this.spot && this.#hooks.tune?.();
    if (Boolean(tune) === Boolean(this.#tune.parentNode)) return;
    if (tune) this.#panel.querySelector('.doing')?.append(this.#tune);
    else this.#tune.remove();
  }

  close() {
    if (this.#panel.hidden) return;
    this.#asked += 1;
    this.spot = null;
    this.#panel.hidden = true;
    this.#panel.replaceChildren();
    this.#hooks.closed();
  }

  /** @param {any[] | null} history null while it is fetched @param {any} lookup */
  #draw(history, lookup) {
    const { spot } = this;
    const tune = this.#hooks.tune?.();
    fill(this.#panel,
      h('header', {}, h('h2', {}, t('js.dx.spot')), h('div', { class: 'actions' },
        h('button', { type: 'button', class: 'button icon', 'aria-label': t('js.detail.close'), onclick: () => this.close() }, icon('close')))),
      h('div', { class: 'title' }, h('a', { class: 'call', href: recordAddress(spot.call) }, spot.call), h('span', {}, spot.country ?? ''),
        spot.need ? h('span', { class: 'chip needchip', 'data-need': spot.need }, t(`js.need.${spot.need}`)) : null,
        spot.lotw ? h('span', { class: 'chip good', title: spot.lotw_days === undefined ? null : t('js.dx.lotw_days', { n: spot.lotw_days }) }, '✓ LoTW') : null,
        spot.self ? h('span', { class: 'chip' }, t('js.dx.self')) : null),
      spot.busted_of ? h('p', { class: 'notice warn' }, icon('warn', 'glyph'), h('span', {}, t('js.dx.busted', { call: spot.busted_of }))) : null,
      h('div', { class: 'doing' },
        h('a', { class: 'button primary', href: entryAddress(spot) }, t('js.dx.log_it')),
        tune ? this.#tune : null,
        this.#hooks.again ? h('button', { type: 'button', class: 'button', onclick: () => this.#hooks.again?.(spot) }, t('js.dx.again')) : null,
        h('button', { type: 'button', class: 'button', onclick: () => this.#hooks.filter(spot.call) }, t('js.dx.only'))),
      this.#facts(),
      this.#before(lookup),
      this.#history(history));
  }

  #facts() {
    const { spot } = this;
    const home = this.#hooks.home();
    const placed = Number.isFinite(spot.lat) && Number.isFinite(spot.lon);
    const mode = spot.mode ? `${spot.mode}${spot.mode_by && spot.mode_by !== 'stated' ? ` · ${t(`js.dx_by.${spot.mode_by}`)}` : ''}` : '';
    const from = [spotterOf(spot), spot.spotter_continent, spot.spotter_cq_zone && `CQ ${spot.spotter_cq_zone}`, spot.spotter_grid].filter(Boolean).join(' · ');
    const where = [spot.continent && t(`js.continent.${spot.continent}`), spot.cq_zone && `CQ ${spot.cq_zone}`, spot.itu_zone && `ITU ${spot.itu_zone}`].filter(Boolean).join(' · ');
    /** @type {[string, any][]} */
    const lines = [
      [t('js.field.freq'), h('span', {}, `${kilohertz(spot.freq_hz)} kHz `, spot.band ? h('span', { class: 'chip band', 'data-band': spot.band }, bandName(spot.band)) : null, spot.split ? ` ${spot.split}` : null)],
      [t('js.field.mode'), mode],
      [t('js.dx.heard'), timeElement(spot.time, { seconds: true })],
      [t('js.dx.spotter'), from],
      [t('js.dx.signal'), signalOf(spot)],
      [t('js.col.comment'), spot.comment],
      ...refsOf(spot).map(({ programme, ref }) => /** @type {[string, any]} */ ([programme.toUpperCase(), h('span', { class: 'chip ref' }, ref)])),
      [t('js.dx.where'), where],
      [t('js.col.grid'), spot.grid ?? (placed ? h('span', { class: 'muted' }, t('js.dx.about', { grid: locator(spot).slice(0, 4) })) : '')],
      [t('js.dx.way'), placed ? wayText(home, spot) : ''],
      [t('js.dx.sun'), placed ? sunText(spot, Date.now()) : ''],
      [t('js.dx.prop'), spot.prop],
      [t('js.dx.source'), [spot.source && t(`js.dx_source.${spot.source}`), spot.origin].filter(Boolean).join(' · ')],
    ];
    return h('section', {}, h('dl', { class: 'dl' }, lines.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
  }

  /** @param {any} lookup */
  #before(lookup) {
    if (!lookup) return null;
    const qsos = lookup.worked?.qsos ?? [];
    return h('section', {}, h('h3', {}, t('js.dx.before')),
      qsos.length ? before(qsos) : h('p', { class: 'muted small' }, t(lookup.dxcc && !lookup.entity_worked ? 'js.dx.never_entity' : 'js.dx.never')));
  }

  /** @param {any[] | null} history */
  #history(history) {
    if (history === null) return h('section', { 'aria-busy': 'true' }, h('h3', {}, t('js.dx.history')));
    const others = history.filter(({ seq }) => seq !== this.spot.seq).slice(0, SHOWN);
    return h('section', {}, h('h3', {}, t('js.dx.history')),
      others.length === 0 ? h('p', { class: 'muted small' }, t('js.dx.no_history')) : h('div', { class: 'scroll-x' }, h('table', { class: 'plain' },
        h('thead', { class: 'visually-hidden' }, h('tr', {}, ['js.col.time', 'js.col.freq', 'js.col.mode', 'js.dx.spotter', 'js.col.comment'].map((key) => h('th', { scope: 'col' }, t(key))))),
        h('tbody', {}, others.map((spot) => h('tr', {},
          h('td', { class: 'nowrap muted' }, timeElement(spot.time)),
          h('td', { class: 'num' }, kilohertz(spot.freq_hz)),
          h('td', {}, spot.mode ?? ''), h('td', { class: 'nowrap' }, spotterOf(spot)),
          h('td', { class: 'muted' }, [signalOf(spot), spot.comment].filter(Boolean).join(' '))))))));
  }
}
