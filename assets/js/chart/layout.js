//  Where a chart's parts lie: plot, columns, rows, ticks, labels.
//
//  One layout serves drawing, pointer and keyboard, so that what is read out is what
//  is drawn there. Lengths are CSS pixels.

import { number } from '../words.js';
import { countTicks, digits, greatest, keepApart, labelEvery, lineTicks, numeric, ticks, totals } from './scale.js';

/** @typedef {import('./scale.js').ChartData} ChartData */
/**
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {{ left: number, top: number, right: number, bottom: number }} plot
 * @property {{ value: number, text: string }[]} ticks   none for heat
 * @property {number} every        every how many columns a label is written
 * @property {number} step         from column to column
 * @property {number} bar          width of a bar or heat cell
 * @property {number} row          height of a heat row
 * @property {number} most         greatest value, for heat
 * @property {{ series: number, y: number, text: string }[]} ends  labels at the ends of lines
 * @property {(column: number) => number} x   middle of a column
 * @property {(value: number) => number} y
 */

const TEXT = 12;
const X_LABELS = 20;
/** Room above the plot for the unit and for totals on bars. */
const HEAD = 20;
/** Columns wider than this only look clumsy. */
const WIDEST_BAR = 56;

/**
 * @param {ChartData} data @param {number} width @param {number} height
 * @param {(text: string) => number} measure width of a text in the chart's type
 * @returns {Layout}
 */
export function layOut(data, width, height, measure) {
  const { kind, x, series } = data;
  const values = kind === 'heat' ? [] : axisTicks(data);
  const places = digits(values);
  const marks = values.map((value) => ({ value, text: number(value, places) }));
  const beside = kind === 'heat' ? series.map(({ name }) => name) : marks.map(({ text }) => text);
  const endTexts = kind === 'line' && series.length > 1 ? series.map(({ name }) => name) : [];
  const left = Math.ceil(Math.max(0, ...beside.map(measure)) + 8);
  // The last column's label is centred below it and may need room beyond the plot.
  const toEnd = kind === 'line' ? 0 : (width - left) / Math.max(1, x.length) / 2;
  const beyond = Math.max(2, (x.length > 0 ? measure(x[x.length - 1]) / 2 : 0) - toEnd);
  const plot = {
    left,
    top: kind === 'heat' ? 4 : HEAD,
    right: width - Math.ceil(endTexts.length > 0 ? Math.max(beyond, ...endTexts.map((text) => measure(text) + 10)) : beyond),
    bottom: height - X_LABELS,
  };
  const across = Math.max(1, plot.right - plot.left);
  const down = Math.max(1, plot.bottom - plot.top);
  const points = kind === 'line' && x.length > 1;
  const step = points ? across / (x.length - 1) : across / Math.max(1, x.length);
  const low = values[0] ?? 0;
  const high = values.at(-1) ?? 1;
  const toX = (/** @type {number} */ column) => plot.left + (points ? column : column + 0.5) * step;
  const toY = (/** @type {number} */ value) => plot.bottom - ((value - low) / (high - low)) * down;
  const gap = kind === 'heat' ? 1 : Math.max(1, step * 0.22);
  return {
    width, height, plot, step,
    ticks: marks,
    every: labelEvery(Math.max(0, ...x.map(measure)), step),
    bar: kind === 'heat' ? step - gap : Math.min(WIDEST_BAR, Math.max(1, step - gap)),
    row: down / Math.max(1, series.length),
    most: greatest(data),
    ends: endTexts.length > 0 ? lineEnds(data, toY, plot) : [],
    x: toX,
    y: toY,
  };
}

/**
 * The column, and for heat the row, under a spot; null beside the plot.
 * @param {ChartData} data @param {Layout} layout @param {number} left @param {number} top
 * @returns {{ column: number, row: number } | null}
 */
export function cellAt(data, layout, left, top) {
  const { plot, step, row } = layout;
  const slack = data.kind === 'line' ? step / 2 : 0;
  if (left < plot.left - slack || left > plot.right + slack || top < 0 || top > layout.height) return null;
  const column = data.kind === 'line'
    ? Math.round((left - plot.left) / step) : Math.floor((left - plot.left) / step);
  if (data.kind === 'heat' && (top < plot.top || top > plot.bottom)) return null;
  return {
    column: Math.max(0, Math.min(data.x.length - 1, column)),
    row: data.kind === 'heat' ? Math.min(data.series.length - 1, Math.floor((top - plot.top) / row)) : 0,
  };
}

/** @param {ChartData} data @returns {number[]} */
function axisTicks(data) {
  if (data.kind === 'line') return lineTicks(data.series);
  const sums = totals(data);
  const high = Math.max(0, ...sums);
  return sums.every(Number.isInteger) ? countTicks(high) : ticks(0, high || 1);
}

/** @param {ChartData} data @param {(value: number) => number} toY @param {Layout['plot']} plot */
function lineEnds({ series }, toY, plot) {
  const ends = series
    .map(({ name, values }, n) => ({ series: n, text: name, last: values.map(numeric).findLast((value) => value !== null) }))
    .filter(({ last }) => last !== undefined && last !== null);
  const placed = keepApart(ends.map(({ last }) => toY(/** @type {number} */ (last))), TEXT + 3, plot.top, plot.bottom);
  return ends.map((end, n) => ({ series: end.series, text: end.text, y: placed[n] }));
}
