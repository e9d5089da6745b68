import assert from 'node:assert/strict';
import test from 'node:test';

import { ago, dial, ofContact, ofContacts, ofLink, ofPrograms, ofRadio, ofRotator, stamp } from './words.js';

const NOW = Date.parse('2026-11-21T09:32:30Z');

test('a frequency is written as on a dial', () => {
  assert.equal(dial(14_074_000), '14.074.000');
  assert.equal(dial(136_500), '0.136.500');
  assert.equal(dial(10_368_100_000), '10368.100.000');
});

test('times say how long ago, and logs have theirs in UTC', () => {
  assert.equal(ago('2026-11-21T09:32:18Z', NOW), '12 s ago');
  assert.equal(ago('2026-11-21T09:32:31Z', NOW), 'just now');
  assert.equal(ago('2026-11-21T06:32:30Z', NOW), '3 h ago');
  assert.equal(ago('nonsense', NOW), '');
  assert.equal(stamp('2026-11-21T09:32:00Z'), '21 Nov 09:32z');
});

test('a radio shows its dial, or why it has none', () => {
  const rig = { device: 'rigctld at 127.0.0.1:4532', state: { connected: true, model: 'Icom IC-7300', freq_hz: 7_010_000, mode: 'CW' } };
  assert.deepEqual(ofRadio(rig, null), { kind: 'good', text: '7.010.000 CW', more: 'Icom IC-7300' });
  const off = { device: 'x', state: { connected: false, error: { kind: 'power_off' } } };
  assert.equal(ofRadio(off, null).text, 'switched off');
  assert.equal(ofRadio(off, 'no port').text, 'not set up');
  assert.equal(ofRadio({ device: 'x', state: {} }, null).kind, '');
});

test('the link tells whose account it is, and what is missing', () => {
  const settings = { server: { value: 'https://a.example:8443' }, key: { value: true } };
  assert.deepEqual(ofLink({ state: 'connected', account: 'K1ABC' }, settings), { kind: 'good', text: 'connected', more: 'a.example:8443 as K1ABC' });
  assert.equal(ofLink({ state: 'refused' }, settings).kind, 'bad');
  assert.equal(ofLink({}, { server: { value: null } }).text, 'not set up');
  assert.equal(ofLink({}, { server: { value: 'https://a' }, key: { value: false } }).text, 'key missing');
});

test('a port that could not be had is told before programs', () => {
  const programs = { places: [{ address: 'a', error: 'taken' }], heard: [{ id: 'WSJT-X', heard: '2026-11-21T09:32:28Z' }], counts: { contacts: 0 } };
  assert.equal(ofPrograms(programs, NOW).kind, 'warn');
  programs.places[0].error = '';
  assert.deepEqual(ofPrograms(programs, NOW), { kind: 'good', text: 'WSJT-X', more: 'heard just now' });
});

test('refused contacts come before waiting ones', () => {
  assert.equal(ofContacts({ pending: 2, failed: 1 }, {}).text, '1 refused');
  assert.equal(ofContacts({ pending: 2, failed: 0 }, {}).more, 'until Shackbox is set up');
  assert.equal(ofContacts({ pending: 0, failed: 0 }, {}).kind, 'good');
  assert.equal(ofContact({ state: 'done', outcome: 'merged' }).text, 'in the log (merged)');
});

test('a rotator shows where it turns to', () => {
  assert.equal(ofRotator({ connected: true, azimuth: 12.4, target: 90 }).text, '12° → 90°');
  assert.equal(ofRotator(null).text, 'none');
});
