import assert from 'node:assert/strict';
import test from 'node:test';

import { together, Tuner } from './tune.js';

test('a burst moves the radio twice: to the first and to the last', async () => {
  /** @type {any[]} */
  const sent = [];
  const tuner = new Tuner(async (wish) => {
    sent.push(wish);
    await new Promise((resolve) => { setImmediate(resolve); });
    return { freq_hz: wish.freq_hz };
  });
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => tuner.tune({ freq_hz: 14_000_000 + n })));
  assert.deepEqual(sent.map(({ freq_hz: hertz }) => hertz), [14_000_000, 14_000_099]);
  assert.ok(answers.slice(1).every(({ freq_hz: hertz }) => hertz === 14_000_099));
  assert.equal(tuner.busy, false);
});

test('wishes that wait are put together', () => {
  assert.deepEqual(together({ freq_hz: 1, mode: 'CW' }, { freq_hz: 2 }), { freq_hz: 2, mode: 'CW' });
  assert.deepEqual(together({ freq_hz: 1, split: true, tx_freq_hz: 5 }, { freq_hz: 2 }), { freq_hz: 2 });
  assert.deepEqual(together({ freq_hz: 1 }, { split: true, tx_freq_hz: 5 }), { freq_hz: 1, split: true, tx_freq_hz: 5 });
  assert.deepEqual(together({ split: true, tx_freq_hz: 5 }, { split: false }), { split: false });
});

test('a mode the radio does not take leaves the frequency', async () => {
  /** @type {any[]} */
  const sent = [];
  const tuner = new Tuner(async (wish) => {
    sent.push(wish);
    if (wish.mode) throw Object.assign(new Error('no mode'), { problem: { field: 'mode' } });
    return wish;
  });
  await tuner.tune({ freq_hz: 14_074_000, mode: 'OLIVIA' });
  assert.deepEqual(sent, [{ freq_hz: 14_074_000, mode: 'OLIVIA' }, { freq_hz: 14_074_000 }]);
});

test('a failure is told to who wished, and the next wish goes on', async () => {
  let first = true;
  const tuner = new Tuner(async (wish) => {
    if (first) {
      first = false;
      throw new Error('radio off');
    }
    return wish;
  });
  await assert.rejects(tuner.tune({ freq_hz: 1_000_000 }), /radio off/);
  assert.deepEqual(await tuner.tune({ freq_hz: 2_000_000 }), { freq_hz: 2_000_000 });
});
