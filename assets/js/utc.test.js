import assert from 'node:assert/strict';
import test from 'node:test';
import { age, formatClock, formatDate, formatUtc, localTitle, toDate } from './utc.js';

const NOW = '2026-11-21T12:00:00Z';

test('a time of this year is day, month and minute', () => {
  assert.equal(formatUtc('2026-11-21T09:32:44Z', { now: NOW }), '21\u00a0Nov 09:32z');
  assert.equal(formatUtc('2026-09-01T00:00:00Z', { now: NOW }), '1\u00a0Sep 00:00z');
});

test('a time of another year names the year', () => {
  assert.equal(formatUtc('2019-01-02T23:59:59Z', { now: NOW }), '2\u00a0Jan\u00a02019 23:59z');
});

test('seconds are shown when asked for', () => {
  assert.equal(formatUtc('2026-11-21T09:32:44Z', { now: NOW, seconds: true }), '21\u00a0Nov 09:32:44z');
  assert.equal(formatClock(Date.UTC(2026, 0, 1, 4, 5, 6), { seconds: true }), '04:05:06z');
});

test('text without a zone is UTC, other zones are converted', () => {
  assert.equal(formatClock('2026-11-21T09:32:44'), '09:32z');
  assert.equal(formatClock('2026-11-21 09:32'), '09:32z');
  assert.equal(formatClock('2026-11-21T09:32:44+02:00'), '07:32z');
});

test('what is not a time gives nothing', () => {
  for (const bad of ['', null, undefined, 'never', Number.NaN]) {
    assert.equal(toDate(bad), null);
    assert.equal(formatUtc(bad), '');
    assert.equal(formatDate(bad), '');
    assert.equal(localTitle(bad), '');
  }
});

test('dates are ISO and in UTC', () => {
  assert.equal(formatDate('2026-11-21T23:30:00-02:00'), '2026-11-22');
});

test('the title is local time with its zone', () => {
  const title = localTitle('2026-11-21T09:32:00Z', 'Asia/Tokyo');
  assert.match(title, /Saturday/);
  assert.match(title, /21/);
  assert.match(title, /18:32/);
  assert.match(title, /GMT\+9|JST/);
});

test('an age has one unit', () => {
  const at = (/** @type {number} */ ms) => age(Date.parse(NOW) - ms, NOW);
  assert.equal(at(45_000), '45\u00a0s');
  assert.equal(at(12 * 60_000 + 59_000), '12\u00a0min');
  assert.equal(at(3 * 3_600_000), '3\u00a0h');
  assert.equal(at(5 * 86_400_000), '5\u00a0d');
  assert.equal(at(-5_000), '0\u00a0s');
});
