//  The columns of the spot table.
//
//  Cells are painted over in place, many times a second: a cell's node is made once and
//  changes its text only where that differs.

import { bandName, bandOrder } from '../bands.js';
import { formatClock, formatUtc, localTitle } from '../utc.js';
import { t } from '../words.js';
import { NEEDS } from './filter.js';
import { farOf, refsOf, signalOf, spotterOf, wayOf, zoneOf } from './spot.js';

/** @typedef {import('../table/columns.js').Column} Column */

/** Strength of a need by colour; the word stands beside. @type {Record<string, string>} */
const STATES = { entity: 'bad', band: 'warn', mode: 'warn', slot: 'accent', grid: 'accent', ref: 'accent' };

/** The bar at a row's left. @param {any} spot */
export const stateOf = (spot) => STATES[spot.need] ?? '';

/** @param {boolean} miles @returns {Column[]} */
export function columns(miles) {
  return [
    { id: 'time', label: t('js.col.time'), width: 72, rank: 0, sort: 'time', latest: true, kind: 'soft', paint: paintTime },
    { id: 'freq', label: t('js.col.freq'), width: 100, rank: 0, sort: 'freq', end: true, text: (spot) => (spot.freq_hz / 1000).toFixed(1) },
    { id: 'call', label: t('js.col.call'), width: 104, grow: 0.5, rank: 0, sort: 'call', kind: 'call', paint: paintCall },
    { id: 'mode', label: t('js.col.mode'), width: 60, rank: 1, sort: 'mode', paint: paintMode },
    { id: 'band', label: t('js.col.band'), width: 72, rank: 4, sort: 'freq', paint: paintBand },
    { id: 'need', label: t('js.dx.need'), width: 92, rank: 2, sort: 'need', kind: 'need', paint: paintNeed },
    { id: 'country', label: t('js.col.country'), width: 104, grow: 1, rank: 3, sort: 'country', text: (spot) => spot.country ?? '' },
    { id: 'zone', label: t('js.dx.zone'), width: 60, rank: 9, kind: 'soft', text: zoneOf },
    { id: 'far', label: miles ? 'mi' : 'km', width: 64, rank: 7, sort: 'far', end: true, text: (spot) => farOf(spot.km, miles) },
    { id: 'way', label: t('js.dx.bearing'), width: 52, rank: 6, end: true, text: (spot) => wayOf(spot.deg) },
    { id: 'spotter', label: t('js.dx.spotter'), width: 88, rank: 5, sort: 'spotter', kind: 'soft', text: spotterOf },
    { id: 'comment', label: t('js.col.comment'), width: 120, grow: 1.6, rank: 5, kind: 'soft', paint: paintComment },
    { id: 'signal', label: t('js.dx.signal'), width: 96, rank: 8, kind: 'soft', text: signalOf },
    { id: 'source', label: t('js.dx.source'), width: 76, rank: 10, off: true, kind: 'soft', text: (spot) => spot.origin || (spot.source ? t(`js.dx_source.${spot.source}`) : '') },
    { id: 'grid', label: t('js.col.grid'), width: 76, rank: 10, off: true, text: (spot) => spot.grid ?? '' },
    { id: 'lotw', label: 'LoTW', width: 56, rank: 10, off: true, kind: 'good', text: (spot) => (spot.lotw ? '✓' : '') },
  ];
}

/** @type {Record<string, (spot: any) => any>} */
const KEYS = {
  freq: (spot) => spot.freq_hz,
  call: (spot) => spot.call,
  mode: (spot) => spot.mode ?? '\uffff',
  band: (spot) => bandOrder(spot.band),
  need: (spot) => (spot.need ? NEEDS.indexOf(spot.need) : NEEDS.length),
  country: (spot) => spot.country || '\uffff',
  far: (spot) => spot.km ?? Infinity,
  spotter: (spot) => spot.spotter ?? '',
  time: (spot) => spot.at,
};

/**
 * Order of a list; among equals the newest first.
 * @param {string} sort column, with `-` for the highest first
 * @returns {((a: any, b: any) => number) | null} null for the newest first
 */
export function orderOf(sort) {
  const falling = sort.startsWith('-');
  const key = KEYS[sort.replace('-', '')];
  if (!key || sort === '-time') return null;
  return (a, b) => {
    const [x, y] = [key(a), key(b)];
    const order = x < y ? -1 : x > y ? 1 : 0;
    return (falling ? -order : order) || b.seq - a.seq;
  };
}

/** @param {HTMLElement} cell @param {any} spot */
function paintTime(cell, spot) {
  const text = formatClock(spot.time);
  if (cell.textContent !== text) cell.textContent = text;
  // The spelled-out time is dear and rarely read: it is made when it is asked for.
  cell.onpointerenter = () => { cell.title = `${formatUtc(spot.time, { seconds: true })}\n${localTitle(spot.time)}`; };
}

/** @param {HTMLElement} cell @param {any} spot */
function paintCall(cell, spot) {
  if (cell.firstChild?.nodeValue !== spot.call) cell.textContent = spot.call;
  cell.classList.toggle('busted', Boolean(spot.busted_of));
  if (spot.busted_of) cell.title = t('js.dx.busted', { call: spot.busted_of });
  else cell.removeAttribute('title');
}

/** @param {HTMLElement} cell @param {any} spot */
function paintMode(cell, spot) {
  const text = spot.mode ?? '';
  if (cell.textContent !== text) cell.textContent = text;
  // A mode that nobody said is a guess, and looks like one.
  cell.classList.toggle('guess', spot.mode_by === 'plan');
}

/** @param {HTMLElement} cell @param {any} spot */
function paintBand(cell, spot) {
  let chip = /** @type {HTMLElement | null} */ (cell.firstElementChild);
  if (!spot.band) {
    cell.textContent = '';
    return;
  }
  if (!chip) {
    cell.textContent = '';
    chip = document.createElement('span');
    chip.className = 'chip band';
    cell.append(chip);
  }
  if (chip.dataset.band === spot.band) return;
  chip.dataset.band = spot.band;
  chip.textContent = bandName(spot.band);
}

/** @param {HTMLElement} cell @param {any} spot */
function paintNeed(cell, spot) {
  const text = spot.need ? t(`js.need.${spot.need}`) : '';
  if (cell.textContent !== text) cell.textContent = text;
  cell.dataset.need = spot.need ?? '';
}

/** @param {HTMLElement} cell @param {any} spot */
function paintComment(cell, spot) {
  const refs = refsOf(spot);
  if (refs.length === 0) {
    if (cell.childElementCount || cell.textContent !== (spot.comment ?? '')) cell.textContent = spot.comment ?? '';
    return;
  }
  cell.replaceChildren(...refs.map(({ programme, ref }) => {
    const chip = document.createElement('span');
    chip.className = `chip ref ${programme}`;
    chip.textContent = ref;
    chip.title = programme.toUpperCase();
    return chip;
  }), ` ${spot.comment ?? ''}`);
}
