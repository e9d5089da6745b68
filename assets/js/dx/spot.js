//  A spot as it stands in tables, panels and marks: words and figures out of the server's JSON.
//
//  What is worked out here once per spot (moment, distance, bearing) is kept on the object,
//  because lists ask for it thousands of times.

import { bearing, distanceKm, KM_PER_MILE } from '../map/greatcircle.js';
import { number, t } from '../words.js';

/** @typedef {{ lat: number, lon: number, grid?: string }} Place */
/**
 * @typedef {Record<string, any>} Spot the API's shape, and besides:
 *   `at` milliseconds since 1970, `km` and `deg` from the station, `need` what it would be in the log
 */

/** Programmes whose references a spot can carry, by the names of its fields. */
export const PROGRAMMES = ['pota', 'sota', 'wwff', 'iota', 'wwbota'];

/** Classes of modes, and single modes that chips are made for. */
export const CLASSES = ['cw', 'phone', 'data'];
export const SINGLE_MODES = ['FT8', 'FT4', 'RTTY', 'SSB', 'FM'];

const VOICE = new Set(['SSB', 'USB', 'LSB']);

/**
 * Adds what is derived from a spot to it.
 * @param {Spot} spot
 * @param {Place | null} home
 * @returns {Spot} the same
 */
export function prepare(spot, home) {
  spot.at = Date.parse(spot.time) || 0;
  measure(spot, home);
  return spot;
}

/** Distance and bearing from a station. @param {Spot} spot @param {Place | null} home */
export function measure(spot, home) {
  const known = home && Number.isFinite(spot.lat) && Number.isFinite(spot.lon);
  spot.km = known ? distanceKm(home, /** @type {any} */ (spot)) : undefined;
  spot.deg = known ? bearing(home, /** @type {any} */ (spot)) : undefined;
}

/** References with their programmes. @param {Spot} spot @returns {{ programme: string, ref: string }[]} */
export function refsOf(spot) {
  return PROGRAMMES.filter((programme) => spot[programme]).map((programme) => ({ programme, ref: spot[programme] }));
}

/** Whether a mode fits one that is asked for: SSB holds both sides. @param {Spot} spot @param {string} wanted upper case, or a class */
export function hasMode(spot, wanted) {
  const mode = spot.mode ?? '';
  return spot.class === wanted || mode === wanted || (wanted === 'SSB' && VOICE.has(mode));
}

/** `12 dB`, `24 wpm`, both, or nothing. @param {Spot} spot */
export function signalOf(spot) {
  const parts = [];
  if (Number.isFinite(spot.snr)) parts.push(`${spot.snr < 0 ? '−' : ''}${Math.abs(spot.snr)}\u00a0dB`);
  if (Number.isFinite(spot.wpm)) parts.push(`${spot.wpm}\u00a0${spot.class === 'cw' ? 'wpm' : 'Bd'}`);
  return parts.join(' ');
}

/** `EU 14`: continent and CQ zone. @param {Spot} spot */
export function zoneOf(spot) {
  return [spot.continent, spot.cq_zone].filter(Boolean).join('\u00a0');
}

/** Distance in the reader's units. @param {number | undefined} km @param {boolean} miles */
export function farOf(km, miles) {
  if (km === undefined) return '';
  return number(miles ? km / KM_PER_MILE : km);
}

/** `308°`. @param {number | undefined} degrees */
export function wayOf(degrees) {
  return degrees === undefined ? '' : `${String(Math.round(degrees) % 360).padStart(3, '0')}°`;
}

/** Spotter as cluster nodes write it. @param {Spot} spot */
export function spotterOf(spot) {
  return spot.skimmer ? `${spot.spotter}-#` : spot.spotter ?? '';
}

/** How long ago: `now`, `12 min`, `1:05 h`. @param {number} at @param {number} now */
export function ageOf(at, now) {
  const minutes = Math.max(0, Math.floor((now - at) / 60_000));
  if (minutes === 0) return t('js.bandmap.now');
  return minutes < 60 ? `${minutes}\u00a0min` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}\u00a0h`;
}
