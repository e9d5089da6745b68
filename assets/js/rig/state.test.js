import assert from 'node:assert/strict';
import test from 'node:test';

import { blank, changed, listed, standing, tuned } from './state.js';

const item = (/** @type {any} */ more = {}) => ({ name: 'main', since: 'then', state: { connected: true, freq_hz: 14_074_000, mode: 'PKTUSB', ptt: false }, facts: { modes: ['USB'] }, ...more });

test('a list makes views, and who is not in it any more is away', () => {
  const first = listed(new Map(), [item(), item({ name: 'vhf', queue: { pending: 2, failed: 1 } })]);
  assert.deepEqual([...first.keys()], ['main', 'vhf']);
  assert.deepEqual(first.get('vhf')?.queue, { pending: 2, failed: 1 });
  const second = listed(first, [item({ name: 'vhf' })]);
  assert.equal(standing(second.get('main')), 'away');
  assert.equal(second.get('main')?.state.freq_hz, 14_074_000);
  assert.equal(standing(second.get('vhf')), 'ready');
});

test('what a message told since goes before the list', () => {
  const moved = changed(listed(new Map(), [item()]).get('main'), 'state', { rig: 'main', connected: true, freq_hz: 7_000_000, ptt: false });
  const views = listed(new Map([['main', /** @type {any} */ (moved)]]), [item()], new Set(['main']));
  assert.equal(views.get('main')?.state.freq_hz, 7_000_000);
  // But only the list tells what a radio can do.
  assert.deepEqual(listed(new Map([['main', { ...blank('main', true), state: { freq_hz: 1 } }]]), [item()], new Set(['main'])).get('main')?.facts, { modes: ['USB'] });
});

test('messages change what they are about', () => {
  let view = changed(undefined, 'state', { rig: 'main', connected: true, freq_hz: 14_000_000, ptt: false });
  assert.equal(standing(view), 'ready');
  assert.equal(view?.state.rig, undefined);
  view = changed(view ?? undefined, 'meters', { rig: 'main', strength_db: 6 });
  view = changed(view ?? undefined, 'queue', { rig: 'main', pending: 1, failed: 'x' });
  assert.deepEqual([view?.meters.strength_db, view?.queue], [6, { pending: 1, failed: 0 }]);
  // Meters of receiving are nothing to somebody who transmits.
  view = changed(view ?? undefined, 'state', { rig: 'main', connected: true, freq_hz: 14_000_000, ptt: true });
  assert.deepEqual([standing(view), view?.meters], ['transmitting', {}]);
  view = changed(view ?? undefined, 'link', { rig: 'main', connected: false });
  assert.equal(standing(view), 'away');
  assert.equal(changed(view ?? undefined, 'state', {}), null);
  assert.equal(changed(view ?? undefined, 'song', { rig: 'main' }), null);
});

test('an answer to a tune moves the dial at once and takes an old split away', () => {
  const view = { ...blank('main', true), state: { connected: true, freq_hz: 1, split: true, tx_freq_hz: 2, note: 'old', seq: 9 } };
  assert.deepEqual(tuned(view, { freq_hz: 14_025_000, mode: 'CW', split: false }).state, { connected: true, freq_hz: 14_025_000, mode: 'CW', split: false, seq: 9 });
});

test('a radio that does not answer is off', () => {
  assert.equal(standing(null), 'none');
  assert.equal(standing({ ...blank('main', true), state: { connected: false } }), 'off');
});
