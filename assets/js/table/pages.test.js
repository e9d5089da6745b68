import assert from 'node:assert/strict';
import test from 'node:test';
import { Pages, cursorSource } from './pages.js';

/** @param {number} total */
function source(total) {
  /** @type {number[]} */
  const asked = [];
  return {
    asked,
    version: 1,
    async fetch(/** @type {number} */ offset, /** @type {number} */ limit) {
      asked.push(offset);
      const length = Math.max(0, Math.min(limit, total - offset));
      return { items: Array.from({ length }, (_, n) => ({ id: offset + n, version: this.version })), total, totalExact: true };
    },
  };
}

const soon = () => new Promise((resolve) => { setTimeout(resolve, 0); });

test('rows come page by page and are asked for once', async () => {
  const from = source(1_000_000);
  const pages = new Pages(from, () => {});
  pages.want(0, 40);
  pages.want(0, 40);
  await soon();
  pages.want(90, 130);
  await soon();
  assert.deepEqual(from.asked, [0, 100]);
  assert.equal(pages.at(129).id, 129);
  assert.equal(pages.total, 1_000_000);
  assert.equal(pages.at(500), undefined);
});

test('old rows stay on show while new ones are fetched', async () => {
  const from = source(50);
  const pages = new Pages(from, () => {});
  pages.want(0, 50);
  await soon();
  from.version = 2;
  pages.expire();
  assert.equal(pages.at(3).version, 1);
  pages.want(0, 50);
  await soon();
  assert.equal(pages.at(3).version, 2);
});

test('a failure is told once and not repeated until asked again', async () => {
  let calls = 0;
  let told = 0;
  const pages = new Pages({ async fetch() { calls += 1; throw new Error('no'); } }, () => { told += 1; });
  pages.want(0, 10);
  await soon();
  pages.want(0, 10);
  await soon();
  assert.equal(calls, 1);
  assert.equal(told, 1);
  assert.match(pages.error.message, /no/);
});

test('what has scrolled away is not waited for', async () => {
  const signals = /** @type {AbortSignal[]} */ ([]);
  const pages = new Pages({ fetch: (_offset, _limit, signal) => { signals.push(signal); return new Promise(() => {}); } }, () => {});
  pages.want(0, 10);
  pages.want(5000, 5010);
  assert.equal(signals[0].aborted, true);
  assert.equal(signals[1].aborted, false);
});

test('a range spans pages', async () => {
  const pages = new Pages(source(1000), () => {});
  const rows = await pages.range(95, 205);
  assert.equal(rows.length, 110);
  assert.equal(rows[0].id, 95);
  assert.equal(rows.at(-1).id, 204);
});

test('a cursor list reads on and tells when it is whole', async () => {
  const all = Array.from({ length: 250 }, (_, id) => ({ id }));
  const from = cursorSource(async (cursor, limit) => {
    const start = Number(cursor ?? 0);
    const end = start + limit;
    return { items: all.slice(start, end), next: end < all.length ? String(end) : null };
  });
  const signal = new AbortController().signal;
  const first = await from.fetch(0, 100, signal);
  assert.equal(first.totalExact, false);
  const last = await from.fetch(200, 100, signal);
  assert.equal(last.total, 250);
  assert.equal(last.totalExact, true);
  assert.equal(last.items.length, 50);
});
