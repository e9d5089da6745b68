import assert from 'node:assert/strict';
import test from 'node:test';

import { buttonOf, buttonsFor, logMode, tuneMode, windowOf } from './modes.js';

test('each mode of a radio lies under one button', () => {
  assert.deepEqual(['CWR', 'PKTUSB', 'PKTLSB', 'RTTYR', 'FMN', 'AMS', 'LSB', 'FAX', null].map(buttonOf), ['CW', 'DATA', 'DATA', 'RTTY', 'FM', 'AM', 'LSB', '', '']);
  assert.deepEqual(buttonsFor(['USB', 'LSB', 'CW']), ['CW', 'LSB', 'USB']);
  assert.equal(buttonsFor([]).length, 7);
});

test('a contact is logged as what was done, not as the radio calls it', () => {
  assert.equal(logMode('USB', 14_200_000), 'SSB');
  assert.equal(logMode('CWR', 7_020_000), 'CW');
  assert.equal(logMode('PKTUSB', 14_074_000, 'SSB'), 'FT8');
  assert.equal(logMode('PKTUSB', 14_080_500), 'FT4');
  assert.equal(logMode('PKTUSB', 14_090_000, 'js8'), 'JS8');
  assert.equal(logMode('PKTUSB', 14_070_000, 'PSK31'), 'PSK31');
  // Data somewhere else may be anything.
  assert.equal(logMode('PKTUSB', 14_090_000, 'CW'), '');
  assert.equal(logMode(null, undefined), '');
});

test('windows are three kilohertz wide', () => {
  assert.deepEqual([14_073_999, 14_074_000, 14_076_999, 14_077_000].map(windowOf), ['', 'FT8', 'FT8', '']);
});

test('a spot tells the mode, or at least the kind', () => {
  assert.equal(tuneMode({ mode: 'FT8', class: 'data' }), 'FT8');
  assert.equal(tuneMode({ mode: 'DIGI', class: 'data' }), 'PKTUSB');
  assert.equal(tuneMode({ class: 'phone' }), 'SSB');
  assert.equal(tuneMode({ class: 'cw' }), 'CW');
  assert.equal(tuneMode({}), undefined);
});
