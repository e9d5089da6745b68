//  What the map says about a place: locator, bearing, distance, sun.
//
//  Text only, so that the tip, the readout, the list and a screen reader agree.

import { formatClock } from '../utc.js';
import { bearing, distanceKm, KM_PER_MILE, locator } from './greatcircle.js';
import { sunTimes } from './sun.js';

/** @typedef {import('./greatcircle.js').Place} Place */

/** Words of the map, one object so that a page may put another language in their place. */
export const WORDS = {
  map: 'Map',
  keys: 'Arrow keys move the map, plus and minus zoom, Home shows all. '
    + 'Page Down and Page Up go from contact to contact, Enter opens it.',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  home: 'Home',
  azimuthal: 'Azimuthal',
  world: 'World',
  list: 'List',
  none: 'no points',
  one: '1 point',
  many: (/** @type {string} */ count) => `${count} points`,
  newest: (/** @type {string} */ shown, /** @type {string} */ all) => `The newest ${shown} of ${all}.`,
  more: (/** @type {string} */ count) => `and ${count} more`,
  call: 'Call',
  band: 'Band',
  time: 'Time',
  bearing: 'Bearing',
  distance: 'Distance',
  sunrise: 'sunrise',
  sunset: 'sunset',
  day: 'sun up all day',
  night: 'sun down all day',
  noLand: 'The outline of the land could not be loaded; everything else is shown.',
};

/** @param {number} value @returns {string} whole, with the language's grouping */
export function whole(value) {
  return new Intl.NumberFormat(globalThis.document?.documentElement?.lang || 'en', {
    maximumFractionDigits: 0,
  }).format(value);
}

/** @param {Place} from @param {Place} to @returns {string} "051°" */
export function bearingText(from, to) {
  return `${String(Math.round(bearing(from, to)) % 360).padStart(3, '0')}°`;
}

/** @param {Place} from @param {Place} to @returns {string} "5,570 km" */
export function kmText(from, to) {
  return `${whole(distanceKm(from, to))}\u00a0km`;
}

/** @param {Place} from @param {Place} to @returns {string} "3,461 mi" */
export function milesText(from, to) {
  return `${whole(distanceKm(from, to) / KM_PER_MILE)}\u00a0mi`;
}

/**
 * Sunrise and sunset of the day at a place.
 * @param {Place} place @param {number} now milliseconds since 1970
 * @returns {string}
 */
export function sunText(place, now) {
  const times = sunTimes(place, now);
  if (times === 'day') return WORDS.day;
  if (times === 'night') return WORDS.night;
  return `${WORDS.sunrise}\u00a0${formatClock(times.rise)}, ${WORDS.sunset}\u00a0${formatClock(times.set)}`;
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
