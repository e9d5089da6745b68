import assert from 'node:assert/strict';
import test from 'node:test';

import { bars, strengthShare, strengthText } from './meters.js';

test('strength is told in S units, six decibels each, and above S9 in decibels', () => {
  assert.deepEqual([-54, -48, -12, 0, 2, 10, 40].map(strengthText), ['S0', 'S1', 'S7', 'S9', 'S9', 'S9 +10', 'S9 +40']);
  assert.deepEqual([-200, -48, 0, 60, 99].map(strengthShare), [0, 0, 0.6, 1, 1]);
});

test('what is shown follows whether the radio transmits and what it tells', () => {
  const meters = { strength_db: 10, power: 0.5, swr: 3, alc: 0.2 };
  assert.deepEqual(bars(meters, false, 100).map(({ text }) => text), ['S9 +10']);
  assert.deepEqual(bars(meters, true, 100).map(({ id, text, bad }) => [id, text, bad]), [['power', '50\u00a0W', false], ['swr', '3.0', true], ['alc', '20\u00a0%', false]]);
  assert.deepEqual(bars({ power: 0.5, swr: null }, true, undefined).map(({ text }) => text), ['50\u00a0%']);
  assert.deepEqual(bars({}, false, undefined), []);
});
