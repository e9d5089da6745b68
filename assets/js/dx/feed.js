//  Spots as they come: what the server keeps first, then live, told in batches.
//
//  A batch is told at most once per frame, and a few times a second when it rains, so that
//  drawing never falls behind. After a gap the newest spots are fetched again: what is known
//  already is passed over by whoever keeps them.

import { ApiError, get } from '../api.js';
import { bus } from '../ws.js';

/** Spots fetched at the start and after a gap. */
const FETCHED = 500;
/** Least time between batches, milliseconds. */
const PACE = 200;
/** What a hidden page gathers before it is told anyway. */
const HIDDEN_BATCH = 200;

/**
 * @typedef {object} Hooks
 * @property {(spots: any[], live: boolean) => void} spots new ones, in the order they came
 * @property {(state: { loading: boolean, error: Error | null }) => void} state
 * @property {(seq: number) => void} [gap]
 */

export class Feed {
  /** @type {any[]} */ #batch = [];
  #hooks;
  #told = 0;
  #frame = 0;
  /** @type {any} */ #timer;
  #machines = false;

  /** @param {Hooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** Begins: history, then live. */
  start() {
    bus().subscribe('dx', ({ type, payload }) => {
      if (type === 'new_spot' && payload?.seq) this.#put(payload);
    });
    bus().addEventListener('gap', () => this.load());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.#flush(); });
    this.load();
  }

  /** Whether machines' spots are fetched too. @param {boolean} on */
  set machines(on) {
    if (on && !this.#machines) {
      this.#machines = true;
      this.load();
    }
    this.#machines = on;
  }

  /** Fetches what the server keeps. */
  async load() {
    this.#hooks.state({ loading: true, error: null });
    try {
      const kinds = this.#machines ? ['false', 'true'] : ['false'];
      const answers = await Promise.all(kinds.map((skimmer) => get('/dx/spots', { query: { limit: FETCHED, skimmer } })));
      this.#hooks.spots(answers.flatMap(({ items }) => items), false);
      this.#hooks.state({ loading: false, error: null });
    } catch (error) {
      this.#hooks.state({ loading: false, error: /** @type {Error} */ (error) });
    }
  }

  /** @param {any} spot */
  #put(spot) {
    this.#batch.push(spot);
    if (document.hidden) {
      if (this.#batch.length >= HIDDEN_BATCH) this.#flush();
      return;
    }
    if (this.#frame || this.#timer) return;
    const wait = this.#told + PACE - performance.now();
    // Alone on a quiet band a spot is shown with the next frame.
    if (wait <= 0) this.#frame = requestAnimationFrame(() => this.#flush());
    else this.#timer = setTimeout(() => this.#flush(), wait);
  }

  #flush() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = 0;
    this.#timer = undefined;
    this.#told = performance.now();
    const batch = this.#batch.splice(0);
    if (batch.length) this.#hooks.spots(batch, true);
  }
}

/**
 * The last spots of a call.
 * @param {string} call
 * @returns {Promise<any[]>} newest first
 */
export async function historyOf(call) {
  const { items } = await get('/dx/spots', { query: { call, limit: 50 } });
  return [...items].sort((a, b) => b.seq - a.seq);
}

/** Whether this server does not have what was asked for. @param {unknown} error */
export const isMissing = (error) => error instanceof ApiError && [404, 405].includes(error.status);
