//  Lines and words over the land: rings, bearings, paths, dots, labels.
//
//  Draws in CSS pixels on a context already scaled to the device. Colours come
//  resolved; words lie on a halo of the page so that they read on sea, land and night.

import { number } from '../words.js';
import { destination, EARTH_KM, KM_PER_MILE } from './greatcircle.js';
import { meet, placeLabels } from './labels.js';

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import('./view.js').View} View */
/** @typedef {import('./marks.js').Dot} Dot */
/** @typedef {import('./marks.js').Mark} Mark */
/** @typedef {import('./greatcircle.js').Place} Place */
/**
 * @typedef {object} Scene
 * @property {View} view
 * @property {Place & { label?: string } | null} home
 * @property {readonly Mark[]} marks
 * @property {readonly Dot[]} dots
 * @property {Dot | null} chosen        under the pointer or the keyboard
 * @property {boolean} paths
 * @property {boolean} miles            rings at round miles
 * @property {readonly import('./labels.js').Box[]} covered  by the tools; no words there
 * @property {Record<string, string>} colours
 * @property {string} family            type face
 */

const TAU = 2 * Math.PI;
const LABEL_SIZE = 12;
const SMALL_SIZE = 11;
const LINE_HEIGHT = 15;
/** Above this many, paths become thin and pale. */
const MANY_PATHS = 120;
/** The farthest ring; beyond it comes the antipode, which is the map's edge. */
const LAST_RING_KM = 19_500;
/** Rings closer than this, pixels, carry no distances. */
const CLOSE_RINGS = 30;

/** The map's edge as the current path, to fill, stroke or clip. @param {Context} ctx @param {View} view */
export function traceEdge(ctx, view) {
  const { scale, projection } = view;
  ctx.beginPath();
  if (projection.kind === 'azimuthal') {
    const [x, y] = view.toScreen(0, 0);
    ctx.arc(x, y, Math.PI * scale, 0, TAU);
  } else {
    const [, top] = view.toScreen(view.x, projection.extent.y);
    const left = Math.max(0, view.width / 2 - Math.PI * scale);
    ctx.rect(left, top, view.width - 2 * left, Math.PI * scale);
  }
}

/** Everything over the land. @param {Context} ctx @param {Scene} scene */
export function drawOverlay(ctx, scene) {
  ctx.save();
  traceEdge(ctx, scene.view);
  ctx.clip();
  drawLines(ctx, scene);
  if (scene.paths) drawPaths(ctx, scene);
  ctx.restore();
  drawEdge(ctx, scene);
  const taken = drawScales(ctx, scene);
  drawDots(ctx, scene);
  drawLabels(ctx, scene, taken);
}

/** Distance between rings: about five across the shorter half of the screen. @param {View} view @param {boolean} miles */
export function ringStep(view, miles) {
  const unit = miles ? KM_PER_MILE : 1;
  const reach = (Math.min(view.width, view.height) / 2 / view.scale) * (EARTH_KM / unit);
  const wanted = Math.min(reach, (Math.PI * EARTH_KM) / unit) / 3.2;
  const steps = [50, 100, 200, 500, 1000, 2000, 2500, 5000];
  return (steps.findLast((step) => step <= wanted) ?? 50) * unit;
}

