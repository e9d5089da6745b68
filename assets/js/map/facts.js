//  What the map says about a place: locator, bearing, distance, sun.
//
//  Text only, so that the tip, the readout, the list and a screen reader agree.

import { formatClock } from '../utc.js';
import { number, t } from '../words.js';
import { bearing, distanceKm, KM_PER_MILE, locator } from './greatcircle.js';
import { sunTimes } from './sun.js';

/** @typedef {import('./greatcircle.js').Place} Place */

/** @param {Place} from @param {Place} to @returns {string} "051°" */
export function bearingText(from, to) {
  return `${String(Math.round(bearing(from, to)) % 360).padStart(3, '0')}°`;
}

/** @param {Place} from @param {Place} to @returns {string} "5,570 km" */
export function kmText(from, to) {
  return `${number(distanceKm(from, to))}\u00a0km`;
}

/** @param {Place} from @param {Place} to @returns {string} "3,461 mi" */
export function milesText(from, to) {
  return `${number(distanceKm(from, to) / KM_PER_MILE)}\u00a0mi`;
}

/**
 * Sunrise and sunset of the day at a place.
 * @param {Place} place @param {number} now milliseconds since 1970
 * @returns {string}
 */
export function sunText(place, now) {
  const times = sunTimes(place, now);
  if (times === 'day') return t('js.map.sun_up');
  if (times === 'night') return t('js.map.sun_down');
  return t('js.map.sun', { rise: formatClock(times.rise), set: formatClock(times.set) });
}

/**
 * Bearing and distance in both units; nothing without a station or at it.
 * @param {Place | null} from @param {Place} to
 * @returns {string}
 */
export function wayText(from, to) {
  if (!from || distanceKm(from, to) < 0.5) return '';
  return `${bearingText(from, to)} · ${kmText(from, to)} · ${milesText(from, to)}`;
}

/**
 * Everything about a place in one line.
 * @param {Place | null} from @param {Place} place @param {number} now
 * @returns {string}
 */
export function placeText(from, place, now) {
  return [locator(place), wayText(from, place), sunText(place, now)].filter(Boolean).join(' · ');
}
