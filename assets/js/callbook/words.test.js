import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerLines, answerQsl, asideOf, recordAddress, searchAddress, worthAsking } from './words.js';

test('two characters are worth completing, a field without its value is not', () => {
  assert.deepEqual(['', 'k', ' k ', '**'].map(worthAsking), [false, false, false, false]);
  assert.deepEqual(['k6', 'ø5', 'name:pe', 'smi'].map(worthAsking), [true, true, true, true]);
  assert.deepEqual(['name:', '"'].map(worthAsking), [false, false]);
});

test('who and where stand behind a call, and a word where it is not licensed', () => {
  assert.equal(asideOf({ call: 'K6BP', status: 'active', name: 'Bruce Perens', class: 'Amateur Extra', city: 'Berkeley', state: 'CA', country: 'United States' }), 'Bruce Perens · Amateur Extra · Berkeley, CA');
  assert.equal(asideOf({ call: 'OH2XYZ', status: 'expired', country: 'Finland' }), 'Finland · expired');
  assert.equal(asideOf({}), '');
});

test('addresses carry calls with strokes and queries with blanks', () => {
  assert.equal(recordAddress('DL/W1AW/P'), '/callbook/DL%2FW1AW%2FP');
  assert.equal(searchAddress(' name:o\'brien state:CA '), '/callbook?q=name%3Ao%27brien+state%3ACA');
  assert.equal(searchAddress('  '), '/callbook');
});

test('another callbook\'s answer is told in lines, without what it does not tell', () => {
  assert.deepEqual(answerLines({ name: 'Ada', qth: 'London', country: 'England', grid: 'IO91', class: 'Full' }),
    ['Ada', 'London, England', 'IO91 · Full']);
  assert.deepEqual(answerLines({}), []);
});

test('of the ways to confirm those stay that are said yes to', () => {
  assert.deepEqual(answerQsl({ qsl_via: 'W1AW', lotw: true, eqsl: false, direct: true }), { via: 'W1AW', ways: ['lotw', 'direct'] });
  assert.deepEqual(answerQsl({}), { via: '', ways: [] });
});