/** @param {Context} ctx @param {Scene} scene */
function drawLines(ctx, { view, home, miles, colours }) {
  ctx.strokeStyle = colours['--text'];
  ctx.globalAlpha = 0.16;
  ctx.lineWidth = 1;
  ctx.beginPath();
  if (view.projection.kind === 'world') traceGraticule(ctx, view);
  if (home) {
    const step = ringStep(view, miles);
    const [x, y] = view.locate(home);
    for (let km = step; km < LAST_RING_KM; km += step) {
      if (view.projection.kind === 'world') {
        traceRing(ctx, view, home, km);
      } else {
        const radius = (km / EARTH_KM) * view.scale;
        ctx.moveTo(x + radius, y);
        ctx.arc(x, y, radius, 0, TAU);
      }
    }
    if (view.projection.kind === 'azimuthal') {
      for (let degrees = 0; degrees < 360; degrees += 30) {
        const [dx, dy] = [Math.sin(degrees * (TAU / 360)), -Math.cos(degrees * (TAU / 360))];
        // The spokes leave the middle free, where they would run together.
        ctx.moveTo(x + dx * 24, y + dy * 24);
        ctx.lineTo(x + dx * Math.PI * view.scale, y + dy * Math.PI * view.scale);
      }
    }
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** @param {Context} ctx @param {View} view */
function traceGraticule(ctx, view) {
  const { projection } = view;
  for (let lon = -180; lon < 180; lon += 30) {
    const [x, top] = view.toScreen(projection.project({ lat: 0, lon })[0], projection.extent.y);
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + Math.PI * view.scale);
  }
  for (let lat = -60; lat <= 60; lat += 30) {
    const [, y] = view.toScreen(0, lat * (TAU / 360));
    ctx.moveTo(0, y);
    ctx.lineTo(view.width, y);
  }
}

/** @param {Context} ctx @param {View} view @param {Place} home @param {number} km */
function traceRing(ctx, view, home, km) {
  const points = [];
  for (let degrees = 0; degrees <= 360; degrees += 3) {
    points.push(view.projection.project(destination(home, degrees, km)));
  }
  traceOnPlane(ctx, view, points);
}

/**
 * A line through plane points, lifted where it leaves one side of the map for the other.
 * @param {Context} ctx @param {View} view @param {readonly [number, number][]} points
 */
function traceOnPlane(ctx, view, points) {
  // Of sampled points, neighbours far apart lie on either side of the map's seam.
  const jump = points.length === 2 ? Infinity : (view.projection.wraps ? Math.PI : 1.5) * view.scale;
  let lastX = NaN;
  let lastY = NaN;
  for (const point of points) {
    const [x, y] = view.toScreen(...point);
    if (Math.abs(x - lastX) < jump && Math.abs(y - lastY) < jump) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
    lastX = x;
    lastY = y;
  }
}

/** @param {Context} ctx @param {Scene} scene */
function drawPaths(ctx, { view, marks, chosen, colours }) {
  const many = marks.length > MANY_PATHS;
  /** One stroke per colour is far quicker than one per path. @type {Map<string, Mark[]>} */
  const byColour = new Map();
  for (const mark of marks) {
    const group = byColour.get(mark.colour);
    if (group) group.push(mark);
    else byColour.set(mark.colour, [mark]);
  }
  ctx.lineWidth = many ? 1 : 1.5;
  ctx.globalAlpha = chosen ? 0.2 : many ? 0.3 : 0.65;
  for (const [colour, group] of byColour) {
    ctx.strokeStyle = colours[colour];
    ctx.beginPath();
    for (const { path } of group) if (path) traceOnPlane(ctx, view, path);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  ctx.lineWidth = 2;
  for (const { path, colour } of chosen?.items ?? []) {
    if (!path) continue;
    ctx.strokeStyle = colours[colour];
    ctx.beginPath();
    traceOnPlane(ctx, view, path);
    ctx.stroke();
  }
}

/** @param {Context} ctx @param {Scene} scene */
function drawEdge(ctx, { view, colours }) {
  traceEdge(ctx, view);
  ctx.strokeStyle = colours['--muted'];
  ctx.globalAlpha = 0.6;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/**
 * Bearings along the edge of what is seen, distances along a spoke.
 * @param {Context} ctx @param {Scene} scene
 * @returns {import('./labels.js').Box[]} the room they take
 */
function drawScales(ctx, { view, home, miles, covered, colours, family }) {
  /** @type {import('./labels.js').Box[]} */
  const taken = [...covered];
  if (!home || view.projection.kind !== 'azimuthal') return taken;
  ctx.font = `${SMALL_SIZE}px ${family}`;
  ctx.textAlign = 'center';
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => {
    const half = ctx.measureText(text).width / 2 + 2;
    const box = { left: x - half, top: y - 7, right: x + half, bottom: y + 7 };
    if (taken.some((each) => meet(each, box))) return;
    haloText(ctx, text, x, y, colours['--text'], colours['--surface']);
    taken.push(box);
  };
  const [x, y] = view.locate(home);
  const rim = Math.PI * view.scale;
  for (let degrees = 0; degrees < 360; degrees += 30) {
    const dx = Math.sin(degrees * (TAU / 360));
    const dy = -Math.cos(degrees * (TAU / 360));
    const length = Math.min(rim + 10, toEdge(x, dx, view.width, 14), toEdge(y, dy, view.height, 9));
    if (length > 40) write(`${String(degrees).padStart(3, '0')}`, x + dx * length, y + dy * length);
  }
  const step = ringStep(view, miles);
  if ((step / EARTH_KM) * view.scale < CLOSE_RINGS) return taken;
  const [sx, sy] = labelSpoke(view, x, y);
  for (let km = step; km < LAST_RING_KM; km += step) {
    const radius = (km / EARTH_KM) * view.scale;
    const [left, top] = [x + sx * radius, y + sy * radius];
    if (left < 24 || left > view.width - 24 || top < 24 || top > view.height - 16) continue;
    write(`${number(miles ? km / KM_PER_MILE : km)} ${miles ? 'mi' : 'km'}`, left, top);
  }
  return taken;
}

/**
 * The direction along which distances are written: a little east of north, or towards what is seen.
 * @param {View} view @param {number} x @param {number} y the station on the screen
 * @returns {[number, number]}
 */
function labelSpoke(view, x, y) {
  if (x > 0 && x < view.width && y > 60) return [Math.sin(TAU / 24), -Math.cos(TAU / 24)];
  const away = Math.hypot(view.width / 2 - x, view.height / 2 - y) || 1;
  return [(view.width / 2 - x) / away, (view.height / 2 - y) / away];
}

/** How far from `at` in a direction until the screen ends, less a margin. @param {number} at @param {number} step @param {number} size @param {number} margin */
function toEdge(at, step, size, margin) {
  if (Math.abs(step) < 1e-9) return Infinity;
  return ((step > 0 ? size - margin : margin) - at) / step;
}

/** @param {Context} ctx @param {Scene} scene */
function drawDots(ctx, { view, home, dots, chosen, colours }) {
  for (let n = dots.length - 1; n >= 0; n -= 1) {
    const { x, y, radius, items } = dots[n];
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, TAU);
    ctx.fillStyle = colours[items[0].colour];
    ctx.fill();
    ctx.lineWidth = 1.25;
    ctx.strokeStyle = colours['--surface'];
    ctx.stroke();
  }
  if (chosen) {
    ctx.beginPath();
    ctx.arc(chosen.x, chosen.y, chosen.radius + 3, 0, TAU);
    ctx.lineWidth = 2;
    ctx.strokeStyle = colours['--accent'];
    ctx.stroke();
  }
  if (!home) return;
  const [x, y] = view.locate(home);
  ctx.beginPath();
  ctx.arc(x, y, 5, 0, TAU);
  ctx.fillStyle = colours['--surface'];
  ctx.fill();
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = colours['--accent'];
  ctx.stroke();
}

/** @param {Context} ctx @param {Scene} scene @param {import('./labels.js').Box[]} taken */
function drawLabels(ctx, scene, taken) {
  const { view, home, dots, colours, family } = scene;
  const bold = `600 ${LABEL_SIZE}px ${family}`;
  const plain = `${LABEL_SIZE}px ${family}`;
  /** @type {{ x: number, y: number, radius: number, text: string, extra: string }[]} */
  const marks = dots.map(({ x, y, radius, items }) => (
    { x, y, radius, text: items[0].point.call, extra: items.length > 1 ? ` +${items.length - 1}` : '' }));
  const measure = (/** @type {{ text: string, extra: string }} */ { text, extra }) => (
    text ? width(ctx, bold, text) + (extra ? width(ctx, plain, extra) : 0) : 0);
  const bounds = { left: 2, top: 2, right: view.width - 2, bottom: view.height - 2 };
  const room = { bounds, height: LINE_HEIGHT, taken };
  const labels = [];
  if (home?.label) {
    // The station's own name comes first and may lie over dots.
    const [x, y] = view.locate(home);
    const own = placeLabels([{ x, y, radius: 6.5, text: home.label, extra: '' }], measure, room);
    for (const { y: middle, x: at, align, width: wide } of own) {
      const left = at - (align === 'left' ? 0 : align === 'right' ? wide : wide / 2);
      taken.push({ left, top: middle - LINE_HEIGHT / 2, right: left + wide, bottom: middle + LINE_HEIGHT / 2 });
    }
    labels.push(...own);
  }
  labels.push(...placeLabels(marks, measure, room));
  ctx.textAlign = 'left';
  for (const label of labels) {
    const { text, extra } = label.mark;
    const left = label.x - (label.align === 'left' ? 0 : label.align === 'right' ? label.width : label.width / 2);
    ctx.font = bold;
    haloText(ctx, text, left, label.y, colours['--text'], colours['--surface']);
    if (!extra) continue;
    const after = left + width(ctx, bold, text);
    ctx.font = plain;
    haloText(ctx, extra, after, label.y, colours['--text'], colours['--surface']);
  }
}

/** @type {Map<string, number>} widths by font and text; cleared before it grows large */
const widths = new Map();

/** @param {Context} ctx @param {string} font @param {string} text */
function width(ctx, font, text) {
  const key = `${font}|${text}`;
  let known = widths.get(key);
  if (known === undefined) {
    ctx.font = font;
    known = ctx.measureText(text).width;
    if (widths.size > 4000) widths.clear();
    widths.set(key, known);
  }
  return known;
}

/** @param {Context} ctx @param {string} text @param {number} x @param {number} y @param {string} colour @param {string} halo */
function haloText(ctx, text, x, y, colour, halo) {
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 3;
  ctx.strokeStyle = halo;
  ctx.globalAlpha = 0.85;
  ctx.strokeText(text, x, y);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}
