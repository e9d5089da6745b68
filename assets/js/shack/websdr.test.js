import assert from 'node:assert/strict';
import test from 'node:test';

import { choose, chosen, demodulator, listenAddress, readReceiver } from './websdr.js';

test('the kind of a receiver is told by its address', () => {
  const kind = (/** @type {string} */ text) => readReceiver(text)?.kind;
  assert.equal(kind('http://websdr.ewi.utwente.nl:8901/'), 'websdr');
  assert.equal(kind('kiwisdr.example.org:8073'), 'kiwi');
  assert.equal(kind('http://21331.proxy.kiwisdr.com:8073/?f=7100lsbz5'), 'kiwi');
  assert.equal(kind('https://sdr.example.org/#freq=14074000,mod=usb'), 'openwebrx');
  assert.equal(kind('http://sdr.example.org/?tune=14074usb'), 'websdr');
});

test('what is no address of the web is refused, and where it was tuned to is left away', () => {
  for (const bad of ['', 'nonsense', 'javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://a.example/', 'a b.example', 'http://']) {
    assert.equal(readReceiver(bad), null, bad);
  }
  assert.equal(readReceiver('http://me:secret@websdr.example.org:8901/?tune=7100lsb#x')?.url, 'http://websdr.example.org:8901/');
});

test('each kind is tuned in its own way', () => {
  const kiwi = readReceiver('kiwi.example.org:8073');
  const web = readReceiver('websdr.example.org');
  const open = /** @type {any} */ ({ url: 'https://sdr.example.org/', kind: 'openwebrx' });
  assert.equal(listenAddress(/** @type {any} */ (kiwi), 14_074_000, 'FT8'), 'http://kiwi.example.org:8073/?f=14074.00usb');
  assert.equal(listenAddress(/** @type {any} */ (kiwi), 145_500_000, 'FM'), 'http://kiwi.example.org:8073/?f=145500.00nbfm');
  assert.equal(listenAddress(/** @type {any} */ (web), 7_123_500, 'SSB'), 'http://websdr.example.org/?tune=7123.5lsb');
  assert.equal(listenAddress(open, 3_520_000, 'CW'), 'https://sdr.example.org/#freq=3520000,mod=cw');
});

test('voice is on the lower side below ten megahertz but on 60 m', () => {
  assert.deepEqual([3_700_000, 5_357_000, 14_200_000].map((hertz) => demodulator('SSB', hertz)), ['lsb', 'usb', 'usb']);
  assert.equal(demodulator('FT8', 7_074_000), 'usb');
  assert.equal(demodulator('PKTLSB', 7_074_000), 'usb');
  assert.equal(demodulator('LSB', 14_200_000), 'lsb');
});

test('the choice is kept', () => {
  assert.equal(chosen(), null);
  choose({ url: 'http://sdr.example.org/', kind: 'openwebrx' });
  assert.deepEqual(chosen(), { url: 'http://sdr.example.org/', kind: 'openwebrx' });
  choose(null);
  assert.equal(chosen(), null);
});
