//  What is typed where the call goes and is none: a frequency, a band, a mode. Enter sends it to the radio.

import { band as bandOf } from '../bands.js';
import { readDial } from '../rig/digits.js';

/** Modes that can be typed; none of them is a call. */
const MODES = new Set(['CW', 'SSB', 'USB', 'LSB', 'AM', 'FM', 'RTTY', 'FT8', 'FT4', 'DATA', 'PSK31', 'JS8']);

/**
 * Reads it.
 * @param {string} text
 * @returns {{ freq_hz: number } | { band: string } | { mode: string } | null} null for a call, or for nothing
 */
export function readCommand(text) {
  const typed = text.trim().toUpperCase();
  if (MODES.has(typed)) return { mode: typed };
  // 2E0ABC and 5Z4VJ begin with digits too: a frequency is digits and points alone.
  if (/^(?:\d{4,6}|\d{1,6}[.,]\d{1,3}|\d{1,3}(?:\.\d{3}){2})$/.test(typed)) {
    const read = readDial(typed);
    return read?.freq_hz ? { freq_hz: read.freq_hz } : null;
  }
  const band = /^\d+(?:M|CM)$/.test(typed) ? bandOf(typed) : undefined;
  return band ? { band: band.id } : null;
}
