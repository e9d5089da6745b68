//  A keyer for two paddles: makes dots and dashes while they are held, in turns while both are.
//
//  Iambic, mode B: what is pressed while an element sounds is made after it. It says when
//  the key goes down and up; who hears that is not its business.

export class Keyer {
  #down;
  #up;
  #wait;
  #unit = 60;
  #held = { '.': false, '-': false };
  #wanted = { '.': false, '-': false };
  /** The element that sounds or sounded last. @type {'.' | '-' | ''} */ #last = '';
  #busy = false;

  /**
   * @param {{ down: () => void, up: () => void, wait?: (run: () => void, ms: number) => void }} does
   */
  constructor({ down, up, wait = (run, ms) => { setTimeout(run, ms); } }) {
    this.#down = down;
    this.#up = up;
    this.#wait = wait;
  }

  /** Words per minute. @param {number} wpm */
  set speed(wpm) { this.#unit = 1200 / wpm; }

  /** @param {'.' | '-'} paddle */
  press(paddle) {
    this.#held[paddle] = true;
    this.#wanted[paddle] = true;
    if (!this.#busy) this.#next();
  }

  /** @param {'.' | '-'} paddle */
  release(paddle) {
    this.#held[paddle] = false;
  }

  #next() {
    /** @type {('.' | '-')[]} */
    const turns = this.#last === '-' ? ['.', '-'] : ['-', '.'];
    const sign = turns.find((paddle) => this.#wanted[paddle] || this.#held[paddle]);
    if (!sign) {
      this.#busy = false;
      this.#last = '';
      return;
    }
    this.#busy = true;
    this.#last = sign;
    this.#wanted[sign] = false;
    const other = sign === '-' ? '.' : '-';
    this.#wanted[other] ||= this.#held[other];
    this.#down();
    this.#wait(() => {
      this.#up();
      this.#wait(() => this.#next(), this.#unit);
    }, this.#unit * (sign === '-' ? 3 : 1));
  }
}
