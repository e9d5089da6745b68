import assert from 'node:assert/strict';
import test from 'node:test';
import { List, LONGEST, MOST, Spots } from './spots.js';

const spot = (/** @type {number} */ seq, /** @type {any} */ more = {}) => ({ seq, at: 1000 + seq, call: `K${seq}A`, skimmer: false, ...more });
const all = () => true;
const seqs = (/** @type {any[]} */ spots) => spots.map(({ seq }) => seq);

test('spots come once, in any order, and are shown newest first', () => {
  const store = new Spots();
  assert.deepEqual(seqs(store.add([spot(3), spot(1)], 0)), [1, 3]);
  assert.deepEqual(seqs(store.add([spot(2), spot(3), spot(4, { skimmer: true })], 0)), [2, 4]);
  assert.deepEqual(seqs(store.find(all)), [4, 3, 2, 1]);
  assert.equal(store.last, 4);
});

test('a flood of machines does not push out what people said', () => {
  const store = new Spots();
  store.add([spot(1)], 0);
  store.add(Array.from({ length: 3 * MOST }, (_, n) => spot(n + 2, { skimmer: true })), 0);
  assert.equal(store.size, MOST + 1);
  assert.deepEqual(seqs(store.find((each) => !each.skimmer)), [1]);
});

test('what is too old goes', () => {
  const store = new Spots();
  store.add([spot(1), spot(2, { at: LONGEST })], 0);
  store.age(LONGEST + 1500);
  assert.deepEqual(seqs(store.find(all)), [2]);
  // And may be told again by nobody: it would be too old at once.
  assert.equal(store.add([spot(1)], LONGEST + 1500).length, 1);
  assert.equal(store.size, 1);
});

test('a paused list stays as it is, counts what waits, and goes on with it', () => {
  const store = new Spots();
  const list = new List(store);
  list.show((each) => each.call !== 'K3A', null);
  list.take(store.add([spot(1)], 0));
  list.pause();
  assert.deepEqual(list.take(store.add([spot(2), spot(3), spot(4)], 0)), []);
  assert.equal(list.waiting, 2);
  assert.deepEqual(seqs(list.items), [1]);
  // Another filter shows what was there, not what waits.
  list.show(all, null);
  assert.deepEqual(seqs(list.items), [3, 1]);
  assert.deepEqual(seqs(list.resume()), [2, 4]);
  assert.equal(list.waiting, 0);
  assert.deepEqual(seqs(list.items), [4, 3, 2, 1]);
});

test('a sorted list takes new spots where they belong', () => {
  const store = new Spots();
  const list = new List(store);
  list.show(all, (a, b) => a.call.localeCompare(b.call));
  list.take(store.add([spot(3), spot(1)], 0));
  list.take(store.add([spot(2)], 0));
  assert.deepEqual(seqs(list.items), [1, 2, 3]);
});
