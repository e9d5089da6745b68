import assert from 'node:assert/strict';
import test from 'node:test';
import { kilohertz, readFrequency, readTime, usualReport } from './qso.js';

test('frequencies are read as operators type them', () => {
  assert.deepEqual(readFrequency('14074'), { freq_hz: 14_074_000, band: '20m' });
  assert.deepEqual(readFrequency('14.074'), { freq_hz: 14_074_000, band: '20m' });
  assert.deepEqual(readFrequency('14,074'), { freq_hz: 14_074_000, band: '20m' });
  assert.deepEqual(readFrequency('7074.5'), { freq_hz: 7_074_500, band: '40m' });
  assert.deepEqual(readFrequency('144.3 MHz'), { freq_hz: 144_300_000, band: '2m' });
  assert.deepEqual(readFrequency('14.081.500'), { freq_hz: 14_081_500, band: '20m' });
  assert.deepEqual(readFrequency('20m'), { band: '20m' });
  assert.deepEqual(readFrequency('70 cm'), { band: '70cm' });
  assert.deepEqual(readFrequency('5000'), { freq_hz: 5_000_000 });
  assert.equal(readFrequency('hello'), null);
  assert.equal(readFrequency(''), null);
});

test('times of day are read with or without colons', () => {
  assert.equal(readTime('0932'), '09:32:00');
  assert.equal(readTime('932'), '09:32:00');
  assert.equal(readTime('9:32'), '09:32:00');
  assert.equal(readTime('09:32:07z'), '09:32:07');
  assert.equal(readTime('093207'), '09:32:07');
  assert.equal(readTime('2460'), null);
  assert.equal(readTime('noon'), null);
});

test('kilohertz show tenths and finer only where there is something', () => {
  assert.equal(kilohertz(14_081_500), '14081.5');
  assert.equal(kilohertz(14_000_000), '14000.0');
  assert.equal(kilohertz(7_074_050), '7074.05');
  assert.equal(kilohertz(14_074_123), '14074.123');
  assert.equal(kilohertz(undefined), '');
});

test('the usual report follows the mode', () => {
  assert.equal(usualReport('cw'), '599');
  assert.equal(usualReport('USB'), '59');
  assert.equal(usualReport('FT8'), '');
});
