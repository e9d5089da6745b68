import assert from 'node:assert/strict';
import test from 'node:test';
import { Rate } from './rate.js';

test('nothing is said before there is something to go by', () => {
  const rate = new Rate();
  rate.add(0, 0);
  rate.add(100, 100);
  assert.equal(rate.perSecond, 0);
  assert.equal(rate.left(1000), 0);
});

test('the last seconds count', () => {
  const rate = new Rate();
  for (let n = 0; n <= 10; n += 1) rate.add(n * 100, n * 1000);
  assert.equal(rate.perSecond, 100);
  assert.equal(rate.left(500), 5);
  for (let n = 11; n <= 20; n += 1) rate.add(1000 + (n - 10) * 1000, n * 1000);
  assert.equal(rate.perSecond, 1000);
});
