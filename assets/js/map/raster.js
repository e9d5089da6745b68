//  Land, sea and night, pixel by pixel.
//
//  Each pixel is taken back to its place on earth, looked up in the land mask and
//  darkened by the height of the sun. No outlines are filled, so neither poles nor
//  the antimeridian are special. Runs in a worker, or in slices where there is none.

import { landShare, levelFor } from './land.js';
import { subsolar } from './sun.js';

/**
 * @typedef {object} Picture what to paint; lengths are device pixels
 * @property {'azimuthal' | 'world'} kind
 * @property {import('./greatcircle.js').Place} centre of the projection
 * @property {number} x      middle of the picture on the plane
 * @property {number} y
 * @property {number} scale  pixels per radian
 * @property {number} width
 * @property {number} height
 * @property {number} time   milliseconds since 1970
 * @property {{ sea: Rgba, land: Rgba, night: Rgba }} colours
 */
/** @typedef {readonly [number, number, number, number]} Rgba 0 to 255, alpha 0 to 1 */

const RAD = Math.PI / 180;
/** Full night begins with the sun this far down, degrees. */
const DARK = -18;
const RAMP = 256;
/** How much of the night's colour lies on the coast line. */
const COAST = 0.28;

/**
 * Share of night by sine of the sun's height, a smooth step from 0 to -18 degrees.
 * Entry n stands for sine n / RAMP * sin(-18 degrees).
 */
const NIGHT = Float32Array.from({ length: RAMP + 1 }, (_, n) => {
  const t = Math.asin((n / RAMP) * Math.sin(DARK * RAD)) / (DARK * RAD);
  return t * t * (3 - 2 * t);
});

/**
 * Night at a given sine of the sun's height.
 * @param {number} sine
 * @returns {number} 0 day to 1 night
 */
export function nightShare(sine) {
  if (sine >= 0) return 0;
  const n = (sine / Math.sin(DARK * RAD)) * RAMP;
  return n >= RAMP ? 1 : NIGHT[n | 0];
}

/**
 * Paints rows `from` up to but not including `to`.
 * @param {Uint8ClampedArray} pixels of the whole picture, RGBA
 * @param {Picture} picture
 * @param {import('./land.js').Level[] | null} land
 * @param {number} from @param {number} to
 */
export function paintRows(pixels, picture, land, from, to) {
  const dab = brush(pixels, picture, land);
  if (picture.kind === 'world') worldRows(picture, dab, from, to);
  else azimuthalRows(picture, dab, from, to);
}

/**
 * @callback Dab
 * @param {number} at     index of the pixel's first byte
 * @param {number} lat    degrees
 * @param {number} lon    degrees, any turn
 * @param {number} sine   of the sun's height
 * @param {number} cover  share of the pixel that is map, 0 to 1
 */

/**
 * @param {Uint8ClampedArray} pixels @param {Picture} picture
 * @param {import('./land.js').Level[] | null} land
 * @returns {Dab}
 */
function brush(pixels, { scale, colours }, land) {
  const degrees = 1 / (scale * RAD);
  const level = land?.[levelFor(degrees)];
  // Cells wider than a pixel get their edge drawn sharp instead of as a blur.
  const sharp = level ? Math.max(1, 360 / level.width / degrees) : 1;
  const { sea, land: ground, night } = colours;
  return (at, lat, lon, sine, cover) => {
    let share = 0;
    let edge = 0;
    if (level) {
      const turned = lon < -180 ? lon + 360 : lon >= 180 ? lon - 360 : lon;
      share = (landShare(level, lat, turned) / 255 - 0.5) * sharp + 0.5;
      share = share < 0 ? 0 : share > 1 ? 1 : share;
      edge = COAST * 4 * share * (1 - share);
    }
    const dark = nightShare(sine) * night[3];
    const shade = 1 - (1 - dark) * (1 - edge * night[3]);
    const light = 1 - shade;
    pixels[at] = (sea[0] + (ground[0] - sea[0]) * share) * light + night[0] * shade;
    pixels[at + 1] = (sea[1] + (ground[1] - sea[1]) * share) * light + night[1] * shade;
    pixels[at + 2] = (sea[2] + (ground[2] - sea[2]) * share) * light + night[2] * shade;
    pixels[at + 3] = cover * 255;
  };
}

/** @param {Picture} picture @param {Dab} dab @param {number} from @param {number} to */
function azimuthalRows(picture, dab, from, to) {
  const { centre, x, y, scale, width, height, time } = picture;
  const sin0 = Math.sin(centre.lat * RAD);
  const cos0 = Math.cos(centre.lat * RAD);
  const sun = subsolar(time);
  // The sun's direction: up the axis, towards the centre's meridian, east of it.
  const sunUp = Math.sin(sun.lat * RAD);
  const sunTo = Math.cos(sun.lat * RAD) * Math.cos((sun.lon - centre.lon) * RAD);
  const sunEast = Math.cos(sun.lat * RAD) * Math.sin((sun.lon - centre.lon) * RAD);
  for (let row = from; row < to; row += 1) {
    const dy = y - (row + 0.5 - height / 2) / scale;
    for (let column = 0; column < width; column += 1) {
      const dx = x + (column + 0.5 - width / 2) / scale;
      const c = Math.sqrt(dx * dx + dy * dy);
      const cover = (Math.PI - c) * scale + 0.5;
      if (cover <= 0) continue;
      const ratio = c < 1e-9 ? 1 : Math.sin(c) / c;
      const up = Math.cos(c);
      const east = dx * ratio;
      const north = dy * ratio;
      const axis = sin0 * up + cos0 * north;
      const toward = cos0 * up - sin0 * north;
      const lat = Math.asin(axis < -1 ? -1 : axis > 1 ? 1 : axis) / RAD;
      const lon = centre.lon + Math.atan2(east, toward) / RAD;
      const sine = axis * sunUp + toward * sunTo + east * sunEast;
      dab((row * width + column) * 4, lat, lon, sine, cover > 1 ? 1 : cover);
    }
  }
}

/** @param {Picture} picture @param {Dab} dab @param {number} from @param {number} to */
function worldRows(picture, dab, from, to) {
  const { centre, x, y, scale, width, height, time } = picture;
  const sun = subsolar(time);
  const lons = new Float64Array(width);
  const sunward = new Float64Array(width);
  for (let column = 0; column < width; column += 1) {
    const lon = centre.lon + (x + (column + 0.5 - width / 2) / scale) / RAD;
    lons[column] = ((((lon + 180) % 360) + 360) % 360) - 180;
    sunward[column] = Math.cos((lon - sun.lon) * RAD);
  }
  for (let row = from; row < to; row += 1) {
    const lat = (y - (row + 0.5 - height / 2) / scale) / RAD;
    const cover = (90 - Math.abs(lat)) * RAD * scale + 0.5;
    if (cover <= 0) continue;
    const high = Math.sin(lat * RAD) * Math.sin(sun.lat * RAD);
    const flat = Math.cos(lat * RAD) * Math.cos(sun.lat * RAD);
    for (let column = 0; column < width; column += 1) {
      dab((row * width + column) * 4, lat, lons[column], high + flat * sunward[column], cover > 1 ? 1 : cover);
    }
  }
}
