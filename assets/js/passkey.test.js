import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytes, creation, described, request, text } from './passkey.js';

const octets = (buffer) => [...new Uint8Array(buffer)];

test('base64url goes there and back, whatever the length', () => {
  for (let length = 0; length < 70; length += 1) {
    const some = Uint8Array.from({ length }, (_, at) => (at * 37 + 251) % 256);
    const told = text(some.buffer);
    assert.match(told, /^[A-Za-z0-9_-]*$/);
    assert.deepEqual(octets(bytes(told)), [...some]);
  }
});

test('options get bytes where the browser wants them, and keep the rest', () => {
  const made = creation({ challenge: 'AQID', rp: { id: 'log.example.org' }, user: { id: '_w', name: 'K6BP' }, excludeCredentials: [{ id: 'BA', type: 'public-key' }] });
  assert.deepEqual(octets(made.challenge), [1, 2, 3]);
  assert.deepEqual(octets(made.user.id), [255]);
  assert.deepEqual(octets(made.excludeCredentials[0].id), [4]);
  assert.equal(made.rp.id, 'log.example.org');
  assert.deepEqual(request({ challenge: 'AQID' }).allowCredentials, []);
});

test('a credential is told in JSON', () => {
  const buffer = (...list) => Uint8Array.from(list).buffer;
  const shown = described({
    id: 'BA', rawId: buffer(4), type: 'public-key',
    response: { clientDataJSON: buffer(1), authenticatorData: buffer(2), signature: buffer(3), userHandle: null },
  });
  assert.deepEqual(shown.response, { clientDataJSON: 'AQ', authenticatorData: 'Ag', signature: 'Aw', userHandle: null });
  const made = described({
    id: 'BA', rawId: buffer(4), type: 'public-key',
    response: { clientDataJSON: buffer(1), attestationObject: buffer(5) },
  });
  assert.deepEqual(made.response, { clientDataJSON: 'AQ', attestationObject: 'BQ', transports: [] });
});
