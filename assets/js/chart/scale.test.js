import assert from 'node:assert/strict';
import test from 'node:test';
import { contrast, countTicks, digits, heat, keepApart, labelEvery, lineTicks, mix, ticks, totals } from './scale.js';

test('ticks are round, even and cover the range', () => {
  assert.deepEqual(ticks(0, 4100), [0, 2000, 4000, 6000]);
  assert.deepEqual(ticks(0, 100), [0, 25, 50, 75, 100]);
  assert.deepEqual(ticks(0, 0.7), [0, 0.2, 0.4, 0.6, 0.8]);
  for (const [low, high] of [[0, 1], [0, 7], [3, 3], [-4, 9], [120, 184], [0, 1e9], [0.001, 0.0042]]) {
    const made = ticks(low, high);
    assert.ok(made[0] <= low && made.at(-1) >= high, `${low} ${high}: ${made}`);
    assert.ok(made.length >= 2 && made.length <= 8, `${low} ${high}: ${made}`);
  }
});

test('counts have whole ticks', () => {
  for (const high of [0, 1, 2, 3, 5, 9]) assert.ok(countTicks(high).every(Number.isInteger), String(high));
  assert.ok(countTicks(3).at(-1) >= 3);
});

test('labels show just the digits they need', () => {
  assert.equal(digits([0, 25, 50]), 0);
  assert.equal(digits([0, 0.5]), 1);
  assert.equal(digits([0.25]), 2);
});

test('lines start at zero only when zero is near', () => {
  const series = (/** @type {(number | null)[]} */ values) => [{ name: 'a', values }];
  assert.equal(lineTicks(series([0, 4, 2]))[0], 0);
  assert.ok(lineTicks(series([150, 180]))[0] >= 140);
  assert.deepEqual(lineTicks(series([null, null])), [0, 1]);
  assert.ok(lineTicks(series([-20, 5]))[0] <= -20);
});

test('columns are summed; absent values count nothing', () => {
  const data = { kind: /** @type {const} */ ('bars'), x: ['a', 'b'], series: [
    { name: '1', values: [1, null] }, { name: '2', values: [2, Number.NaN] }, { name: '3', values: [3] },
  ] };
  assert.deepEqual(totals(data), [6, 0]);
});

test('labels are thinned to what fits', () => {
  assert.equal(labelEvery(20, 30), 1);
  assert.equal(labelEvery(30, 10), 4);
  assert.equal(labelEvery(30, 0.1), 360);
});

test('labels keep apart, in order and inside', () => {
  const placed = keepApart([50, 51, 10, 98], 12, 0, 100);
  const sorted = [...placed].sort((a, b) => a - b);
  for (let n = 1; n < sorted.length; n += 1) assert.ok(sorted[n] - sorted[n - 1] >= 12 - 1e-9);
  assert.ok(placed[0] < placed[1]);
  assert.equal(placed[2], 10);
  assert.ok(sorted.at(-1) <= 100);
});

test('heat shows the smallest value and tells nothing from something', () => {
  assert.equal(heat(0, 100), 0);
  assert.ok(heat(1, 1000) > 0.1);
  assert.equal(heat(1000, 1000), 1);
  assert.equal(heat(5, 0), 0);
});

test('contrast is that of WCAG', () => {
  const black = /** @type {const} */ ([0, 0, 0, 1]);
  const white = /** @type {const} */ ([255, 255, 255, 1]);
  assert.equal(contrast(black, white), 21);
  assert.equal(contrast(white, white), 1);
  assert.ok(Math.abs(contrast([0x76, 0x76, 0x76, 1], white) - 4.54) < 0.01);
  assert.deepEqual(mix(black, white, 0.2), [51, 51, 51, 1]);
});
