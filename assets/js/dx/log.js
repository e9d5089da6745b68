//  The reader's own log as far as spots need it: the bitmap of what was worked, and the stations worked lately.
//
//  Both follow live. A server without the bitmap leaves every spot unmarked.

import { get } from '../api.js';
import { settle } from '../dom.js';
import { bus } from '../ws.js';
import { isMissing } from './feed.js';
import { Worked } from './needs.js';

/** Contacts that count as lately, and how many are fetched at once. */
export const LATELY = 2000;
const PAGE = 500;
const REFRESH_MS = 1500;
/** Modes that are none of the voices nor Morse are data. */
const VOICES = new Set(['SSB', 'USB', 'LSB', 'FM', 'AM', 'DIGITALVOICE', 'C4FM', 'DSTAR', 'DMR', 'FREEDV', 'M17']);

/** Class of a contact's mode. @param {any} qso */
export function classOf(qso) {
  const mode = String(qso.mode ?? '').toUpperCase();
  if (mode === 'CW') return 'cw';
  return VOICES.has(mode) ? 'phone' : 'data';
}

export class Log {
  worked = new Worked();
  /** `call band class` of contacts. @type {Set<string>} */ #calls = new Set();
  /** @type {Promise<void> | null} */ #reading = null;
  #logbook;
  #changed;

  /** @param {string} logbook @param {() => void} changed needs may be others now */
  constructor(logbook, changed) {
    this.#logbook = logbook;
    this.#changed = changed;
  }

  /** Reads the bitmap and follows it. */
  start() {
    if (!this.#logbook) return;
    this.#read();
    const again = settle(() => this.#read(), REFRESH_MS);
    bus().subscribe('worked', ({ type, payload }) => {
      if (type === 'changed' || payload?.type === 'changed') again();
      else if (payload?.logbook === this.#logbook) {
        this.worked.add(payload);
        this.#changed();
      }
    });
    bus().subscribe('logbook', ({ payload }) => {
      if (payload?.logbook === this.#logbook && payload.change === 'added' && payload.qso) this.#note(payload.qso);
    });
    bus().addEventListener('gap', again);
  }

  async #read() {
    try {
      this.worked.read(await get('/dx/worked', { query: { logbook: this.#logbook }, stay: true }));
      this.#changed();
    } catch (error) {
      // Without the log's marks all spots are still there.
      if (!isMissing(error)) globalThis.console?.warn(error);
    }
  }

  /** Reads the stations worked lately, once. @returns {Promise<void>} */
  lately() {
    this.#reading ??= this.#readCalls().catch((error) => {
      this.#reading = null;
      throw error;
    });
    return this.#reading;
  }

  async #readCalls() {
    for (let offset = 0; offset < LATELY && this.#logbook; offset += PAGE) {
      const { items } = await get('/logbook/qsos', { query: { logbook: this.#logbook, sort: '-start', limit: PAGE, offset } });
      for (const qso of items) this.#note(qso);
      if (items.length < PAGE) break;
    }
    this.#changed();
  }

  /** @param {any} qso */
  #note(qso) {
    this.#calls.add(`${qso.call} ${qso.band} ${classOf(qso)}`);
  }

  /** Whether the station was worked on this band in this kind of mode. @param {any} spot */
  has(spot) {
    return this.#calls.has(`${spot.call} ${spot.band} ${spot.class ?? ''}`);
  }
}
