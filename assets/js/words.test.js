import assert from 'node:assert/strict';
import test from 'node:test';

globalThis.document = {
  getElementById: () => ({ textContent: '{"js.sum":"{n} contacts","js.sum_one":"{n} contact","js.of":"{n} of {all}"}' }),
};
const { t } = await import('./words.js');

test('one is not many', () => {
  assert.equal(t('js.sum', { n: 1 }), '1 contact');
  assert.equal(t('js.sum', { n: 0 }), '0 contacts');
  assert.equal(t('js.sum', { n: 2000 }), '2,000 contacts');
  assert.equal(t('js.of', { n: 1, all: 'x' }), '1 of x');
});

test('a key nobody wrote shows itself', () => {
  assert.equal(t('js.missing', { n: 1 }), 'js.missing');
});
