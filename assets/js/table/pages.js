//  Rows of a long list, fetched in pages as they come into view.
//
//  A source answers `fetch(offset, limit)`; whatever was fetched is kept, oldest use
//  dropped first. Refreshing keeps the old rows on show until the new ones are here.

/**
 * @typedef {object} Answer
 * @property {any[]} items
 * @property {number} [total]       rows in all, as far as known
 * @property {boolean} [totalExact] whether `total` is the whole truth
 */
/**
 * @typedef {object} Source
 * @property {(offset: number, limit: number, signal: AbortSignal) => Promise<Answer>} fetch
 * @property {() => void} [renew] called before all is fetched again: a source that holds its list still may take the present one
 */

const PAGE = 100;
const KEPT = 60;

export class Pages {
  total = 0;
  totalExact = true;
  /** Whether anything has been answered yet. */
  known = false;
  /** Why the last fetch failed. @type {any} */
  error = null;
  /** Pages by number; a stale page is shown until its successor is here. @type {Map<number, { items: any[], stale: boolean }>} */
  #pages = new Map();
  /** @type {Map<number, AbortController>} */
  #fetching = new Map();
  #source;
  #changed;

  /**
   * @param {Source} source
   * @param {() => void} changed called when rows, total or error changed
   */
  constructor(source, changed) {
    this.#source = source;
    this.#changed = changed;
  }

  /**
   * The row at an index.
   * @param {number} index
   * @returns {any} undefined while it is not here
   */
  at(index) {
    return this.#pages.get(Math.floor(index / PAGE))?.items[index % PAGE];
  }

  /**
   * Sees to it that rows come; gives up fetching what is not wanted any more.
   * @param {number} first
   * @param {number} last exclusive
   */
  want(first, last) {
    const from = Math.floor(Math.max(0, first) / PAGE);
    const to = Math.floor(Math.max(first, last - 1) / PAGE);
    for (const [number, control] of this.#fetching) {
      if (number < from - 1 || number > to + 1) {
        control.abort();
        this.#fetching.delete(number);
      }
    }
    for (let number = from; number <= to; number += 1) this.#need(number);
  }

  /** Marks all rows as old; the next `want` fetches them again. */
  expire() {
    for (const control of this.#fetching.values()) control.abort();
    this.#fetching.clear();
    for (const page of this.#pages.values()) page.stale = true;
    this.#source.renew?.();
    this.error = null;
  }

  /**
   * Changes a row that is here.
   * @param {(item: any) => boolean} which
   * @param {any} item
   */
  replace(which, item) {
    for (const page of this.#pages.values()) {
      const at = page.items.findIndex(which);
      if (at >= 0) page.items[at] = item;
    }
  }

  /**
   * Rows from the list, fetching what is not here.
   * @param {number} first
   * @param {number} last exclusive
   * @returns {Promise<any[]>}
   */
  async range(first, last) {
    const rows = [];
    for (let number = Math.floor(first / PAGE); number * PAGE < last; number += 1) {
      const page = this.#pages.get(number);
      const items = page && !page.stale ? page.items
        : (await this.#source.fetch(number * PAGE, PAGE, new AbortController().signal)).items;
      rows.push(...items.slice(Math.max(0, first - number * PAGE), last - number * PAGE));
    }
    return rows;
  }

  /** Gives up all fetching. */
  close() {
    for (const control of this.#fetching.values()) control.abort();
    this.#fetching.clear();
  }

  /** @param {number} number */
  async #need(number) {
    const page = this.#pages.get(number);
    if (page) {
      // Used last: to the end of the map.
      this.#pages.delete(number);
      this.#pages.set(number, page);
      if (!page.stale) return;
    }
    if (this.#fetching.has(number) || this.error) return;
    const control = new AbortController();
    this.#fetching.set(number, control);
    try {
      const answer = await this.#source.fetch(number * PAGE, PAGE, control.signal);
      if (control.signal.aborted) return;
      this.#take(number, answer);
    } catch (error) {
      if (control.signal.aborted) return;
      this.error = error;
    } finally {
      if (this.#fetching.get(number) === control) this.#fetching.delete(number);
    }
    this.#changed();
  }

  /** @param {number} number @param {Answer} answer */
  #take(number, answer) {
    this.known = true;
    this.#pages.set(number, { items: answer.items, stale: false });
    this.total = answer.total ?? Math.max(this.total, number * PAGE + answer.items.length);
    this.totalExact = answer.totalExact ?? true;
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) break;
      this.#pages.delete(old);
    }
  }
}

/**
 * A source out of a list that is paged by cursor: reading on appends, jumping ahead reads up to there.
 * @param {(cursor: string | null, limit: number, signal: AbortSignal) => Promise<{ items: any[], next?: string | null }>} fetch
 * @returns {Source}
 */
export function cursorSource(fetch) {
  /** @type {any[]} */
  let items = [];
  /** @type {string | null | undefined} */
  let next = null;
  let reading = Promise.resolve();
  const read = async (/** @type {number} */ until, /** @type {AbortSignal} */ signal) => {
    while (next !== undefined && items.length < until && !signal.aborted) {
      const answer = await fetch(next, PAGE, signal);
      items = [...items, ...answer.items];
      next = answer.next ?? undefined;
    }
  };
  return {
    async fetch(offset, limit, signal) {
      if (offset === 0 && items.length > 0) [items, next] = [[], null];
      reading = reading.catch(() => {}).then(() => read(offset + limit, signal));
      await reading;
      const more = next !== undefined;
      return { items: items.slice(offset, offset + limit), total: items.length + (more ? limit : 0), totalExact: !more };
    },
  };
}
