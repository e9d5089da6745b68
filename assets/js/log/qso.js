//  A contact as it stands in tables and panels.
//
//  Frequencies are kilohertz in tables, times UTC; the mode shown is the submode where
//  there is one. Reading what is typed into band, frequency and time fields is here too.

import { band, bandName, bandOfHertz } from '../bands.js';
import { formatUtc, localTitle } from '../utc.js';
import { t } from '../words.js';

/** @typedef {Record<string, any>} Qso the API's shape */

/** Kilohertz for tables: `14081.5`, with tenths always, finer only where needed. @param {number | undefined} hertz */
export function kilohertz(hertz) {
  if (!hertz) return '';
  const khz = hertz / 1000;
  return hertz % 100 === 0 ? khz.toFixed(1) : khz.toFixed(hertz % 10 === 0 ? 2 : 3);
}

/** Points stand under each other: what a column lacks of two decimals is filled with figure spaces. @param {string} text */
const aligned = (text) => (text && text.length - text.indexOf('.') < 3 ? `${text}\u2007` : text);

/** @param {Qso} qso */
export const modeOf = (qso) => qso.submode || qso.mode || '';

/** Media that confirm, and how they are called. @type {Record<string, string>} */
export const MEDIA = { lotw: 'LoTW', eqsl: 'eQSL', qrz: 'QRZ', card: 'card', dcl: 'DCL', clublog: 'Club Log' };

/** Confirmations in words. @param {Qso} qso */
export const confirmedWords = (qso) => (qso.confirmed ?? []).map((/** @type {string} */ name) => MEDIA[name] ?? name).join(', ');

/**
 * The report usual in a mode.
 * @param {string} mode mode or submode
 * @returns {string} empty where reports are measured
 */
export function usualReport(mode) {
  const name = mode.toUpperCase();
  if (['CW', 'RTTY', 'PSK', 'PSK31', 'PSK63', 'HELL', 'OLIVIA', 'THOR', 'DOMINO'].includes(name)) return '599';
  if (['SSB', 'USB', 'LSB', 'FM', 'AM', 'DIGITALVOICE', 'C4FM', 'DSTAR', 'DMR', 'FREEDV', 'M17'].includes(name)) return '59';
  return '';
}

/**
 * Reads a band or a frequency as operators type them: `20m`, `14074`, `14.074`, `144.3 MHz`, `14074.5`.
 * A number is kilohertz from 1000 on, below megahertz; units may say otherwise.
 * @param {string} text
 * @returns {{ freq_hz?: number, band?: string } | null} null for what is neither
 */
export function readFrequency(text) {
  const tidy = text.trim().toLowerCase().replace(',', '.');
  if (!tidy) return null;
  const named = /[a-z]$/.test(tidy) ? band(tidy) : undefined;
  if (named) return { band: named.id };
  const parts = /^(\d+(?:\.\d+)?)(?:\.(\d{3}))?\s*(hz|khz|k|mhz|m|ghz|g)?$/.exec(tidy);
  if (!parts) return null;
  // 14.081.500 is how a rig writes hertz.
  const rig = /^(\d{1,6})\.(\d{3})\.(\d{3})$/.exec(tidy);
  const hertz = rig ? Number(rig.slice(1).join('')) : Math.round(Number(parts[1]) * unit(Number(parts[1]), parts[3]));
  if (!rig && parts[2]) return null;
  const found = bandOfHertz(hertz);
  return found ? { freq_hz: hertz, band: found.id } : { freq_hz: hertz };
}

/** @param {number} value @param {string | undefined} name */
function unit(value, name) {
  if (name) return { hz: 1, khz: 1e3, k: 1e3, mhz: 1e6, m: 1e6, ghz: 1e9, g: 1e9 }[name] ?? 1;
  return value >= 1000 ? 1e3 : 1e6;
}

/**
 * Reads a time of day: `0932`, `9:32`, `093207`, `09:32z`.
 * @param {string} text
 * @returns {string | null} `09:32:07`, null for what is none
 */
