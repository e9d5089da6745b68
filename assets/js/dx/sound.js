//  A short tone for what is needed: silent until it is switched on, remembered in this browser.

import { Tone } from '../morse/tone.js';
import { recall, remember } from './memory.js';

const KEY = 'dx.sound';
const VOLUME = 0.6;
/** Two short notes, milliseconds. */
const NOTES = [[0, 70], [130, 200]];
/** No more than one alert in this time. */
const PAUSE = 2500;

export class Sound {
  #tone = new Tone();
  #last = 0;
  on = recall(KEY) === 'yes';

  constructor() {
    this.#tone.volume = VOLUME;
    if (!this.on) return;
    // Browsers let a page sound only after somebody has touched it.
    const open = () => this.#tone.off();
    addEventListener('pointerdown', open, { once: true });
    addEventListener('keydown', open, { once: true });
  }

  /** Switches it; on is heard at once. */
  toggle() {
    this.on = !this.on;
    remember(KEY, this.on ? 'yes' : '');
    if (this.on) this.play();
    return this.on;
  }

  /** Sounds, unless it did just now or is off. */
  play() {
    const now = performance.now();
    if (!this.on || (this.#last && now - this.#last < PAUSE)) return;
    this.#last = now;
    for (const [start, end] of NOTES) {
      setTimeout(() => this.#tone.on(), start);
      setTimeout(() => this.#tone.off(), end);
    }
  }
}
