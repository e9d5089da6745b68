import assert from 'node:assert/strict';
import test from 'node:test';

import { splitOf, splitOfSpot } from './split.js';

const at = (/** @type {string} */ text, hertz = 14_195_000, kind = 'phone') => splitOf(text, hertz, kind);

test('shifts are kilohertz from where the station was heard', () => {
  assert.deepEqual(at('UP 5'), { tx_freq_hz: 14_200_000, guess: false });
  assert.deepEqual(at('big pile up5 tnx'), { tx_freq_hz: 14_200_000, guess: false });
  assert.deepEqual(at('DN 2'), { tx_freq_hz: 14_193_000, guess: false });
  assert.deepEqual(at('down 1.5'), { tx_freq_hz: 14_193_500, guess: false });
  assert.deepEqual(at('u5-10'), { tx_freq_hz: 14_200_000, guess: false });
  assert.deepEqual(at('UP 5 khz'), { tx_freq_hz: 14_200_000, guess: false });
});

test('a lone up is a guess by the kind of mode', () => {
  assert.deepEqual(at('UP'), { tx_freq_hz: 14_200_000, guess: true });
  assert.deepEqual(at('CQ up', 14_023_000, 'cw'), { tx_freq_hz: 14_024_000, guess: true });
});

test('QSX names the frequency in kilohertz or megahertz, on the same band', () => {
  assert.deepEqual(at('QSX 14205'), { tx_freq_hz: 14_205_000, guess: false });
  assert.deepEqual(at('qsx 14.205'), { tx_freq_hz: 14_205_000, guess: false });
  assert.deepEqual(at('QSX 14205.5'), { tx_freq_hz: 14_205_500, guess: false });
  assert.equal(at('QSX 7144'), null);
  assert.equal(at('QSX 14195'), null);
});

test('other words are no split', () => {
  for (const none of ['', 'u', 'update', 'loud in DN10', 'UP 500', 'CQ CQ', 'set up at 5', 'QSX', null, undefined]) {
    const found = splitOf(/** @type {any} */ (none), 14_195_000, 'phone');
    assert.ok(found === null || found.guess, `${none}: ${JSON.stringify(found)}`);
  }
  assert.equal(at('update'), null);
  assert.equal(at('UP 500'), null);
});

test('what the server read goes before the comment', () => {
  const spot = { freq_hz: 7_005_000, class: 'cw', split: 'UP 2', comment: 'up 1-3' };
  assert.deepEqual(splitOfSpot(spot), { tx_freq_hz: 7_007_000, guess: false });
  assert.deepEqual(splitOfSpot({ ...spot, split: undefined, comment: 'up 1-3' }), { tx_freq_hz: 7_006_000, guess: false });
  assert.equal(splitOfSpot({ freq_hz: 7_005_000, comment: 'tnx' }), null);
});
