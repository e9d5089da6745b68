//  The radio this page works with: one of the appliance's, else the one on this computer; and where each band was left.

import { bandOfHertz } from '../bands.js';
import { recall, remember } from '../dx/memory.js';
import { askRelay } from './loopback.js';
import { standing } from './state.js';
import { Tuner } from './tune.js';

const CHOSEN = 'rig.chosen';
const BANDS = 'rig.bands';
/** What stands for the relay on this computer among the names. */
export const HERE = '@here';

/** Events: `change` when anything about the radio is another. */
export class Radio extends EventTarget {
  link;
  loopback;
  /** Why the last tune failed; empty after one that did not. */ fault = '';
  #tuner = new Tuner((wish) => this.#send(wish));
  /** @type {Record<string, { freq_hz: number, mode?: string }>} */ #bands = read();

  /** @param {import('./link.js').RigLink | null} link null for who has none @param {import('./loopback.js').Loopback | null} loopback */
  constructor(link, loopback) {
    super();
    this.link = link;
    this.loopback = loopback;
    for (const source of [link, loopback]) source?.addEventListener('change', () => this.#told());
  }

  /** Begins to listen. */
  start() {
    this.link?.start();
    this.loopback?.start();
  }

  /** Names to choose from. @returns {string[]} */
  get names() {
    const names = [...this.link?.views.keys() ?? []];
    return this.loopback?.on ? [...names, HERE] : names;
  }

  /** The one chosen, else the first that answers. */
  get name() {
    const { names } = this;
    const chosen = recall(CHOSEN);
    if (names.includes(chosen)) return chosen;
    const ranks = ['ready', 'transmitting', 'off', 'away'];
    return [...names].sort((a, b) => ranks.indexOf(standing(this.#of(a))) - ranks.indexOf(standing(this.#of(b))))[0] ?? '';
  }

  /** @param {string} name */
  choose(name) {
    remember(CHOSEN, name);
    this.fault = '';
    this.#told();
  }

  /** What is known of it; null without one. @returns {import('./state.js').View | null} */
  get view() { return this.#of(this.name); }

  get standing() { return standing(this.view); }

  /** Whether what is shown may be old: the appliance is not reached. */
  get stale() { return this.name !== HERE && this.link !== null && !this.link.live; }

  /** Whether a wish would reach it. */
  get usable() { return this.standing === 'ready'; }

  get busy() { return this.#tuner.busy; }

  /** Moves it; what is wrong stands in `fault`. @param {import('./tune.js').Wish} wish @returns {Promise<any>} null where it did not move */
  async tune(wish) {
    try {
      const moving = this.#tuner.tune(wish);
      this.#changed();
      const answer = await moving;
      this.fault = '';
      return answer;
    } catch (error) {
      this.fault = /** @type {Error} */ (error).message;
      return null;
    } finally {
      this.#changed();
    }
  }

  /** Where the antenna points; null without a rotator that answers. @returns {Record<string, any> | null} */
  get rotator() {
    const { view } = this;
    return view?.linked && view.rotator?.connected ? view.rotator : null;
  }

  /** Turns the antenna; what is wrong stands in `fault`. @param {number} azimuth degrees */
  async rotate(azimuth) {
    try {
      if (this.name === HERE) await askRelay('POST', '/api/rotator', { azimuth });
      else await this.link?.rotate(this.name, azimuth);
      this.fault = '';
    } catch (error) {
      this.fault = /** @type {Error} */ (error).message;
    }
    this.#changed();
  }

  /** Where a band was left, by its ADIF name. @param {string} band */
  left(band) { return this.#bands[band] ?? null; }

  /** @param {string} name */
  #of(name) {
    if (name === HERE) return this.loopback?.view ?? null;
    return this.link?.views.get(name) ?? null;
  }

  /** @param {import('./tune.js').Wish} wish */
  async #send(wish) {
    const { name } = this;
    if (name === HERE) return this.loopback?.tune(wish);
    return this.link?.tune(name, wish);
  }

  #told() {
    const { freq_hz: hertz, mode, connected } = this.view?.state ?? {};
    const band = connected && hertz ? bandOfHertz(hertz)?.id : undefined;
    if (band && this.#bands[band]?.freq_hz !== hertz) {
      this.#bands[band] = { freq_hz: hertz, mode };
      remember(BANDS, JSON.stringify(this.#bands));
    }
    this.#changed();
  }

  #changed() { this.dispatchEvent(new Event('change')); }
}

/** @returns {Record<string, { freq_hz: number, mode?: string }>} */
function read() {
  try {
    return JSON.parse(recall(BANDS) || '{}') ?? {};
  } catch {
    return {};
  }
}
