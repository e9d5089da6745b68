//  A chart in words: the readout, the key and the table of its figures.

import { h } from '../dom.js';
import { number, t } from '../words.js';
import { colourOf } from './draw.js';
import { digits, numeric, totals } from './scale.js';

/** @typedef {import('./scale.js').ChartData} ChartData */

/** Series a readout names; the rest is in their total and in the table. */
const READ_SERIES = 6;

/**
 * What the chart says at a cell; without one, what it says as a whole.
 * @param {ChartData} data @param {{ column: number, row: number } | null} cell
 * @returns {string}
 */
export function readout(data, cell) {
  const { kind, series, unit = '' } = data;
  const x = data.names ?? data.x;
  if (x.length === 0) return '';
  if (!cell) return summary(data);
  const { column, row } = cell;
  const head = x[column];
  const value = (/** @type {number} */ n) => valueText(series[n].values[column]);
  if (kind === 'heat') return `${series[row].name} · ${head} · ${withUnit(value(row), unit)}`;
  if (series.length === 1) return `${head} · ${withUnit(value(0), unit)}`;
  const parts = series
    .map((each, n) => ({ name: each.name, amount: numeric(each.values[column]), text: value(n) }))
    .filter(({ amount }) => amount !== null && (kind === 'line' || amount !== 0));
  if (kind === 'line') return [head, ...parts.map(({ name, text }) => `${name} ${withUnit(text, unit)}`)].join(' · ');
  parts.sort((a, b) => (b.amount ?? 0) - (a.amount ?? 0));
  return [head, withUnit(number(totals(data)[column]), unit),
    ...parts.slice(0, READ_SERIES).map(({ name, text }) => `${name} ${text}`)].join(' · ');
}

/** @param {ChartData} data @returns {string} */
function summary(data) {
  const { kind, unit = '' } = data;
  const x = data.names ?? data.x;
  const range = x.length > 1 ? t('js.chart.range', { first: x[0], last: x[x.length - 1] }) : x[0];
  if (kind === 'line') return range;
  const sum = totals(data).reduce((all, each) => all + each, 0);
  return `${withUnit(number(sum, digits([sum])), unit)} · ${range}`;
}

/**
 * Swatch and name per series, for stacked bars of more than one.
 * @param {ChartData} data
 * @returns {HTMLElement[]}
 */
export function keyItems(data) {
  if (data.kind !== 'bars' || data.series.length < 2) return [];
  return data.series.map(({ name }, n) => {
    const item = h('li', {}, name);
    item.style.setProperty('--band', `var(${colourOf(data, n)})`);
    return item;
  });
}

/**
 * All figures: a row per x, a column per series; for heat a row per series.
 * @param {ChartData} data
 * @returns {HTMLTableElement}
 */
export function figures(data) {
  const { kind, series } = data;
  const x = data.names ?? data.x;
  const turned = kind === 'heat';
  const heads = turned ? x : series.map(({ name }) => name);
  const withTotal = kind === 'bars' && series.length > 1;
  const sums = totals(data);
  const rows = (turned ? series.map(({ name }) => name) : x).map((label, row) => {
    const cells = heads.map((_, n) => valueText(turned ? series[row].values[n] : series[n].values[row]));
    if (withTotal) cells.push(number(sums[row]));
    return h('tr', {}, h('th', { scope: 'row' }, label), cells.map((text) => h('td', {}, text)));
  });
  return h('table', {},
    h('thead', {}, h('tr', {}, h('td'), heads.map((text) => h('th', { scope: 'col' }, text)),
      withTotal && h('th', { scope: 'col' }, t('js.chart.total')))),
    h('tbody', {}, rows));
}

/** @param {unknown} value @returns {string} */
function valueText(value) {
  const amount = numeric(value);
  return amount === null ? '\u2013' : number(amount, Math.min(2, digits([amount])));
}

/** @param {string} text @param {string} unit */
function withUnit(text, unit) {
  return unit ? t('js.chart.sum', { value: text, unit }) : text;
}
