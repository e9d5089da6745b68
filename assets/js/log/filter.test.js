import assert from 'node:assert/strict';
import test from 'node:test';
import { cut, isChip, join, split, word } from './filter.js';

test('a quoted value stays whole', () => {
  assert.deepEqual(cut('band:20m  entity:"South Africa" K1A'), ['band:20m', 'entity:"South Africa"', 'K1A']);
});

test('words with a value become chips, what is being typed does not', () => {
  assert.ok(isChip('band:20m'));
  assert.ok(isChip('-mode:CW'));
  assert.ok(!isChip('band:'));
  assert.ok(!isChip('JA1'));
  assert.ok(!isChip('entity:"South'));
  assert.deepEqual(split('JA1 band:20m,40m'), { chips: ['band:20m,40m'], rest: 'JA1' });
});

test('a word without value does not spoil the filter while it is typed', () => {
  assert.equal(join(['mode:CW'], 'JA1 band:'), 'mode:CW JA1');
  assert.equal(join([], '-'), '');
});

test('values with blanks are quoted', () => {
  assert.equal(word('entity', 'South Africa'), 'entity:"South Africa"');
  assert.equal(word('call', 'K1ABC'), 'call:K1ABC');
});