export function readTime(text) {
  const digits = text.trim().replace(/z$/i, '');
  const parts = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(digits) ?? /^(\d{2})(\d{2})(\d{2})?$/.exec(digits.padStart(4, '0'));
  if (!parts) return null;
  const [hour, minute, second] = [parts[1], parts[2], parts[3] ?? '0'].map(Number);
  if (hour > 23 || minute > 59 || second > 59) return null;
  return [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Paints a band with its colour into a table's cell. @param {HTMLElement} cell @param {Qso} qso */
function paintBand(cell, qso) {
  let chip = /** @type {HTMLElement | null} */ (cell.firstElementChild);
  if (!chip) {
    chip = document.createElement('span');
    chip.className = 'chip band';
    cell.append(chip);
  }
  chip.dataset.band = qso.band ?? '';
  chip.textContent = bandName(qso.band);
}

/** @param {HTMLElement} cell @param {Qso} qso */
function paintTime(cell, qso) {
  cell.textContent = formatUtc(qso.start);
  cell.title = localTitle(qso.start);
}

/**
 * The columns a logbook's table can have.
 * @returns {import('../table/columns.js').Column[]}
 */
export function columns() {
  return [
    { id: 'start', label: t('js.col.time'), width: 138, rank: 0, sort: 'start', latest: true, kind: 'soft', paint: paintTime },
    { id: 'call', label: t('js.col.call'), width: 104, grow: 1, rank: 0, sort: 'call', kind: 'call', text: (qso) => qso.call },
    { id: 'band', label: t('js.col.band'), width: 72, rank: 1, sort: 'band', paint: paintBand },
    { id: 'freq', label: t('js.col.freq'), width: 96, rank: 5, sort: 'freq', end: true, text: (qso) => aligned(kilohertz(qso.freq_hz)) },
    { id: 'mode', label: t('js.col.mode'), width: 76, rank: 2, sort: 'mode', text: modeOf },
    { id: 'rst_sent', label: t('js.col.sent'), width: 54, rank: 6, text: (qso) => qso.rst_sent ?? '' },
    { id: 'rst_rcvd', label: t('js.col.rcvd'), width: 54, rank: 6, text: (qso) => qso.rst_rcvd ?? '' },
    { id: 'country', label: t('js.col.country'), width: 120, grow: 1.4, rank: 3, sort: 'country', text: (qso) => qso.country ?? '' },
    { id: 'grid', label: t('js.col.grid'), width: 84, rank: 7, sort: 'grid', text: (qso) => qso.grid ?? '' },
    { id: 'name', label: t('js.col.name'), width: 100, grow: 1, rank: 8, text: (qso) => qso.name ?? '' },
    { id: 'confirmed', label: t('js.col.confirmed'), width: 124, rank: 6, kind: 'good', text: (qso) => (qso.confirmed?.length ? `✓ ${confirmedWords(qso)}` : '') },
    { id: 'comment', label: t('js.col.comment'), width: 140, grow: 2, rank: 9, kind: 'soft', text: (qso) => qso.comment ?? '' },
    { id: 'state', label: t('js.col.state'), width: 64, rank: 10, off: true, text: (qso) => qso.state ?? '' },
    { id: 'qth', label: t('js.col.qth'), width: 110, grow: 1, rank: 10, off: true, text: (qso) => qso.qth ?? '' },
    { id: 'cq_zone', label: t('js.col.cq'), width: 48, rank: 10, off: true, end: true, text: (qso) => String(qso.cq_zone ?? '') },
    { id: 'itu_zone', label: t('js.col.itu'), width: 48, rank: 10, off: true, end: true, text: (qso) => String(qso.itu_zone ?? '') },
    { id: 'continent', label: t('js.col.cont'), width: 56, rank: 10, off: true, text: (qso) => qso.continent ?? '' },
    { id: 'operator', label: t('js.col.operator'), width: 96, rank: 10, off: true, text: (qso) => qso.operator ?? '' },
    { id: 'contest', label: t('js.col.contest'), width: 120, rank: 10, off: true, text: (qso) => qso.contest ?? '' },
    { id: 'tx_power', label: t('js.col.power'), width: 68, rank: 10, off: true, end: true, text: (qso) => (qso.tx_power ? `${qso.tx_power} W` : '') },
  ];
}

/** Modes offered while typing; anything else may be typed. */
export const MODES = ['SSB', 'CW', 'FT8', 'FT4', 'RTTY', 'FM', 'AM', 'USB', 'LSB', 'JS8', 'PSK31', 'JT65', 'JT9', 'Q65', 'MSK144',
  'FST4', 'DMR', 'C4FM', 'DSTAR', 'FREEDV', 'SSTV', 'OLIVIA', 'HELL', 'THOR', 'PSK63', 'VARA HF', 'PKT', 'ATV', 'M17'];
