import assert from 'node:assert/strict';
import test from 'node:test';
import { NARROWEST, placeLabels, Range, scaleTicks, stations } from './layout.js';
import { extent, segments } from './plan.js';

const spot = (/** @type {number} */ khz, /** @type {any} */ more = {}) => ({ call: `K${khz}`, freq_hz: khz * 1000, band: '20m', at: khz, need: '', ...more });

test('labels stand near their frequency and never over each other', () => {
  const range = new Range(14_000_000, 14_350_000);
  const { labels, hidden } = placeLabels([14_025, 14_025.1, 14_026, 14_200].map((khz) => spot(khz)), range, 700, 18);
  assert.equal(hidden, 0);
  for (let n = 1; n < labels.length; n += 1) assert.ok(labels[n].y - labels[n - 1].y >= 17.99);
  assert.ok(Math.abs(labels[3].y - labels[3].true) < 1);
  assert.ok(labels.every(({ y }) => y >= 9 && y <= 691));
});

test('where there is too little room the needed and the newest stay', () => {
  const range = new Range(14_000_000, 14_350_000);
  const spots = [14_300, 14_200, 14_100, 14_050].map((khz) => spot(khz));
  spots[3].need = 'entity';
  const { labels, hidden } = placeLabels(spots, range, 40, 18);
  assert.deepEqual(labels.map(({ spot: each }) => each.call), ['K14050', 'K14300']);
  assert.equal(hidden, 2);
});

test('a station stands once, where it was last heard', () => {
  const spots = [spot(14_020, { call: 'A' }), spot(14_010, { call: 'A' }), spot(7_010, { call: 'B', band: '40m' }), spot(14_001, { call: 'C', at: 0 })];
  assert.deepEqual(stations(spots, '20m', 5).map(({ call, freq_hz: hertz }) => [call, hertz]), [['A', 14_020_000]]);
});

test('zooming and scrolling stay within the band', () => {
  const range = new Range(14_000_000, 14_350_000);
  range.zoom(10, 14_000_000);
  assert.deepEqual([range.low, range.high], [14_000_000, 14_035_000]);
  range.scroll(-1);
  assert.equal(range.low, 14_000_000);
  range.scroll(100);
  assert.equal(range.high, 14_350_000);
  range.zoom(1e6, 14_340_000);
  assert.equal(range.span, NARROWEST);
  range.zoom(1e-6, 14_340_000);
  assert.deepEqual([range.low, range.high], [14_000_000, 14_350_000]);
});

test('ticks are round and not too close', () => {
  const ticks = scaleTicks(new Range(14_000_000, 14_350_000), 700);
  const major = ticks.filter((tick) => tick.major);
  assert.ok(major.every(({ hertz }) => hertz % 10_000 === 0));
  assert.ok(major[1].y - major[0].y >= 44);
});

test('segments follow each other and depend on the region', () => {
  for (const band of ['160m', '80m', '40m', '20m', '17m', '10m', '6m']) {
    for (const continent of ['EU', 'NA', 'OC']) {
      const parts = segments(band, continent);
      parts.forEach((part, n) => {
        assert.ok(part.low < part.high);
        if (n > 0) assert.equal(part.low, parts[n - 1].high);
      });
    }
  }
  assert.equal(segments('40m', 'EU').at(-1)?.low, 7_050_000);
  assert.equal(segments('40m', 'NA').at(-1)?.low, 7_125_000);
  assert.deepEqual(segments('23cm', 'EU'), []);
  assert.deepEqual(extent({ id: '40m', low: 7_000_000, high: 7_300_000 }, 'EU'), [7_000_000, 7_200_000]);
});
