//  What was worked by band and kind of mode: of the station itself, and of its entity.

import { band as bandOf, bandName, bandOrder } from '../bands.js';
import { h } from '../dom.js';
import { classOf } from '../dx/log.js';
import { t } from '../words.js';

/** Bands that always have a column. */
const USUAL = ['160m', '80m', '60m', '40m', '30m', '20m', '17m', '15m', '12m', '10m', '6m', '2m'];
const CLASSES = /** @type {const} */ (['cw', 'phone', 'data']);
/** What stands in a cell; the word is in its title and for who hears it. */
const MARKS = /** @type {Record<string, string>} */ ({ station_confirmed: '✓', station: '●', confirmed: '○', worked: '○', '': '' });

/**
 * @typedef {object} Cell
 * @property {string} band
 * @property {string} kind
 * @property {'station_confirmed' | 'station' | 'confirmed' | 'worked' | ''} state of the station, else of its entity
 */

/**
 * The table's rows.
 * @param {readonly any[]} qsos contacts with the station
 * @param {(band: string, kind: string) => '' | 'worked' | 'confirmed'} entity what is known of its entity
 * @param {string} [now] band in use
 * @returns {{ bands: string[], rows: { kind: string, cells: Cell[] }[] }}
 */
export function grid(qsos, entity, now) {
  const bands = [...new Set([...USUAL, ...qsos.map(({ band }) => band), now])].filter((band) => band && bandOf(band));
  bands.sort((a, b) => bandOrder(a) - bandOrder(b));
  /** @type {Map<string, 'station' | 'station_confirmed'>} */
  const own = new Map();
  for (const qso of qsos) {
    const key = `${qso.band} ${classOf(qso)}`;
    if (own.get(key) !== 'station_confirmed') own.set(key, qso.confirmed?.length ? 'station_confirmed' : 'station');
  }
  const rows = CLASSES.map((kind) => ({ kind, cells: /** @type {any[]} */ (bands).map((band) => ({ band, kind, state: own.get(`${band} ${kind}`) ?? entity(band, kind) })) }));
  return { bands: /** @type {string[]} */ (bands), rows };
}

/** Kind of the mode typed, as spots have it. @param {string} mode */
export const kindOf = (mode) => (mode ? classOf({ mode }) : '');

/**
 * Draws the table.
 * @param {ReturnType<typeof grid>} made
 * @param {{ band?: string, kind?: string }} now what is typed: its cell stands out
 */
export function drawGrid({ bands, rows }, now) {
  const name = (/** @type {string} */ kind) => (kind === 'cw' ? 'CW' : t(`js.dx.${kind}`));
  return h('div', { class: 'scroll-x', tabindex: 0, role: 'group', 'aria-label': t('js.shack.worked') }, h('table', { class: 'workedgrid' },
    h('thead', {}, h('tr', {}, h('td'), bands.map((band) => h('th', { scope: 'col', 'data-band': band, class: band === now.band ? 'now' : '', title: bandName(band), 'aria-label': bandName(band) }, bandOf(band)?.short ?? band)))),
    h('tbody', {}, rows.map(({ kind, cells }) => h('tr', {}, h('th', { scope: 'row', class: kind === now.kind ? 'now' : '' }, name(kind)),
      cells.map(({ band, state }) => {
        const words = t(`js.shack.cell_${state || 'none'}`);
        return h('td', { class: `${state} ${band === now.band && kind === now.kind ? 'now' : ''}`, title: `${bandName(band)} ${name(kind)}: ${words}` },
          h('span', { 'aria-hidden': 'true' }, MARKS[state]), h('span', { class: 'visually-hidden' }, words));
      }))))));
}
