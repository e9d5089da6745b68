//  Where the band map's parts lie: the part of the band that is seen, ticks, labels that keep apart.
//
//  Frequencies are Hertz and rise downwards, lengths are CSS pixels. A label stands as near
//  to its frequency as its neighbours let it; where there are more than fit, the newest stay.

import { keepApart } from '../chart/scale.js';

/** Narrowest part of a band that one can zoom to, Hertz. */
export const NARROWEST = 5_000;

/** What is seen of a band. */
export class Range {
  /** @param {number} low @param {number} high @param {number} [first] limits: as far as one can scroll @param {number} [last] */
  constructor(low, high, first = low, last = high) {
    this.first = first;
    this.last = last;
    this.low = low;
    this.high = high;
  }

  get span() { return this.high - this.low; }

  /** @param {number} hertz @param {number} height @returns {number} pixels from the top */
  y(hertz, height) { return ((hertz - this.low) / this.span) * height; }

  /** @param {number} y @param {number} height @returns {number} Hertz */
  at(y, height) { return this.low + (y / height) * this.span; }

  /** Moves by a share of what is seen. @param {number} share below 0: to lower frequencies */
  scroll(share) {
    const by = Math.max(this.first - this.low, Math.min(this.last - this.high, share * this.span));
    this.low += by;
    this.high += by;
  }

  /** Shows more or less around a frequency. @param {number} factor above 1: less of the band @param {number} around Hertz */
  zoom(factor, around) {
    const span = Math.min(this.last - this.first, Math.max(NARROWEST, this.span / factor));
    const share = (around - this.low) / this.span;
    this.low = Math.max(this.first, Math.min(this.last - span, around - share * span));
    this.high = this.low + span;
  }

  /** Shows this part. @param {number} low @param {number} high */
  show(low, high) {
    this.low = Math.max(this.first, low);
    this.high = Math.min(this.last, Math.max(high, low + NARROWEST));
  }
}

/**
 * Round frequencies for the scale.
 * @param {Range} range @param {number} height @param {number} [apart] least distance, pixels
 * @returns {{ hertz: number, y: number, major: boolean }[]}
 */
export function scaleTicks(range, height, apart = 44) {
  const wanted = (apart / height) * range.span;
  const step = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000].find((each) => each >= wanted) ?? 1_000_000;
  const minor = step / 5;
  const made = [];
  for (let n = Math.ceil(range.low / minor); n * minor <= range.high; n += 1) {
    const hertz = n * minor;
    made.push({ hertz, y: range.y(hertz, height), major: n % 5 === 0 });
  }
  return made;
}

/**
 * One mark per station: its newest spot.
 * @param {readonly any[]} spots newest first @param {string} band @param {number} oldest milliseconds since 1970
 * @returns {any[]} newest first
 */
export function stations(spots, band, oldest) {
  /** @type {Map<string, any>} */
  const found = new Map();
  for (const spot of spots) {
    if (spot.band === band && spot.at >= oldest && !found.has(spot.call)) found.set(spot.call, spot);
  }
  return [...found.values()];
}

/**
 * Labels beside the scale.
 * @param {readonly any[]} spots newest first; what is needed goes before what is not
 * @param {Range} range @param {number} height @param {number} line height of a label
 * @returns {{ labels: { spot: any, y: number, true: number }[], hidden: number }}
 *   `y` the label's middle, `true` where its frequency is; `hidden` how many found no room
 */
export function placeLabels(spots, range, height, line) {
  const inside = spots.filter(({ freq_hz: hertz }) => hertz >= range.low && hertz <= range.high);
  const room = Math.max(1, Math.floor(height / line));
  // There are references on every hill: they do not push others out.
  const pressing = (/** @type {any} */ { need }) => need && need !== 'ref';
  const first = inside.filter(pressing).slice(0, room);
  const rest = inside.filter((spot) => !pressing(spot)).slice(0, room - first.length);
  const chosen = [...first, ...rest].sort((a, b) => a.freq_hz - b.freq_hz);
  const wanted = chosen.map(({ freq_hz: hertz }) => range.y(hertz, height));
  const placed = keepApart(wanted, line, line / 2, height - line / 2);
  return {
    labels: chosen.map((spot, n) => ({ spot, y: placed[n], true: wanted[n] })),
    hidden: inside.length - chosen.length,
  };
}
