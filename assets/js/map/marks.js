//  The map's points made ready to draw: on the plane, newest first, with their paths.
//
//  Plane coordinates change only with the projection, so moving the map costs a
//  shift per point and no trigonometry.

import { bandProperty } from '../bands.js';
import { toDate } from '../utc.js';
import { distanceKm, pathPoints } from './greatcircle.js';
import { cluster } from './labels.js';

/** @typedef {import('./greatcircle.js').Place} Place */
/**
 * @typedef {object} Point what a page puts on the map
 * @property {number} lat
 * @property {number} lon
 * @property {string} call
 * @property {string} [band]  ADIF name
 * @property {string | number | Date} [time]
 * @property {string} [href]
 * @property {Place} [from]   other end of the path when it is not the station
 */
/**
 * @typedef {object} Mark
 * @property {Point} point
 * @property {string} colour  custom property
 * @property {number} time    milliseconds, 0 when unknown
 * @property {[number, number]} plane
 * @property {[number, number][] | null} path  on the plane; null without one
 */
/** @typedef {import('./labels.js').Cluster<Mark> & { radius: number }} Dot marks that share a place on the screen */

/** Marks closer than this share a dot, pixels. */
const REACH = 11;

/**
 * @param {readonly Point[]} points
 * @returns {Mark[]} those with a position, newest first
 */
export function makeMarks(points) {
  return points
    .filter(({ lat, lon }) => Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90)
    .map((point) => ({
      point,
      colour: bandProperty(point.band),
      time: toDate(point.time)?.getTime() ?? 0,
      plane: /** @type {[number, number]} */ ([0, 0]),
      path: null,
    }))
    .sort((a, b) => b.time - a.time);
}

/** Where points lie, kept while they stay: live lists bring the same points again many times a second. @type {WeakMap<Point, { projection: object, home: object | null, plane: [number, number], path: [number, number][] | null }>} */
const laid = new WeakMap();

/**
 * Lays marks and paths on a projection's plane.
 * @param {readonly Mark[]} marks
 * @param {import('./projection.js').Projection} projection
 * @param {Place | null} home where paths start
 */
export function layOut(marks, projection, home) {
  for (const mark of marks) {
    const known = laid.get(mark.point);
    if (known?.projection === projection && known.home === home) {
      mark.plane = known.plane;
      mark.path = known.path;
      continue;
    }
    mark.plane = projection.project(mark.point);
    const from = mark.point.from ?? home;
    mark.path = from && distanceKm(from, mark.point) > 1 ? pathOn(projection, from, mark) : null;
    laid.set(mark.point, { projection, home, plane: mark.plane, path: mark.path });
  }
}

/**
 * @param {import('./projection.js').Projection} projection @param {Place} from @param {Mark} mark
 * @returns {[number, number][]}
 */
function pathOn(projection, from, mark) {
  const { kind, centre } = projection;
  // Seen from the middle of the azimuthal map every great circle is a straight line.
  if (kind === 'azimuthal' && from.lat === centre.lat && from.lon === centre.lon) return [[0, 0], mark.plane];
  return pathPoints(from, mark.point).map((place) => projection.project(place));
}

/**
 * Marks on the screen, those that would touch joined into one dot.
 * @param {readonly Mark[]} marks @param {import('./view.js').View} view
 * @returns {Dot[]}
 */
export function makeDots(marks, view) {
  const seen = [];
  for (const item of marks) {
    const [x, y] = view.toScreen(...item.plane);
    if (x > -REACH && y > -REACH && x < view.width + REACH && y < view.height + REACH) seen.push({ x, y, item });
  }
  return cluster(seen, REACH).map((each) => (
    { ...each, radius: 3.25 + Math.min(4, Math.log2(each.items.length) * 0.6) }));
}

/**
 * The dot under a point of the screen.
 * @param {readonly Dot[]} dots @param {number} x @param {number} y @param {number} slack pixels beyond the dot
 * @returns {Dot | null}
 */
export function dotAt(dots, x, y, slack) {
  let best = null;
  let least = Infinity;
  for (const dot of dots) {
    const away = Math.hypot(dot.x - x, dot.y - y) - dot.radius;
    if (away <= slack && away < least) {
      best = dot;
      least = away;
    }
  }
  return best;
}
