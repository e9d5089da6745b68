//  Great circles on a sphere of 6371.0 km, the same radius the server uses.
//
//  Degrees in and out, bearings clockwise from true north, 0 to 360.

/** @typedef {{ lat: number, lon: number }} Place degrees, north and east positive */

export const EARTH_KM = 6371;
export const KM_PER_MILE = 1.609344;
const RAD = Math.PI / 180;

/**
 * Short-path distance, kilometres (haversine: exact for close and identical places).
 * @param {Place} from @param {Place} to
 * @returns {number}
 */
export function distanceKm(from, to) {
  const sinLat = Math.sin(((to.lat - from.lat) * RAD) / 2);
  const sinLon = Math.sin(((to.lon - from.lon) * RAD) / 2);
  const h = sinLat * sinLat + Math.cos(from.lat * RAD) * Math.cos(to.lat * RAD) * sinLon * sinLon;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * Initial bearing of the short path, degrees.
 * @param {Place} from @param {Place} to
 * @returns {number} 0 up to but not including 360
 */
export function bearing(from, to) {
  const dLon = (to.lon - from.lon) * RAD;
  const cosTo = Math.cos(to.lat * RAD);
  const y = Math.sin(dLon) * cosTo;
  const x = Math.cos(from.lat * RAD) * Math.sin(to.lat * RAD)
    - Math.sin(from.lat * RAD) * cosTo * Math.cos(dLon);
  return (Math.atan2(y, x) / RAD + 360) % 360;
}

/**
 * Where one arrives after a distance in a direction.
 * @param {Place} from @param {number} degrees bearing @param {number} km
 * @returns {Place}
 */
export function destination(from, degrees, km) {
  const c = km / EARTH_KM;
  const lat = from.lat * RAD;
  const sin = Math.sin(lat) * Math.cos(c) + Math.cos(lat) * Math.sin(c) * Math.cos(degrees * RAD);
  const y = Math.sin(degrees * RAD) * Math.sin(c) * Math.cos(lat);
  const x = Math.cos(c) - Math.sin(lat) * sin;
  return {
    lat: Math.asin(Math.max(-1, Math.min(1, sin))) / RAD,
    lon: wrapLon(from.lon + Math.atan2(y, x) / RAD),
  };
}

/**
 * Points along the short path, both ends included.
 * @param {Place} from @param {Place} to @param {number} [stepKm] distance between points
 * @returns {Place[]}
 */
export function pathPoints(from, to, stepKm = 250) {
  const km = distanceKm(from, to);
  const steps = Math.max(1, Math.ceil(km / stepKm));
  const direction = bearing(from, to);
  const points = [from];
  for (let n = 1; n < steps; n += 1) points.push(destination(from, direction, (km * n) / steps));
  points.push(to);
  return points;
}

/** @param {number} lon @returns {number} -180 up to but not including 180 */
export function wrapLon(lon) {
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}

/**
 * Six-character Maidenhead locator.
 * @param {Place} place
 * @returns {string} for instance "JO22ab"
 */
export function locator({ lat, lon }) {
  const x = Math.min(wrapLon(lon) + 180, 359.999999);
  const y = Math.min(Math.max(lat + 90, 0), 179.999999);
  const letter = (/** @type {number} */ n, /** @type {string} */ first) => (
    String.fromCharCode(first.charCodeAt(0) + Math.floor(n)));
  return letter(x / 20, 'A') + letter(y / 10, 'A')
    + Math.floor((x % 20) / 2) + Math.floor(y % 10)
    + letter((x % 2) * 12, 'a') + letter((y % 1) * 24, 'a');
}

/**
 * The middle of a Maidenhead locator.
 * @param {string} text two to eight characters: "JO", "JO22", "JO22ab", "JO22ab34"
 * @returns {Place | null} null where it is none
 */
export function placeOf(text) {
  const match = /^([A-R]{2})(?:(\d{2})(?:([A-X]{2})(\d{2})?)?)?/i.exec(text.trim());
  if (!match) return null;
  let [lon, lat, width] = [-180, -90, 20];
  // Each pair divides the field before it: by 18, 10, 24 and 10, longitude twice as wide as latitude.
  for (const [pair, parts, first] of /** @type {[string | undefined, number, string][]} */ ([
    [match[1], 18, 'A'], [match[2], 10, '0'], [match[3], 24, 'A'], [match[4], 10, '0'],
  ])) {
    if (!pair) break;
    if (parts !== 18) width /= parts;
    const [x, y] = [...pair.toUpperCase()].map((each) => each.charCodeAt(0) - first.charCodeAt(0));
    lon += x * width;
    lat += (y * width) / 2;
  }
  return { lat: lat + width / 4, lon: lon + width / 2 };
}
