import assert from 'node:assert/strict';
import test from 'node:test';
import { Worked } from './needs.js';

/** Bits of bands 40m, 20m, 6m and classes cw, phone, data, two bits each. @param {...number} set */
function hex(...set) {
  const bytes = [0, 0, 0];
  for (const bit of set) bytes[bit >> 3] |= 1 << (bit & 7);
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function worked() {
  const log = new Worked();
  log.read({
    bands: ['40m', '20m', '6m'], classes: ['cw', 'phone', 'data'],
    // Japan on 40 m CW and 20 m phone; the second is confirmed.
    entities: { 339: hex(0, 8, 9) }, grids: { '6m': 'FN31FN42' }, refs: { pota: ['US-1234'] },
  });
  return log;
}

test('before the log is known nothing is needed', () => {
  assert.equal(new Worked().need({ dxcc: 1, band: '20m', class: 'cw' }), '');
});

test('what the log has of an entity is told by band and kind of mode', () => {
  const log = worked();
  assert.equal(log.slot(339, '40m', 'cw'), 'worked');
  assert.equal(log.slot(339, '20m', 'phone'), 'confirmed');
  assert.deepEqual([log.slot(339, '20m', 'cw'), log.slot(1, '20m', 'cw'), log.slot(339, '2m', 'cw'), log.slot(undefined, '20m', 'cw')], ['', '', '', '']);
});

test('the strongest need is told', () => {
  const log = worked();
  const need = (/** @type {any} */ spot) => log.need({ dxcc: 339, freq_hz: 14_025_000, ...spot });
  assert.equal(need({ dxcc: 1, band: '20m', class: 'cw' }), 'entity');
  assert.equal(need({ band: '6m', class: 'cw' }), 'band');
  assert.equal(need({ band: '20m', class: 'data' }), 'mode');
  assert.equal(need({ band: '20m', class: 'cw' }), 'slot');
  assert.equal(need({ band: '20m', class: 'phone' }), '');
  assert.equal(need({ band: '40m', class: 'cw' }), '');
});

test('grids count from 6 metres up, references everywhere', () => {
  const log = worked();
  log.add({ dxcc: 339, band: '6m', class: 'data' });
  const six = { dxcc: 339, band: '6m', class: 'data', freq_hz: 50_313_000 };
  assert.equal(log.need({ ...six, grid: 'FN31pr' }), '');
  assert.equal(log.need({ ...six, grid: 'PM95' }), 'grid');
  assert.equal(log.need({ dxcc: 339, band: '20m', class: 'phone', freq_hz: 14_200_000, grid: 'PM95', pota: 'JA-0001' }), 'ref');
  assert.equal(log.need({ dxcc: 339, band: '20m', class: 'phone', freq_hz: 14_200_000, pota: 'US-1234' }), '');
});

test('a contact told live counts at once', () => {
  const log = worked();
  log.add({ dxcc: 1, band: '20m', class: 'cw', grid: 'FN03', refs: { pota: 'CA-0001' } });
  assert.equal(log.need({ dxcc: 1, band: '20m', class: 'cw' }), '');
  assert.equal(log.need({ dxcc: 1, band: '40m', class: 'cw' }), 'band');
  assert.equal(log.need({ pota: 'CA-0001' }), '');
});
