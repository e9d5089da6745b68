//  Drawing charts: one axis style, hairline grid, band colours.
//
//  Draws in CSS pixels on a context already scaled to the device, with colours
//  already resolved.

import { bandProperty } from '../bands.js';
import { rgba } from '../theme.js';
import { number } from '../words.js';
import { contrast, heat, mix, numeric, totals } from './scale.js';

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import('./scale.js').ChartData} ChartData */
/** @typedef {import('./layout.js').Layout} Layout */
/**
 * @typedef {object} Sheet
 * @property {Context} ctx
 * @property {ChartData} data
 * @property {Layout} layout
 * @property {Record<string, string>} colours
 * @property {string} family
 * @property {{ column: number, row: number } | null} hot  under the pointer or the keyboard
 */

const TAU = 2 * Math.PI;
const TEXT = 12;
/** Colours of series without a band, in this order. */
export const PALETTE = ['--accent', '--warn', '--good', '--bad', '--muted'];

/**
 * Custom property of a series' colour.
 * @param {ChartData} data @param {number} series @param {number} [column]
 * @returns {string}
 */
export function colourOf(data, series, column) {
  const { band } = data.series[series];
  if (band) return bandProperty(band);
  if (column !== undefined && data.series.length === 1 && data.bands?.[column]) return bandProperty(data.bands[column]);
  return PALETTE[series % PALETTE.length];
}

/** @param {Sheet} sheet */
export function draw(sheet) {
  const { ctx, data, family } = sheet;
  ctx.font = `${TEXT}px ${family}`;
  ctx.lineWidth = 1;
  if (data.kind === 'heat') {
    drawHeat(sheet);
  } else {
    drawGrid(sheet);
    if (data.kind === 'line') drawLines(sheet);
    else drawBars(sheet);
  }
  drawColumnLabels(sheet);
}

/** @param {Sheet} sheet */
function drawGrid({ ctx, data, layout, colours, hot }) {
  const { plot, step } = layout;
  if (hot && data.kind === 'bars') {
    ctx.fillStyle = colours['--text'];
    ctx.globalAlpha = 0.08;
    ctx.fillRect(layout.x(hot.column) - step / 2, plot.top, step, plot.bottom - plot.top);
    ctx.globalAlpha = 1;
  }
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'right';
  layout.ticks.forEach(({ value, text }, n) => {
    const y = Math.round(layout.y(value)) + 0.5;
    ctx.strokeStyle = colours['--text'];
    ctx.globalAlpha = n === 0 ? 0.6 : 0.16;
    ctx.beginPath();
    ctx.moveTo(plot.left, y);
    ctx.lineTo(plot.right, y);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.fillStyle = colours['--muted'];
    ctx.fillText(text, plot.left - 6, y);
  });
  if (!data.unit) return;
  ctx.textAlign = 'left';
  ctx.fillStyle = colours['--muted'];
  ctx.fillText(data.unit, 0, TEXT / 2);
}

/** @param {Sheet} sheet */
function drawBars({ ctx, data, layout, colours, hot }) {
  const { bar, plot } = layout;
  const sums = totals(data);
  sums.forEach((sum, column) => {
    const left = Math.round(layout.x(column) - bar / 2);
    const width = Math.max(1, Math.round(bar));
    let below = 0;
    data.series.forEach(({ values }, n) => {
      const value = Math.max(0, numeric(values[column]) ?? 0);
      if (value === 0) return;
      const bottom = layout.y(below);
      const top = layout.y(below + value);
      below += value;
      ctx.fillStyle = colours[colourOf(data, n, column)];
      // A hairline of the page between the parts, where they are high enough to spare it.
      const seam = bottom - top > 5 && bottom < plot.bottom - 0.5 ? 1 : 0;
      ctx.fillRect(left, top, width, Math.max(0.5, bottom - top - seam));
    });
  });
  const texts = sums.map((sum) => number(sum));
  const roomy = Math.max(...texts.map((text) => ctx.measureText(text).width)) + 4 <= layout.step;
  const peak = sums.indexOf(Math.max(...sums));
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  ctx.fillStyle = colours['--text'];
  ctx.strokeStyle = colours['--surface'];
  ctx.lineJoin = 'round';
  ctx.lineWidth = 3;
  sums.forEach((sum, column) => {
    if (sum <= 0 || !(roomy || column === (hot?.column ?? peak))) return;
    const half = ctx.measureText(texts[column]).width / 2;
    const x = Math.max(plot.left + half, Math.min(plot.right - half, layout.x(column)));
    // A halo, since it may lie over the bar beside it.
    ctx.strokeText(texts[column], x, layout.y(sum) - 3);
    ctx.fillText(texts[column], x, layout.y(sum) - 3);
  });
}

