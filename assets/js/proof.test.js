import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { hex, search, sha256 } from './proof.js';

const ascii = (text) => new TextEncoder().encode(text);

test('digests are those of SHA-256, whatever the length', () => {
  assert.equal(hex(sha256(ascii('abc'))), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  for (let length = 0; length < 200; length += 1) {
    const text = 'shackbox '.repeat(30).slice(0, length);
    assert.equal(hex(sha256(ascii(text))), createHash('sha256').update(text).digest('hex'), `${length} letters`);
  }
});

test('a proof has the zero bits that were asked for', () => {
  const found = search('a-token', 12);
  const digest = createHash('sha256').update(`a-token:${found}`).digest();
  assert.equal(digest.readUInt32BE(0) >>> 20, 0);
});

test('a search ends after the tries it was given', () => {
  assert.equal(search('a-token', 32, 0, 10), null);
});
