//  Receivers on the Internet: an address that opens one of them on a frequency.
//
//  Three kinds are known: KiwiSDR (`?f=14074.00usb`), WebSDR (`?tune=14074usb`) and OpenWebRX (`#freq=...,mod=usb`).

import { recall, remember } from '../dx/memory.js';

/** @typedef {'kiwi' | 'websdr' | 'openwebrx'} Kind */
/** @typedef {{ url: string, kind: Kind }} Receiver */

/** All kinds, with their names. @type {Readonly<Record<Kind, string>>} */
export const KINDS = Object.freeze({ kiwi: 'KiwiSDR', websdr: 'WebSDR', openwebrx: 'OpenWebRX' });
const KEY = 'shack.receiver';
/** Port that KiwiSDRs listen on, and WebSDRs. */
const KIWI_PORT = '8073';
const WEBSDR_PORTS = ['8901', '8902', '8903'];
/** Below this, voice is on the lower side. */
const LOWER_BELOW = 10_000_000;

/**
 * The demodulator for a mode, by the names all three share.
 * @param {string} mode as a radio, a spot or the log has it
 * @param {number} hertz
 */
export function demodulator(mode, hertz) {
  const name = mode.toUpperCase();
  if (name.startsWith('CW')) return 'cw';
  if (name === 'LSB' || name === 'USB') return name.toLowerCase();
  if (name.startsWith('FM') || name === 'WFM') return 'fm';
  if (name.startsWith('AM') || name === 'SAM') return 'am';
  const voice = ['SSB', 'PHONE', ''].includes(name);
  // 60 m is the exception; digital modes are on the upper side everywhere.
  return voice && hertz < LOWER_BELOW && !(hertz > 5_200_000 && hertz < 5_500_000) ? 'lsb' : 'usb';
}

/**
 * Reads an address somebody typed or copied from the browser; where they had it tuned to is left away.
 * @param {string} text
 * @returns {Receiver | null} null for what is no address of the web
 */
export function readReceiver(text) {
  const typed = text.trim();
  if (!typed || /\s/.test(typed)) return null;
  let url;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `http://${typed}`);
  } catch {
    return null;
  }
  if (!['http:', 'https:'].includes(url.protocol) || !url.hostname.includes('.')) return null;
  const kind = kindOf(url);
  url.search = '';
  url.hash = '';
  url.username = '';
  url.password = '';
  return { url: url.href, kind };
}

/** @param {URL} url @returns {Kind} */
function kindOf(url) {
  const host = url.hostname.toLowerCase();
  if (url.searchParams.has('tune') || host.includes('websdr') || WEBSDR_PORTS.includes(url.port)) return 'websdr';
  if (/\bmod=/.test(url.hash) || host.includes('openwebrx') || host.includes('owrx')) return 'openwebrx';
  if (url.port === KIWI_PORT || host.includes('kiwi') || url.searchParams.has('f')) return 'kiwi';
  return 'websdr';
}

/**
 * The address that opens a receiver on a frequency.
 * @param {Receiver} receiver @param {number} hertz @param {string} mode
 * @returns {string}
 */
export function listenAddress({ url, kind }, hertz, mode) {
  const how = demodulator(mode, hertz);
  const khz = hertz / 1000;
  if (kind === 'kiwi') return `${url}?f=${khz.toFixed(2)}${how === 'fm' ? 'nbfm' : how}`;
  if (kind === 'openwebrx') return `${url}#freq=${hertz},mod=${how === 'fm' ? 'nfm' : how}`;
  return `${url}?tune=${Number(khz.toFixed(3))}${how}`;
}

/** The receiver chosen in this browser. @returns {Receiver | null} */
export function chosen() {
  try {
    const kept = JSON.parse(recall(KEY) || 'null');
    const read = kept && readReceiver(String(kept.url));
    return read && kept.kind in KINDS ? { url: read.url, kind: kept.kind } : read;
  } catch {
    return null;
  }
}

/** @param {Receiver | null} receiver null to forget */
export function choose(receiver) {
  remember(KEY, receiver ? JSON.stringify(receiver) : '');
}
