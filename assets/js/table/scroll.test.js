import assert from 'node:assert/strict';
import test from 'node:test';
import { LIMIT, ScrollMap } from './scroll.js';

/** @param {number} rows */
function map(rows, row = 36, view = 720) {
  const made = new ScrollMap();
  Object.assign(made, { rows, row, view });
  return made;
}

test('a short table scrolls one to one', () => {
  const scroll = map(1000);
  assert.equal(scroll.height, 36_000);
  scroll.scrolled(1234);
  assert.equal(scroll.top, 1234);
  assert.deepEqual(scroll.window(5), { first: 29, last: 60 });
});

test('a million rows fit under the limit and both ends can be reached', () => {
  const scroll = map(1_000_000);
  assert.equal(scroll.height, LIMIT);
  scroll.scrolled(scroll.physicalEnd);
  assert.equal(scroll.window(0).last, 1_000_000);
  scroll.scrolled(0);
  assert.equal(scroll.window(0).first, 0);
});

test('the wheel moves by pixels even where positions are scaled', () => {
  const scroll = map(1_000_000);
  scroll.to(18_000_000);
  const before = scroll.top;
  scroll.scrolled(scroll.physical + 120);
  assert.equal(scroll.top, before + 120);
});

test('dragging the bar goes to the same share of the table', () => {
  const scroll = map(1_000_000);
  scroll.scrolled(scroll.physicalEnd / 2);
  assert.ok(Math.abs(scroll.top - scroll.end / 2) < 1);
});

test('resting brings the bar into line without moving the table', () => {
  const scroll = map(1_000_000);
  scroll.to(18_000_000);
  for (let n = 0; n < 50; n += 1) scroll.scrolled(scroll.physical + 500);
  const { top } = scroll;
  assert.equal(top, 18_025_000);
  scroll.physical = scroll.settled();
  assert.equal(scroll.top, top);
  assert.ok(Math.abs(scroll.physical / scroll.physicalEnd - top / scroll.end) < 1e-6);
});

test('revealing moves as little as needed', () => {
  const scroll = map(1_000_000);
  scroll.reveal(10);
  assert.equal(scroll.top, 0);
  scroll.reveal(25);
  assert.equal(scroll.top, 26 * 36 - 720);
  scroll.reveal(999_999);
  assert.equal(scroll.top, scroll.end);
  scroll.reveal(0);
  assert.equal(scroll.top, 0);
});

test('a scrolled position near an end does not become the end', () => {
  const scroll = map(1_000_000);
  scroll.to(2);
  assert.ok(scroll.physical >= 1);
});
