//  A frequency as a radio shows it: digits in groups, each of which can be turned by itself.
//
//  Frequencies are whole hertz. What is typed is read as operators type it: kilohertz, megahertz, or all digits with
//  points between them, and the name of a band.

import { readFrequency } from '../log/qso.js';

/** What a radio can be asked for, hertz. */
export const LOWEST = 1_000;
export const HIGHEST = 300_000_000_000;
/** Digits that are always shown, so that the short waves stand still from 1.8 to 30 MHz. */
const LEAST_DIGITS = 8;

/**
 * @typedef {object} Digit
 * @property {string} text
 * @property {number} place what one step of it is, hertz
 * @property {boolean} lead a nought in front, shown faintly
 * @property {boolean} point whether a point follows
 */

/** The digits of a frequency, highest first. @param {number} hertz @returns {Digit[]} */
export function digitsOf(hertz) {
  const plain = String(Math.max(0, Math.round(hertz)));
  const text = plain.padStart(LEAST_DIGITS, '0');
  return [...text].map((digit, n) => {
    const below = text.length - 1 - n;
    return { text: digit, place: 10 ** below, lead: n < text.length - plain.length, point: below > 0 && below % 3 === 0 };
  });
}

/** `14.081.500`. @param {number} hertz */
export function dialText(hertz) {
  return String(Math.round(hertz)).replace(/\B(?=(\d{3})+$)/g, '.');
}

/** Turned by so many steps of a place; stays where a radio can be. @param {number} hertz @param {number} place @param {number} steps */
export function turned(hertz, place, steps) {
  return Math.max(LOWEST, Math.min(HIGHEST, hertz + place * steps));
}

/**
 * Reads what was typed into the dial.
 * @param {string} text
 * @returns {{ freq_hz?: number, band?: string } | null} null for no frequency of a radio
 */
export function readDial(text) {
  const read = readFrequency(text.replace(/\s*(?=[kmg]?hz$)/i, ''));
  if (!read) return null;
  if (read.freq_hz === undefined) return read;
  return read.freq_hz >= LOWEST && read.freq_hz <= HIGHEST ? read : null;
}

/** Difference in kilohertz with its sign: `+5`, `−1.5`. @param {number} hertz */
export function shiftText(hertz) {
  const khz = Math.abs(hertz) / 1000;
  return `${hertz < 0 ? '\u2212' : '+'}${Number(khz.toFixed(2))}`;
}
