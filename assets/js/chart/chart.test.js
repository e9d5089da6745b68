import assert from 'node:assert/strict';
import test from 'node:test';
import { colourOf } from './draw.js';
import { cellAt, layOut } from './layout.js';
import { readout } from './words.js';

const measure = (/** @type {string} */ text) => text.length * 7;

/** @returns {import('./scale.js').ChartData} */
function stacked() {
  return {
    kind: 'bars', unit: 'contacts', x: ['2024', '2025', '2026'], series: [
      { name: '40 m', band: '40m', values: [1, 0, 3] },
      { name: '20 m', band: '20m', values: [4, 2, null] },
    ],
  };
}

test('every column is found under its own middle', () => {
  for (const kind of /** @type {const} */ (['bars', 'line', 'heat'])) {
    const data = { ...stacked(), kind };
    const layout = layOut(data, 400, 200, measure);
    data.x.forEach((_, column) => {
      assert.equal(cellAt(data, layout, layout.x(column), 100)?.column, column, kind);
    });
  }
});

test('heat rows are found under the pointer, the margins are nothing', () => {
  const data = { ...stacked(), kind: /** @type {const} */ ('heat') };
  const layout = layOut(data, 400, 200, measure);
  assert.equal(cellAt(data, layout, layout.x(0), layout.plot.top + 1)?.row, 0);
  assert.equal(cellAt(data, layout, layout.x(0), layout.plot.bottom - 1)?.row, 1);
  assert.equal(cellAt(data, layout, layout.x(0), layout.plot.bottom + 5), null);
  assert.equal(cellAt(data, layout, 2, 100), null);
});

test('the highest stack lies inside the plot', () => {
  const layout = layOut(stacked(), 400, 200, measure);
  assert.ok(layout.y(5) >= layout.plot.top);
  assert.equal(layout.y(0), layout.plot.bottom);
});

test('a chart without figures, or too small, still has a layout', () => {
  for (const kind of /** @type {const} */ (['bars', 'line', 'heat'])) {
    const layout = layOut({ kind, x: [], series: [] }, 10, 10, measure);
    assert.ok(Number.isFinite(layout.y(0)) && Number.isFinite(layout.x(0)), kind);
  }
});

test('lines name themselves at their ends, apart from each other', () => {
  const data = { ...stacked(), kind: /** @type {const} */ ('line') };
  const { ends } = layOut(data, 400, 200, measure);
  assert.deepEqual(ends.map(({ text }) => text), ['40 m', '20 m']);
  assert.ok(Math.abs(ends[0].y - ends[1].y) >= 15);
});

test('colours come from the band of the series, or of the column of a single series', () => {
  const data = stacked();
  assert.equal(colourOf(data, 1, 0), '--band-20m');
  const single = { ...data, bands: ['80m', '40m', '20m'], series: [{ name: 'all', values: [1, 2, 3] }] };
  assert.equal(colourOf(single, 0, 1), '--band-40m');
  assert.equal(colourOf({ ...single, bands: undefined }, 0, 1), '--accent');
});

test('the readout names the column and its parts, greatest first, leaving out nothing', () => {
  assert.equal(readout(stacked(), { column: 0, row: 0 }), '2024 · js.chart.sum · 20 m 4 · 40 m 1');
  assert.equal(readout({ ...stacked(), unit: '' }, { column: 2, row: 0 }), '2026 · 3 · 40 m 3');
  assert.equal(readout({ ...stacked(), unit: '', kind: 'heat' }, { column: 0, row: 1 }), '20 m · 2024 · 4');
  assert.equal(readout({ kind: 'bars', x: [], series: [] }, null), '');
});
