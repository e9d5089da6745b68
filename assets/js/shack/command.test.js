import assert from 'node:assert/strict';
import test from 'node:test';

import { readCommand } from './command.js';

test('frequencies, bands and modes are commands, calls are not', () => {
  assert.deepEqual(readCommand('14025'), { freq_hz: 14_025_000 });
  assert.deepEqual(readCommand('7.074'), { freq_hz: 7_074_000 });
  assert.equal(readCommand('59'), null);
  assert.deepEqual(readCommand('14.074'), { freq_hz: 14_074_000 });
  assert.deepEqual(readCommand('14.081.500'), { freq_hz: 14_081_500 });
  assert.deepEqual(readCommand('40m'), { band: '40m' });
  assert.deepEqual(readCommand('cw'), { mode: 'CW' });
  for (const call of ['', 'K6BP', '2E0ABC', '5Z4VJ', '9A1A', '3DA0RU', 'TX5', '1A0C', '4M', 'FM5BH']) assert.equal(readCommand(call)?.freq_hz, undefined, call);
});
