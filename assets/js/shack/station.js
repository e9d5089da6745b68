//  The station whose call is typed: who it is by the callbook, where, what was worked, the contacts before.

import { get } from '../api.js';
import { bandName } from '../bands.js';
import { recordAddress } from '../callbook/words.js';
import { fill, h } from '../dom.js';
import { before, markChips, marks, way } from '../log/lookup.js';
import { sunText } from '../map/facts.js';
import { bearing } from '../map/greatcircle.js';
import { t } from '../words.js';
import { drawGrid, grid, kindOf } from './worked.js';

/** Contacts with one station that are looked at. */
const MOST = 300;
/** Those the lookup brings along. */
const BROUGHT = 10;
/** The callbook is asked when somebody stopped typing, milliseconds. */
const CALM = 350;
/** Records kept while the page is open. */
const KEPT = 100;

/** Ways by which cards come, by the record's names. */
const WAYS = ['lotw', 'eqsl', 'bureau', 'direct'];

/**
 * @typedef {object} Hooks
 * @property {string} logbook
 * @property {() => any} home place to measure from
 * @property {import('../dx/needs.js').Worked} worked
 * @property {() => ((azimuth: number) => void) | null} rotate turns the antenna; null without a rotator
 * @property {(call: string) => any} spot the newest spot of a call, if any
 */

export class Station {
  #place;
  #hooks;
  /** @type {any} */ #found = null;
  /** @type {{ band?: string, mode?: string }} */ #where = {};
  /** The callbook's records by call; null for none. @type {Map<string, any>} */ #records = new Map();
  /** All contacts with the call, where the lookup's are too few. @type {any[] | null} */ #all = null;
  /** @type {any} */ #timer;
  #asked = 0;

  /** @param {HTMLElement} place @param {Hooks} hooks */
  constructor(place, hooks) {
    this.#place = place;
    this.#hooks = hooks;
    this.#draw();
  }

  /** Shows a call. @param {any} found answer of the lookup, null without a call @param {{ band?: string, mode?: string }} where */
  show(found, where) {
    if (found === this.#found && where.band === this.#where.band && where.mode === this.#where.mode) return;
    const other = found?.call !== this.#found?.call || found?.worked?.count !== this.#found?.worked?.count;
    this.#found = found;
    this.#where = where;
    if (other) {
      this.#all = null;
      this.#ask();
    }
    this.#draw();
  }

  /** Draws anew: the log's marks changed. */
  again() { this.#draw(); }

  #ask() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const mine = this.#asked;
    const { call, worked } = this.#found ?? {};
    if (!call) return;
    if (worked?.count > BROUGHT) {
      get('/logbook/qsos', { query: { logbook: this.#hooks.logbook, q: `call:${call}`, limit: MOST } }).then(({ items }) => {
        if (mine !== this.#asked) return;
        this.#all = items;
        this.#draw();
      }).catch(() => {});
    }
    if (this.#records.has(call)) return;
    this.#timer = setTimeout(async () => {
      // A search answers also where nobody is found; asked by its address, every call that no register has were an error.
      const { items = [] } = await get('/callbook/search', { query: { q: call, limit: 1 }, stay: true }).catch(() => ({}));
      const record = items[0]?.how === 'call' ? items[0] : null;
      this.#records.set(call, record);
      if (this.#records.size > KEPT) this.#records.delete(this.#records.keys().next().value ?? '');
      if (mine === this.#asked) this.#draw();
    }, CALM);
  }

  #draw() {
    const found = this.#found;
    if (!found) {
      fill(this.#place, h('p', { class: 'muted' }, t('js.lookup.empty')));
      return;
    }
    const logs = Boolean(this.#hooks.logbook);
    const record = this.#records.get(found.call);
    const qsos = this.#all ?? found.worked?.qsos ?? [];
    const entity = (/** @type {string} */ band, /** @type {string} */ kind) => this.#hooks.worked.slot(found.dxcc, band, kind);
    const home = this.#hooks.home();
    const zones = [found.continent, found.cq_zone && `CQ ${found.cq_zone}`, found.itu_zone && `ITU ${found.itu_zone}`].filter(Boolean).join(' · ');
    const placed = Number.isFinite(found.lat) && Number.isFinite(found.lon);
    fill(this.#place, h('div', { class: 'lookup' },
      h('p', { class: 'who' }, h('a', { class: 'call big', href: recordAddress(found.call) }, found.call), ' ', found.country ? h('span', {}, found.country) : h('span', { class: 'muted' }, t('js.lookup.unknown'))),
      record ? this.#person(record) : null,
      // Without a log nothing is new, or everything.
      logs ? h('p', { class: 'marks' }, markChips(marks(found, this.#where))) : null,
      h('p', { class: 'muted tabular small' }, [zones, way(home, found)].filter(Boolean).join(' · ')),
      placed && home ? this.#antenna(bearing(home, found)) : null,
      placed ? h('p', { class: 'muted small' }, t('js.dx.sun'), ': ', sunText(found, Date.now())) : null,
      this.#heard(found.call),
      logs ? drawGrid(grid(qsos, entity, this.#where.band), { band: this.#where.band, kind: kindOf(this.#where.mode ?? '') }) : null,
      logs ? h('p', { class: 'muted small key' }, t('js.shack.grid_key')) : null,
      qsos.length ? before(qsos.slice(0, BROUGHT)) : null,
      qsos.length > BROUGHT ? h('p', {}, h('a', { href: `/logbook?q=call:${encodeURIComponent(found.call)}` }, t('js.shack.all_qsos', { n: found.worked.count }))) : null));
  }

  /** Who it is by the callbook, and how cards come. @param {any} record */
  #person(record) {
    const place = [record.city, record.state, record.country].filter(Boolean).join(', ');
    const ways = WAYS.filter((name) => record.qsl?.[name] === true).map((name) => t(`js.callbook.qsl_${name}`));
    const via = record.qsl?.via && t('js.callbook.via', { via: record.qsl.via });
    return h('div', { class: 'person' },
      record.name ? h('p', {}, h('strong', {}, record.name), record.class ? h('span', { class: 'muted' }, ` · ${record.class}`) : null) : null,
      place || record.grid ? h('p', { class: 'small' }, [place, record.grid].filter(Boolean).join(' · ')) : null,
      ways.length || via ? h('p', { class: 'small muted' }, [via, ...ways].filter(Boolean).join(' · ')) : null,
      record.licensed === false ? h('p', { class: 'small warn' }, `△ ${record.standing ?? record.status}`) : null);
  }

  /** Leads the antenna there. @param {number} azimuth degrees */
  #antenna(azimuth) {
    const rotate = this.#hooks.rotate();
    const to = Math.round(azimuth) % 360;
    return rotate && h('p', {}, h('button', { type: 'button', class: 'button', 'data-rotate': true, onclick: () => rotate(to) }, t('js.shack.rotate', { deg: to })));
  }

  /** Where it was spotted last. @param {string} call */
  #heard(call) {
    const spot = this.#hooks.spot(call);
    if (!spot) return null;
    return h('p', { class: 'small' }, h('span', { class: 'muted' }, `${t('js.dx.heard')}: `), `${(spot.freq_hz / 1000).toFixed(1)} kHz `,
      h('span', { class: 'chip band', 'data-band': spot.band }, bandName(spot.band)), ' ', spot.split ? h('strong', {}, spot.split) : null, ' ', h('span', { class: 'muted' }, spot.comment ?? ''));
  }
}
