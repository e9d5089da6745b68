import assert from 'node:assert/strict';
import test from 'node:test';
import { BANDS, band, bandName, bandOfHertz, bandOrder, bandProperty } from './bands.js';

test('bands are in the order of frequency and do not overlap', () => {
  for (let n = 1; n < BANDS.length; n += 1) {
    assert.ok(BANDS[n].low > BANDS[n - 1].high, BANDS[n].id);
  }
});

test('a band is found in any case and spacing', () => {
  assert.equal(band('20M')?.id, '20m');
  assert.equal(band('70 cm')?.id, '70cm');
  assert.equal(band('11m'), undefined);
  assert.equal(band(null), undefined);
});

test('names are shown with a space between number and unit', () => {
  assert.equal(bandName('20m'), '20\u00a0m');
  assert.equal(bandName('1.25cm'), '1.25\u00a0cm');
  assert.equal(bandName('odd'), 'odd');
});

test('frequencies at the edges belong to the band', () => {
  assert.equal(bandOfHertz(14_000_000)?.id, '20m');
  assert.equal(bandOfHertz(14_350_000)?.id, '20m');
  assert.equal(bandOfHertz(14_350_001), undefined);
  assert.equal(bandOfHertz(135_700)?.id, '2190m');
});

test('bands without a colour of their own borrow one, unknown bands are muted', () => {
  assert.equal(bandProperty('20m'), '--band-20m');
  assert.equal(bandProperty('3cm'), '--band-23cm');
  assert.equal(bandProperty('?'), '--muted');
});

test('unknown bands sort last', () => {
  assert.ok(bandOrder('?') > bandOrder('submm'));
  assert.ok(bandOrder('160m') < bandOrder('10m'));
});
