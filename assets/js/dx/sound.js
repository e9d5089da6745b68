//  A short tone for what is needed or asked for: silent until it is switched on, remembered in this browser.
//
//  One for the whole page, so that what is needed and fits a rule too sounds once. Browsers let a page sound only
//  after somebody has touched it.

import { Tone } from '../morse/tone.js';
import { recall, remember } from './memory.js';

const KEY = 'dx.sound';
const VOLUME = 0.6;
/** Two short notes, milliseconds. */
const NOTES = [[0, 70], [130, 200]];
/** No more than one alert in this time. */
const PAUSE = 2500;

class Sound {
  #tone = new Tone();
  #last = 0;
  /** Whether needed spots sound. */
  on = recall(KEY) === 'yes';

  constructor() {
    this.#tone.volume = VOLUME;
  }

  /** Switches it; on is heard at once. */
  toggle() {
    this.on = !this.on;
    remember(KEY, this.on ? 'yes' : '');
    this.play();
    return this.on;
  }

  /** Sounds for what is needed, unless that is off. */
  play() {
    if (this.on) this.ring();
  }

  /** Sounds, unless it did just now. */
  ring() {
    const now = performance.now();
    if (this.#last && now - this.#last < PAUSE) return;
    this.#last = now;
    for (const [start, end] of NOTES) {
      setTimeout(() => this.#tone.on(), start);
      setTimeout(() => this.#tone.off(), end);
    }
  }
}

export const sound = new Sound();
