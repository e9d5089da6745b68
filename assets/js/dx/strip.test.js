import assert from 'node:assert/strict';
import test from 'node:test';
import { Activity } from './strip.js';

const NOW = Date.UTC(2026, 4, 1, 12, 34, 56);

test('minutes of the server and live spots make bars of five minutes', () => {
  const activity = new Activity();
  activity.read('20m', Array.from({ length: 60 }, () => 1), NOW);
  activity.count('20m', NOW);
  activity.count('20m', NOW);
  activity.count(undefined, NOW);
  assert.deepEqual(activity.bars('20m', NOW), [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 7]);
  // Bars move on with the clock.
  assert.deepEqual(activity.bars('20m', NOW + 600_000).slice(-3), [7, 0, 0]);
  assert.deepEqual(activity.bars('20m', NOW, 1, 15), [17]);
  assert.deepEqual(activity.bars('40m', NOW, 1, 15), [0]);
});

test('usual bands keep their place, others come with their first spot', () => {
  const activity = new Activity();
  activity.count('23cm', NOW);
  assert.equal(activity.bands.at(-1), '23cm');
  assert.equal(activity.bands[0], '160m');
});
