//  The strip at the page's foot: spots of each band in the last hour, five minutes to a bar.
//
//  The server's counts by minute stand in the page; live spots are added to them. A band is a
//  button that filters by it.

import { bandName, bandOrder } from '../bands.js';
import { fill, h } from '../dom.js';
import { number, t } from '../words.js';

const MINUTES = 60;
const BAR_MINUTES = 5;
const BARS = MINUTES / BAR_MINUTES;
/** Bands that keep their place when nobody is heard there. */
const USUAL = ['160m', '80m', '60m', '40m', '30m', '20m', '17m', '15m', '12m', '10m', '6m', '2m'];

/** Spots by band and minute. */
export class Activity {
  /** Minute since 1970 and its count. @type {Map<string, Map<number, number>>} */ #bands = new Map();

  /** Takes the server's counts. @param {string} band @param {readonly number[]} counts the last is the present minute @param {number} now */
  read(band, counts, now) {
    const minute = Math.floor(now / 60_000);
    this.#bands.set(band, new Map(counts.map((count, n) => [minute - counts.length + 1 + n, count])));
  }

  /** Counts a spot that came. @param {string | undefined} band @param {number} now */
  count(band, now) {
    if (!band) return;
    const minutes = this.#bands.get(band) ?? new Map();
    const minute = Math.floor(now / 60_000);
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
    this.#bands.set(band, minutes);
    if (minutes.size > 2 * MINUTES) for (const old of minutes.keys()) if (old < minute - MINUTES) minutes.delete(old);
  }

  /** Bands that were heard or are usual, low to high. */
  get bands() {
    return [...new Set([...USUAL, ...this.#bands.keys()])].sort((a, b) => bandOrder(a) - bandOrder(b));
  }

  /**
   * Counts of the last minutes, oldest first.
   * @param {string} band @param {number} now @param {number} [bars] @param {number} [each] minutes in a bar
   * @returns {number[]}
   */
  bars(band, now, bars = BARS, each = BAR_MINUTES) {
    const sums = new Array(bars).fill(0);
    const present = Math.floor(now / 60_000);
    for (const [minute, count] of this.#bands.get(band) ?? []) {
      const bar = bars - 1 - Math.floor((present - minute) / each);
      if (bar >= 0 && bar < bars) sums[bar] += count;
    }
    return sums;
  }
}

/** Reads the counts that the server wrote into a list. @param {Element} list @param {Activity} activity @param {'minutes' | 'near'} [name] */
export function readCounts(list, activity, name = 'minutes') {
  const now = Date.now();
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(`[data-${name}]`))) {
    if (item.dataset[name]) activity.read(item.dataset.band ?? '', item.dataset[name].split(',').map(Number), now);
  }
}

export class Strip {
  activity = new Activity();
  #list;
  #press;
  /** @type {Map<string, { item: HTMLElement, button: HTMLElement, count: HTMLElement, bars: HTMLElement[] }>} */ #lines = new Map();

  /** @param {Element} list @param {(band: string) => void} press */
  constructor(list, press) {
    this.#list = list;
    this.#press = press;
    readCounts(list, this.activity);
  }

  /** Draws it. @param {readonly string[]} chosen bands of the filter */
  draw(chosen) {
    const now = Date.now();
    const { bands } = this.activity;
    if (bands.length !== this.#lines.size || bands.some((band) => !this.#lines.has(band))) this.#build(bands);
    const counted = bands.map((band) => ({ band, bars: this.activity.bars(band, now) }));
    const most = Math.max(1, ...counted.flatMap(({ bars }) => bars));
    for (const { band, bars } of counted) {
      const line = this.#lines.get(band);
      if (!line) continue;
      const sum = bars.reduce((all, each) => all + each, 0);
      const text = number(sum);
      if (line.count.textContent !== text) line.count.textContent = text;
      line.item.classList.toggle('silent', sum === 0);
      line.button.setAttribute('aria-pressed', String(chosen.includes(band)));
      line.button.title = t('js.dx.strip', { band: bandName(band), n: sum, last: number(bars[bars.length - 1]) });
      bars.forEach((count, n) => {
        const share = count === 0 ? 0 : 0.16 + 0.84 * Math.sqrt(count / most);
        line.bars[n].style.setProperty('--share', share.toFixed(2));
      });
    }
  }

  /** @param {readonly string[]} bands */
  #build(bands) {
    this.#lines.clear();
    fill(this.#list, bands.map((band) => {
      const bars = Array.from({ length: BARS }, () => h('i'));
      const count = h('span', { class: 'num' });
      const button = h('button', { type: 'button', onclick: () => this.#press(band) },
        h('span', { class: 'name' }, bandName(band)), ' ', count, h('span', { class: 'bars', 'aria-hidden': 'true' }, bars));
      const item = h('li', { 'data-band': band }, button);
      this.#lines.set(band, { item, button, count, bars });
      return item;
    }));
  }
}
