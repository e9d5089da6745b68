//  Spots as points of a map: the newest of each station and band, with the path from the reader.

import { placeOf } from '../map/greatcircle.js';

/** Points kept between drawings, so that the map lays each out once. @type {WeakMap<object, any>} */
const made = new WeakMap();

/**
 * Where the reader is: by grid, else by the entity of the call.
 * @param {DOMStringMap} data of the page
 * @returns {{ lat: number, lon: number, grid?: string } | null}
 */
export function stationOf(data) {
  const own = data.homeGrid ? placeOf(data.homeGrid) : null;
  if (own) return { ...own, grid: data.homeGrid };
  const [lat, lon] = (data.position ?? '').split(',').map(Number);
  return data.position && Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : null;
}

/**
 * @param {readonly any[]} spots newest first
 * @param {number} most
 * @returns {any[]} points, newest first
 */
export function pointsOf(spots, most) {
  const seen = new Set();
  const points = [];
  for (const spot of spots) {
    if (points.length >= most) break;
    const key = `${spot.call} ${spot.band}`;
    if (!Number.isFinite(spot.lat) || !Number.isFinite(spot.lon) || seen.has(key)) continue;
    seen.add(key);
    let point = made.get(spot);
    if (!point) {
      point = { lat: spot.lat, lon: spot.lon, call: spot.call, band: spot.band, time: spot.time, spot };
      made.set(spot, point);
    }
    points.push(point);
  }
  return points;
}
