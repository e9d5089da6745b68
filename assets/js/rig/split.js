//  Where a station listens, out of what its spot says: `UP 5`, `DN 2`, `QSX 14205`, a lone `UP`.

import { bandOfHertz } from '../bands.js';
import { readFrequency } from '../log/qso.js';

/** What a lone "up" usually means, hertz, by class of mode. @type {Record<string, number>} */
const USUAL = { cw: 1_000, data: 1_000, phone: 5_000 };
/** Nobody listens further off, hertz. */
const FURTHEST = 100_000;
/** DN10 is a locator. */
const WORD = /(?:^|[\s,;(])(up|dn(?!\d\d(?!\d|[.,]\d))|down|u|d|qsx)\s*\+?(\d{1,6}(?:[.,]\d{1,3})?)?(?:\s*[-/]\s*\d+)?(?=$|[\s,;)]|k)/gi;

/**
 * Where to transmit to be heard.
 * @param {string | null | undefined} text the spot's split, or its comment
 * @param {number} hertz where the station was heard
 * @param {string} [kind] `cw`, `phone` or `data`
 * @returns {{ tx_freq_hz: number, guess: boolean } | null} `guess`: how far up was not said
 */
export function splitOf(text, hertz, kind = '') {
  for (const [, word, amount] of String(text ?? '').matchAll(WORD)) {
    const found = read(word.toLowerCase(), amount?.replace(',', '.'), hertz, kind);
    if (found) return found;
  }
  return null;
}

/** The split of a spot: what the server read, else what the comment says. @param {any} spot */
export function splitOfSpot(spot) {
  return splitOf(spot.split, spot.freq_hz, spot.class) ?? splitOf(spot.comment, spot.freq_hz, spot.class);
}

/** @param {string} word @param {string | undefined} amount @param {number} hertz @param {string} kind */
function read(word, amount, hertz, kind) {
  if (word === 'qsx') {
    const at = amount ? readFrequency(amount)?.freq_hz : undefined;
    // Another band is a misread, and so is the frequency itself.
    return at && at !== hertz && bandOfHertz(at) === bandOfHertz(hertz) ? { tx_freq_hz: at, guess: false } : null;
  }
  const down = word.startsWith('d');
  if (amount === undefined) {
    // A lone letter is no split.
    return word.length === 1 ? null : { tx_freq_hz: hertz + (down ? -1 : 1) * (USUAL[kind] ?? USUAL.phone), guess: true };
  }
  const by = Math.round(Number(amount) * 1000);
  return by > 0 && by <= FURTHEST ? { tx_freq_hz: hertz + (down ? -by : by), guess: false } : null;
}
