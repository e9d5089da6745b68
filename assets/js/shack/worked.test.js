import assert from 'node:assert/strict';
import test from 'node:test';

import { grid, kindOf } from './worked.js';

const qso = (/** @type {string} */ band, /** @type {string} */ mode, /** @type {string[]} */ confirmed = []) => ({ band, mode, confirmed });

test('contacts with the station go before those with its entity', () => {
  const entity = (/** @type {string} */ band) => /** @type {any} */ ({ '40m': 'confirmed', '20m': 'worked' }[band] ?? '');
  const { bands, rows } = grid([qso('20m', 'CW'), qso('20m', 'CW', ['lotw']), qso('15m', 'FT8')], entity);
  const state = (/** @type {string} */ band, /** @type {string} */ kind) => rows.find((row) => row.kind === kind)?.cells.find((cell) => cell.band === band)?.state;
  assert.equal(state('20m', 'cw'), 'station_confirmed');
  assert.equal(state('20m', 'phone'), 'worked');
  assert.equal(state('40m', 'data'), 'confirmed');
  assert.equal(state('15m', 'data'), 'station');
  assert.equal(state('10m', 'cw'), '');
  assert.equal(bands.length, 12);
});

test('other bands get a column when something is there', () => {
  assert.ok(grid([qso('70cm', 'FM')], () => '', '4m').bands.join().endsWith('6m,4m,2m,70cm'));
  assert.ok(!grid([qso('nowhere', 'FM')], () => '').bands.includes('nowhere'));
});

test('a mode has a kind, and nothing has none', () => {
  assert.deepEqual(['cw', 'SSB', 'FT8', ''].map(kindOf), ['cw', 'phone', 'data', '']);
});
