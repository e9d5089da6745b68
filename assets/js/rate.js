//  How fast something goes, and how long it still takes.
//
//  The mean over the last seconds: steady enough to read, quick enough to be true.

const WINDOW_MS = 4000;
/** No word about time before this much has been seen. */
const FIRST_MS = 700;

export class Rate {
  /** @type {{ at: number, done: number }[]} */
  #seen = [];

  /** @param {number} done so far @param {number} [now] milliseconds */
  add(done, now = performance.now()) {
    this.#seen.push({ at: now, done });
    while (this.#seen.length > 2 && now - this.#seen[0].at > WINDOW_MS) this.#seen.shift();
  }

  /** Per second; 0 while it cannot be told. */
  get perSecond() {
    const first = this.#seen[0];
    const last = this.#seen.at(-1);
    if (!first || !last || last.at - first.at < FIRST_MS) return 0;
    return ((last.done - first.done) / (last.at - first.at)) * 1000;
  }

  /** Seconds for what is left; 0 while it cannot be told. @param {number} left */
  left(left) {
    return this.perSecond > 0 ? left / this.perSecond : 0;
  }
}
