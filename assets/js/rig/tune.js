//  Moving the radio: one tune at a time, the newest wish wins.
//
//  While one is on its way further wishes are put together into one, so that a turned knob or ten clicks move the
//  radio at most once more. Everybody who wished is answered with where the radio then stands.

/** @typedef {{ freq_hz?: number, mode?: string, passband_hz?: number, split?: boolean, tx_freq_hz?: number }} Wish as the relay takes it */

/** Two wishes as one: what the newer does not name, the older does. @param {Wish} older @param {Wish} newer @returns {Wish} */
export function together(older, newer) {
  const both = { ...older, ...newer };
  // Another frequency without a word of split is a wish for none.
  if (newer.freq_hz !== undefined && newer.split === undefined) {
    delete both.split;
    delete both.tx_freq_hz;
  } else if (newer.split === false) delete both.tx_freq_hz;
  return both;
}

/** Whether only the mode was refused, so that the frequency alone may do. @param {any} error */
const refusedMode = (error) => error?.problem?.field === 'mode' || error?.errors?.some?.((/** @type {any} */ each) => each.field === 'mode');

export class Tuner {
  #send;
  #busy = false;
  /** @type {{ wish: Wish, waiting: { resolve: (answer: any) => void, reject: (error: unknown) => void }[] } | null} */ #next = null;

  /** @param {(wish: Wish) => Promise<any>} send moves the radio and answers where it stands */
  constructor(send) {
    this.#send = send;
  }

  /** Whether the radio is on its way. */
  get busy() { return this.#busy; }

  /** @param {Wish} wish @returns {Promise<any>} where the radio stands after this or a newer wish */
  tune(wish) {
    return new Promise((resolve, reject) => {
      if (this.#next) {
        this.#next.wish = together(this.#next.wish, wish);
        this.#next.waiting.push({ resolve, reject });
      } else this.#next = { wish, waiting: [{ resolve, reject }] };
      this.#go();
    });
  }

  async #go() {
    if (this.#busy || !this.#next) return;
    const { wish, waiting } = this.#next;
    this.#next = null;
    this.#busy = true;
    try {
      const answer = await this.#sendOr(wish);
      for (const { resolve } of waiting) resolve(answer);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    } finally {
      this.#busy = false;
      this.#go();
    }
  }

  /** @param {Wish} wish */
  async #sendOr(wish) {
    try {
      return await this.#send(wish);
    } catch (error) {
      if (!refusedMode(error) || wish.mode === undefined || wish.freq_hz === undefined) throw error;
      const { mode: _, passband_hz: __, ...rest } = wish;
      return this.#send(rest);
    }
  }
}
