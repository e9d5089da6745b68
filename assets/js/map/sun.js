//  Where the sun stands, good to about 0.02 degrees from 1950 to 2050.
//
//  Low-precision formulas of the Astronomical Almanac (section C, "Low precision
//  formulas for the Sun"). Rise and set are for the upper limb with standard
//  refraction (-0.833 degrees), as almanacs print them; terrain is not known.

/** @typedef {import('./greatcircle.js').Place} Place */

const RAD = Math.PI / 180;
const DAY_MS = 86_400_000;
/** 2000-01-01 12:00 UTC. */
const J2000_MS = Date.UTC(2000, 0, 1, 12);
/** Altitude of the sun's centre at rise and set, degrees. */
const HORIZON = -0.833;

/**
 * The place that has the sun overhead.
 * @param {number} ms milliseconds since 1970
 * @returns {Place}
 */
export function subsolar(ms) {
  const days = (ms - J2000_MS) / DAY_MS;
  const meanLongitude = 280.46 + 0.9856474 * days;
  const anomaly = (357.528 + 0.9856003 * days) * RAD;
  const longitude = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
  const tilt = (23.439 - 0.0000004 * days) * RAD;
  const declination = Math.asin(Math.sin(tilt) * Math.sin(longitude)) / RAD;
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(longitude), Math.cos(longitude)) / RAD;
  // Equation of time as degrees of rotation, then the hour angle of the mean sun.
  const equation = half(meanLongitude - ascension);
  const hours = (ms % DAY_MS) / DAY_MS;
  return { lat: declination, lon: half(180 - hours * 360 - equation) };
}

/**
 * Altitude of the sun's centre without refraction, degrees.
 * @param {Place} place @param {number} ms milliseconds since 1970
 * @returns {number}
 */
export function elevation(place, ms) {
  const sun = subsolar(ms);
  const sin = Math.sin(place.lat * RAD) * Math.sin(sun.lat * RAD)
    + Math.cos(place.lat * RAD) * Math.cos(sun.lat * RAD) * Math.cos((place.lon - sun.lon) * RAD);
  return Math.asin(Math.max(-1, Math.min(1, sin))) / RAD;
}

/**
 * Sunrise and sunset around the noon nearest to a moment.
 * @param {Place} place @param {number} ms milliseconds since 1970
 * @returns {{ rise: number, set: number } | 'day' | 'night'} milliseconds since 1970, or what lasts all day
 */
export function sunTimes(place, ms) {
  const noon = nearestNoon(place.lon, ms);
  const rise = crossing(place, noon, -1);
  const set = crossing(place, noon, 1);
  if (rise === null || set === null) return elevation(place, noon) > HORIZON ? 'day' : 'night';
  return { rise, set };
}

/** @param {number} lon @param {number} ms */
function nearestNoon(lon, ms) {
  let noon = ms;
  for (let n = 0; n < 3; n += 1) noon += (half(subsolar(noon).lon - lon) / 360) * DAY_MS;
  return noon;
}

/**
 * When the sun crosses the horizon before (-1) or after (1) noon; a few rounds, as declination moves on.
 * @param {Place} place @param {number} noon @param {-1 | 1} side
 */
function crossing(place, noon, side) {
  let moment = noon;
  for (let n = 0; n < 4; n += 1) {
    const sun = subsolar(moment);
    const cos = (Math.sin(HORIZON * RAD) - Math.sin(place.lat * RAD) * Math.sin(sun.lat * RAD))
      / (Math.cos(place.lat * RAD) * Math.cos(sun.lat * RAD));
    if (!(Math.abs(cos) <= 1)) return null;
    const wanted = (side * Math.acos(cos)) / RAD;
    moment += (half(wanted - half(place.lon - sun.lon)) / 360) * DAY_MS;
  }
  return moment;
}

/** @param {number} degrees @returns {number} -180 up to but not including 180 */
function half(degrees) {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}
