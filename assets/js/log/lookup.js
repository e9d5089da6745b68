//  What is known of a call: country, way there, and what was worked before.

import { bandName } from '../bands.js';
import { recordAddress } from '../callbook/words.js';
import { fill, h } from '../dom.js';
import { bearing, distanceKm, KM_PER_MILE } from '../map/greatcircle.js';
import { timeElement } from '../utc.js';
import { number, t } from '../words.js';
import { confirmedWords, modeOf } from './qso.js';

/** @typedef {{ lat: number, lon: number }} Place */

/**
 * What a contact with this call would be, best first.
 * @param {any} found answer of the lookup
 * @param {{ band?: string, mode?: string }} where
 * @param {string} [today] ISO date
 * @returns {{ tone: string, text: string }[]}
 */
export function marks(found, where, today = new Date().toISOString().slice(0, 10)) {
  /** @type {{ tone: string, text: string }[]} */
  const list = [];
  const { worked = {} } = found;
  if (found.dxcc && !found.entity_worked) list.push({ tone: 'warn', text: t('js.lookup.new_entity') });
  else if (found.dxcc && where.band && !(found.entity_bands ?? []).includes(where.band)) {
    list.push({ tone: 'warn', text: t('js.lookup.new_band', { band: bandName(where.band) }) });
  }
  const same = (worked.qsos ?? []).filter((/** @type {any} */ qso) => qso.band === where.band && (modeOf(qso) === where.mode || qso.mode === where.mode));
  if (same.some((/** @type {any} */ qso) => String(qso.start).startsWith(today))) list.push({ tone: 'bad', text: t('js.lookup.today') });
  else if (same.length) list.push({ tone: '', text: t('js.lookup.same') });
  if (worked.count) list.push({ tone: '', text: worked.count === 1 ? t('js.lookup.once') : t('js.lookup.times', { n: worked.count }) });
  else list.push({ tone: 'good', text: t('js.lookup.first') });
  return list;
}

/** Chips of marks. @param {ReturnType<typeof marks>} list */
export function markChips(list) {
  const glyphs = { good: '✓ ', warn: '▲ ', bad: '✕ ' };
  return list.map(({ tone, text }) => h('span', { class: `chip ${tone}` }, `${/** @type {any} */ (glyphs)[tone] ?? ''}${text}`));
}

/**
 * The way to a place: `8 270 km, 308°`.
 * @param {Place | null} home
 * @param {any} place
 * @returns {string}
 */
export function way(home, place) {
  if (!home || !Number.isFinite(place?.lat) || !Number.isFinite(place?.lon)) return '';
  const km = distanceKm(home, place);
  const miles = document.body.dataset.units === 'imperial';
  const far = miles ? `${number(km / KM_PER_MILE)}\u00a0mi` : `${number(km)}\u00a0km`;
  return `${far}, ${number(bearing(home, place))}°`;
}

/**
 * Fills a panel with what is known.
 * @param {Element} panel
 * @param {any} found null while nothing is known
 * @param {{ band?: string, mode?: string }} where
 * @param {Place | null} home
 */
export function showLookup(panel, found, where, home) {
  if (!found) {
    fill(panel, h('p', { class: 'muted' }, t('js.lookup.empty')));
    return;
  }
  const zones = [found.continent, found.cq_zone && `CQ ${found.cq_zone}`, found.itu_zone && `ITU ${found.itu_zone}`].filter(Boolean).join(' · ');
  fill(panel, h('div', { class: 'lookup' },
    h('p', {}, h('a', { class: 'call big', href: recordAddress(found.call) }, found.call), ' ', found.country ?? h('span', { class: 'muted' }, t('js.lookup.unknown'))),
    h('p', { class: 'marks' }, markChips(marks(found, where))),
    h('p', { class: 'muted tabular' }, [zones, way(home, found)].filter(Boolean).join(' · ')),
    found.worked?.qsos?.length ? before(found.worked.qsos) : null));
}

/**
 * A small table of earlier contacts.
 * @param {any[]} qsos
 * @param {(qso: any) => void} [open]
 */
export function before(qsos, open) {
  const name = (/** @type {any} */ qso) => (open
    ? h('button', { type: 'button', class: 'linkish', onclick: () => open(qso) }, timeElement(qso.start))
    : timeElement(qso.start));
  return h('div', { class: 'scroll-x' }, h('table', { class: 'plain' },
    h('thead', { class: 'visually-hidden' }, h('tr', {}, [t('js.col.time'), t('js.col.band'), t('js.col.mode'), t('js.col.confirmed')].map((label) => h('th', { scope: 'col' }, label)))),
    h('tbody', {}, qsos.map((qso) => h('tr', {},
      h('td', { class: 'nowrap muted' }, name(qso)),
      h('td', {}, h('span', { class: 'chip band', 'data-band': qso.band }, bandName(qso.band))),
      h('td', {}, modeOf(qso)),
      h('td', { class: 'good small' }, qso.confirmed?.length ? `✓ ${confirmedWords(qso)}` : ''))))));
}
