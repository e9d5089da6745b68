//  The side-tone: what one keys, to hear. Silent until it is wanted, soft at its ends.

/** Seconds in which it swells and fades, so that it does not click. */
const EDGE = 0.005;
const PITCH = 600;

export class Tone {
  /** @type {AudioContext | null} */ #context = null;
  /** @type {GainNode | null} */ #gain = null;
  /** 0 to 1; 0 is off. */ volume = 0;

  /** Must be called while a key or button is pressed: browsers want that. */
  #open() {
    const Context = globalThis.AudioContext;
    if (this.#gain || !Context) return;
    this.#context = new Context();
    this.#gain = this.#context.createGain();
    this.#gain.gain.value = 0;
    const oscillator = this.#context.createOscillator();
    oscillator.frequency.value = PITCH;
    oscillator.connect(this.#gain).connect(this.#context.destination);
    oscillator.start();
  }

  on() {
    if (this.volume <= 0) return;
    this.#open();
    this.#context?.resume();
    this.#glide(this.volume * this.volume);
  }

  off() {
    this.#glide(0);
  }

  /** @param {number} level */
  #glide(level) {
    if (!this.#gain || !this.#context) return;
    this.#gain.gain.setTargetAtTime(level, this.#context.currentTime, EDGE / 3);
  }
}
