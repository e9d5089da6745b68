import assert from 'node:assert/strict';
import test from 'node:test';

import { dialText, digitsOf, HIGHEST, LOWEST, readDial, shiftText, turned } from './digits.js';

test('every digit knows its place, and points stand between thousands', () => {
  const digits = digitsOf(14_081_500);
  assert.equal(digits.map(({ text, point }) => text + (point ? '.' : '')).join(''), '14.081.500');
  assert.deepEqual(digits.map(({ place }) => place).slice(0, 3), [10_000_000, 1_000_000, 100_000]);
  assert.equal(digits.at(-1)?.place, 1);
  assert.ok(digits.every(({ lead }) => !lead));
});

test('below ten megahertz a faint nought leads, so that the digits stand still', () => {
  const digits = digitsOf(7_030_000);
  assert.equal(digits.length, 8);
  assert.deepEqual(digits.map(({ lead }) => lead), [true, false, false, false, false, false, false, false]);
  assert.equal(digitsOf(1_296_200_000).length, 10);
});

test('a turned digit carries over and stays within what radios can', () => {
  assert.equal(turned(14_099_900, 100, 1), 14_100_000);
  assert.equal(turned(14_000_000, 1_000, -1), 13_999_000);
  assert.equal(turned(7_000_000, 10_000_000, -1), LOWEST);
  assert.equal(turned(HIGHEST, 1, 5), HIGHEST);
});

test('what is typed is read as operators type it', () => {
  assert.deepEqual(readDial('14074'), { freq_hz: 14_074_000, band: '20m' });
  assert.deepEqual(readDial('14.074'), { freq_hz: 14_074_000, band: '20m' });
  assert.deepEqual(readDial('14.081.500'), { freq_hz: 14_081_500, band: '20m' });
  assert.deepEqual(readDial('144,3 MHz'), { freq_hz: 144_300_000, band: '2m' });
  assert.deepEqual(readDial('20m'), { band: '20m' });
  for (const none of ['', 'quick', '-5', '0', '1e9', '14.074;T1', '999999999 GHz']) assert.equal(readDial(none), null, none);
});

test('frequencies and shifts have one form', () => {
  assert.equal(dialText(14_074_000), '14.074.000');
  assert.equal(dialText(475_000), '475.000');
  assert.deepEqual([shiftText(5_000), shiftText(-1_500), shiftText(12_340)], ['+5', '\u22121.5', '+12.34']);
});