/** @param {Sheet} sheet */
function drawLines({ ctx, data, layout, colours, hot }) {
  const { plot } = layout;
  for (const column of [data.mark, hot?.column]) {
    if (column === undefined) continue;
    ctx.strokeStyle = colours['--muted'];
    ctx.setLineDash(column === hot?.column ? [] : [3, 3]);
    ctx.beginPath();
    ctx.moveTo(Math.round(layout.x(column)) + 0.5, plot.top);
    ctx.lineTo(Math.round(layout.x(column)) + 0.5, plot.bottom);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.lineJoin = 'round';
  data.series.forEach(({ values }, n) => {
    const colour = colours[colourOf(data, n)];
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = 1.75;
    ctx.beginPath();
    let drawing = false;
    values.forEach((raw, column) => {
      const value = numeric(raw);
      if (value !== null) {
        const [x, y] = [layout.x(column), layout.y(value)];
        if (drawing) ctx.lineTo(x, y);
        else ctx.moveTo(x, y);
        // A value with gaps on both sides would be no line at all.
        if (!drawing && numeric(values[column + 1]) === null) ctx.arc(x, y, 1.5, 0, TAU);
      }
      drawing = value !== null;
    });
    ctx.stroke();
    const at = hot ? numeric(values[hot.column]) : null;
    if (hot && at !== null) {
      ctx.beginPath();
      ctx.arc(layout.x(hot.column), layout.y(at), 3.5, 0, TAU);
      ctx.fill();
    }
  });
  ctx.lineWidth = 1;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const { series, y, text } of layout.ends) {
    ctx.fillStyle = colours[colourOf(data, series)];
    ctx.fillText(text, plot.right + 8, y);
  }
}

/** @param {Sheet} sheet */
function drawHeat({ ctx, data, layout, colours, family, hot }) {
  const { plot, row, bar, step } = layout;
  const roomy = bar >= 22 && row >= 15;
  const [full, page, ink] = ['--accent', '--surface', '--text'].map((name) => rgba(colours[name]));
  ctx.textBaseline = 'middle';
  data.series.forEach(({ name, band, values }, n) => {
    const top = plot.top + n * row;
    ctx.font = `${TEXT}px ${family}`;
    ctx.textAlign = 'right';
    ctx.fillStyle = colours[band ? bandProperty(band) : '--text'];
    ctx.fillText(name, plot.left - 8, top + row / 2);
    data.x.forEach((_, column) => {
      const value = numeric(values[column]) ?? 0;
      const strength = heat(value, layout.most);
      const left = layout.x(column) - bar / 2;
      ctx.fillStyle = strength > 0 ? colours['--accent'] : colours['--text'];
      ctx.globalAlpha = strength > 0 ? strength : 0.05;
      ctx.fillRect(left, top + 0.5, bar, row - 1);
      ctx.globalAlpha = 1;
      if (!roomy || value <= 0) return;
      ctx.font = `11px ${family}`;
      const text = number(value);
      if (ctx.measureText(text).width > bar - 2) return;
      ctx.textAlign = 'center';
      const ground = mix(page, full, strength);
      ctx.fillStyle = colours[contrast(ground, ink) >= contrast(ground, page) ? '--text' : '--surface'];
      ctx.fillText(text, left + bar / 2, top + row / 2 + 0.5);
    });
  });
  ctx.font = `${TEXT}px ${family}`;
  if (data.mark !== undefined) {
    ctx.strokeStyle = colours['--text'];
    ctx.strokeRect(layout.x(data.mark) - step / 2, plot.top, step, plot.bottom - plot.top);
  }
  if (hot) {
    ctx.strokeStyle = colours['--accent'];
    ctx.lineWidth = 2;
    ctx.strokeRect(layout.x(hot.column) - step / 2, plot.top + hot.row * row, step, row);
    ctx.lineWidth = 1;
  }
}

/** @param {Sheet} sheet */
function drawColumnLabels({ ctx, data, layout, colours, family, hot }) {
  const { plot, every } = layout;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'center';
  /** @type {[number, number][]} */
  const written = [];
  const write = (/** @type {number} */ column, /** @type {string} */ font, /** @type {string} */ colour) => {
    const text = data.x[column];
    ctx.font = `${font}${TEXT}px ${family}`;
    const half = ctx.measureText(text).width / 2;
    const x = Math.max(half, Math.min(layout.width - half, layout.x(column)));
    if (written.some(([left, right]) => left < x + half + 4 && right > x - half - 4)) return;
    written.push([x - half, x + half]);
    ctx.fillStyle = colours[colour];
    ctx.fillText(text, x, plot.bottom + 6);
  };
  // What is read comes first and takes the room of its neighbours.
  if (hot) write(hot.column, '600 ', '--text');
  // The newest column is always named: labels count back from it.
  for (let column = data.x.length - 1; column >= 0; column -= every) write(column, '', '--muted');
}
