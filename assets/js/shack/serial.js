//  Serial numbers of a contest: each contact gets the next one, counted by logbook and contest.

import { recall, remember } from '../dx/memory.js';

/** Digits that are usual: 001. */
const DIGITS = 3;
const HIGHEST = 999_999;

/** `007`. @param {number} serial */
export const serialText = (serial) => String(serial).padStart(DIGITS, '0');

/** The number in what was typed; 0 for none. @param {string | null | undefined} text */
export function readSerial(text) {
  const serial = Number(/^\s*0*(\d{1,6})\s*$/.exec(text ?? '')?.[1] ?? 0);
  return serial <= HIGHEST ? serial : 0;
}

/** The number after the one sent; from 1 again after the last there is. @param {number} sent */
export const after = (sent) => (sent >= HIGHEST ? 1 : sent + 1);

/** Counts for one logbook. */
export class Serials {
  #key;

  /** @param {string} logbook */
  constructor(logbook) {
    this.#key = (/** @type {string} */ name) => `serial.${logbook}.${name}`;
  }

  /** Whether numbers are given. */
  get on() { return recall(this.#key('on')) === 'yes'; }

  set on(on) { remember(this.#key('on'), on ? 'yes' : ''); }

  /** The next number of a contest. @param {string} contest may be empty */
  next(contest) { return readSerial(recall(this.#name(contest))) || 1; }

  /** A number was sent: the next is one more. @param {string} contest @param {string} text as it was typed */
  sent(contest, text) {
    const serial = readSerial(text);
    if (serial) remember(this.#name(contest), String(after(serial)));
  }

  /** A number was taken back, if it was the last. @param {string} contest @param {string} text */
  back(contest, text) {
    const serial = readSerial(text);
    if (serial && this.next(contest) === after(serial)) remember(this.#name(contest), String(serial));
  }

  /** @param {string} contest */
  #name(contest) { return this.#key(`of ${contest.trim().toUpperCase()}`); }
}
