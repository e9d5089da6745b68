//  Map projections onto a plane measured in radians, x to the right, y up.
//
//  A projection knows nothing of pixels; `view.js` lays the plane on the screen.
//  Both are exact inverses of themselves inside their extent. Pan and zoom are
//  therefore plain shifts and scales of one picture, and in the azimuthal map
//  distance and bearing from the station stay true wherever the view is.

import { wrapLon } from './greatcircle.js';

/** @typedef {import('./greatcircle.js').Place} Place */
/**
 * @typedef {object} Projection
 * @property {'azimuthal' | 'world'} kind
 * @property {Place} centre              station, or the meridian in the middle
 * @property {(place: Place) => [number, number]} project
 * @property {(x: number, y: number) => Place | null} unproject  null outside of the map
 * @property {{ x: number, y: number }} extent  half width and half height of the plane
 * @property {boolean} wraps             whether x repeats every 2 pi
 */

const RAD = Math.PI / 180;

/**
 * Azimuthal equidistant around a station: distance from the middle and direction are true.
 * @param {Place} centre
 * @returns {Projection}
 */
export function azimuthal(centre) {
  const sin0 = Math.sin(centre.lat * RAD);
  const cos0 = Math.cos(centre.lat * RAD);
  return {
    kind: 'azimuthal',
    centre,
    extent: { x: Math.PI, y: Math.PI },
    wraps: false,
    project({ lat, lon }) {
      const sin = Math.sin(lat * RAD);
      const cos = Math.cos(lat * RAD);
      const dLon = (lon - centre.lon) * RAD;
      const east = cos * Math.sin(dLon);
      const north = cos0 * sin - sin0 * cos * Math.cos(dLon);
      const up = sin0 * sin + cos0 * cos * Math.cos(dLon);
      const across = Math.hypot(east, north);
      const c = Math.atan2(across, up);
      // The antipode is the whole rim; any point of it will do.
      if (across < 1e-12) return up > 0 ? [0, 0] : [0, Math.PI];
      return [(east / across) * c, (north / across) * c];
    },
    unproject(x, y) {
      const c = Math.hypot(x, y);
      if (c > Math.PI) return null;
      if (c < 1e-12) return { ...centre };
      const east = (x / c) * Math.sin(c);
      const north = (y / c) * Math.sin(c);
      const up = Math.cos(c);
      const sin = sin0 * up + cos0 * north;
      return {
        lat: Math.asin(Math.max(-1, Math.min(1, sin))) / RAD,
        lon: wrapLon(centre.lon + Math.atan2(east, cos0 * up - sin0 * north) / RAD),
      };
    },
  };
}

/**
 * Equirectangular world map; the centre's meridian is in the middle.
 * @param {Place} centre only its longitude counts
 * @returns {Projection}
 */
export function world(centre) {
  return {
    kind: 'world',
    centre: { lat: 0, lon: centre.lon },
    extent: { x: Math.PI, y: Math.PI / 2 },
    wraps: true,
    project({ lat, lon }) {
      return [wrapLon(lon - centre.lon) * RAD, lat * RAD];
    },
    unproject(x, y) {
      const lat = y / RAD;
      return Math.abs(lat) > 90 ? null : { lat, lon: wrapLon(centre.lon + x / RAD) };
    },
  };
}

/**
 * @param {string | null | undefined} kind anything but "world" is azimuthal
 * @param {Place} centre
 * @returns {Projection}
 */
export function projection(kind, centre) {
  return kind === 'world' ? world(centre) : azimuthal(centre);
}
