import assert from 'node:assert/strict';
import { test } from 'node:test';

import { join, matches, quote, split, tokens } from './content.js';

/** @param {string} name @param {any} [form] @returns {any} */
const field = (name, form = 'word') => ({ name, form, text: '' });
const MX = [field('preference'), field('target')];
const TXT = [field('text', 'text')];
const CAA = [field('flags'), field('tag'), field('value', 'text')];
const HINFO = [field('hardware', 'text'), field('system', 'text')];
const HTTPS = [field('priority'), field('target'), field('parameters', 'words')];
const LOC = [field('latitude', 'words'), field('longitude', 'words'), field('altitude'), field('size'), field('horizontal precision'), field('vertical precision')];

test('content becomes fields and the same content again', () => {
  for (const [fields, content, values] of [
    [MX, '10 mail.example.', ['10', 'mail.example.']],
    [TXT, '"v=spf1 mx -all"', ['v=spf1 mx -all']],
    [TXT, '"say \\"73\\" \\\\o/"', ['say "73" \\o/']],
    [CAA, '0 issue "letsencrypt.org"', ['0', 'issue', 'letsencrypt.org']],
    [HINFO, '"IC-7300" "100 W, dipole"', ['IC-7300', '100 W, dipole']],
    [HTTPS, '1 . alpn=h2,h3 port=8443', ['1', '.', 'alpn=h2,h3 port=8443']],
    [LOC, '37 46 15.000 N 122 27 30.000 W 52.00m 1.00m 20000.00m 10.00m', ['37 46 15.000 N', '122 27 30.000 W', '52.00m', '1.00m', '20000.00m', '10.00m']],
  ]) {
    assert.deepEqual(split(/** @type {any} */ (fields), /** @type {string} */ (content)), values);
    assert.equal(join(/** @type {any} */ (fields), /** @type {string[]} */ (values)), content);
  }
});

test('letters of other alphabets are read, several texts stay several, a long one is whole', () => {
  assert.deepEqual(split(TXT, '"K\\195\\182ln"'), ['Köln']);
  assert.deepEqual(split(TXT, '"NN=2560" "PT=4569"'), ['"NN=2560" "PT=4569"']);
  assert.equal(join(TXT, ['"NN=2560" "PT=4569"']), '"NN=2560" "PT=4569"');
  const long = `${'a'.repeat(255)}" "${'b'.repeat(10)}`;
  assert.deepEqual(split(TXT, `"${long}"`), [`${'a'.repeat(255)}${'b'.repeat(10)}`]);
});

test('what is missing stays empty, and empty fields are left out', () => {
  assert.deepEqual(split(MX, '10'), ['10', '']);
  assert.equal(join(HTTPS, ['1', '.', '']), '1 .');
  assert.equal(join(MX, [' 10 ', ' mail ']), '10 mail');
  assert.equal(quote('a"b'), '"a\\"b"');
  assert.deepEqual(tokens('0 issue "a b"'), ['0', 'issue', '"a b"']);
});

test('a search wants all its words', () => {
  assert.ok(matches('www A 192.0.2.1', 'WWW 192'));
  assert.ok(!matches('www A 192.0.2.1', 'www aaaa'));
  assert.ok(matches('anything', ''));
});
