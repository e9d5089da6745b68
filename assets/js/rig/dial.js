//  The dial: a frequency in big digits, each turned by the wheel or the arrow keys, or the whole typed anew.
//
//  For a screen reader it is one spin button with the frequency as its value.

import { fill, h } from '../dom.js';
import { t } from '../words.js';
import { dialText, digitsOf, HIGHEST, LOWEST, readDial, turned } from './digits.js';

/** Digit that the arrow keys turn at first, hertz. */
const USUAL_PLACE = 100;
/** Turning further goes on from what was wished, for so long, until the radio tells otherwise, milliseconds. */
const PATIENCE = 1500;
/** A wheel that scrolls by pixels turns one step per so many. */
const PIXELS = 40;

export class Dial {
  #hertz = 0;
  #place = USUAL_PLACE;
  #locked = false;
  /** @type {{ hertz: number, until: number } | null} */ #wished = null;
  #rolled = 0;
  #hooks;
  #shown = '';
  #digits = h('div', { class: 'digits', role: 'spinbutton', tabindex: 0, 'aria-valuemin': LOWEST, 'aria-valuemax': HIGHEST, 'aria-label': t('js.rig.freq'), title: t('js.rig.dial_help') });
  #input = h('input', { class: 'typed', 'aria-label': t('js.rig.freq'), inputmode: 'decimal', autocomplete: 'off', spellcheck: 'false', maxlength: 20, hidden: true });
  element = h('div', { class: 'dial' }, this.#digits, this.#input);

  /** @param {{ turned: (hertz: number) => void, band: (band: string) => void, wrong: (text: string) => void }} hooks what was wished: a frequency, a band's name, nothing that can be read */
  constructor(hooks) {
    this.#hooks = hooks;
    this.#digits.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#keyed(event));
    this.#digits.addEventListener('wheel', (/** @type {WheelEvent} */ event) => this.#wheeled(event), { passive: false });
    this.#digits.addEventListener('click', (/** @type {MouseEvent} */ event) => this.#choose(event.target));
    this.#digits.addEventListener('dblclick', () => this.type());
    this.#digits.addEventListener('focus', () => this.#draw());
    this.#digits.addEventListener('blur', () => this.#draw());
    this.#input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter') this.#typed();
      else if (event.key === 'Escape') this.#close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.#input.addEventListener('blur', () => this.#close());
    this.#draw();
  }

  /** Frequency shown, hertz; 0 for none. @param {number} hertz */
  set hertz(hertz) {
    if (this.#wished && hertz === this.#wished.hertz) this.#wished = null;
    // While one turns, what the radio tells of an earlier step is passed over.
    if (this.#wished && performance.now() < this.#wished.until) return;
    this.#wished = null;
    this.#hertz = hertz;
    this.#draw();
  }

  get hertz() { return this.#hertz; }

  /** Whether it can be turned. @param {boolean} on */
  set locked(on) {
    if (on === this.#locked) return;
    this.#locked = on;
    if (on) {
      this.#wished = null;
      this.#close();
    }
    this.#draw();
  }

  /** Gives up what was wished: it did not come true. @param {number} hertz where the radio stands */
  back(hertz) {
    this.#wished = null;
    this.hertz = hertz;
  }

  focus() { this.#digits.focus(); }

  /** Opens the box to type in. @param {string} [start] */
  type(start) {
    if (this.#locked) return;
    this.#input.value = start ?? (this.#hertz ? dialText(this.#hertz) : '');
    this.#digits.hidden = true;
    this.#input.hidden = false;
    this.#input.focus();
    if (start === undefined) this.#input.select();
  }

  #close() {
    if (this.#input.hidden) return;
    const focused = document.activeElement === this.#input;
    this.#input.hidden = true;
    this.#digits.hidden = false;
    if (focused) this.#digits.focus();
  }

  #typed() {
    const read = readDial(this.#input.value);
    if (!read) {
      this.#input.setAttribute('aria-invalid', 'true');
      this.#hooks.wrong(t('js.rig.bad_freq'));
      return;
    }
    this.#input.removeAttribute('aria-invalid');
    this.#close();
    if (read.freq_hz) this.#wish(read.freq_hz);
    else if (read.band) this.#hooks.band(read.band);
  }

  /** @param {number} hertz */
  #wish(hertz) {
    this.#hertz = hertz;
    this.#wished = { hertz, until: performance.now() + PATIENCE };
    this.#draw();
    this.#hooks.turned(hertz);
  }

  /** @param {number} steps @param {number} [place] */
  #turn(steps, place = this.#place) {
    if (!this.#locked && this.#hertz) this.#wish(turned(this.#hertz, place, steps));
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const moves = /** @type {Record<string, () => void>} */ ({
      ArrowUp: () => this.#turn(1), ArrowDown: () => this.#turn(-1),
      PageUp: () => this.#turn(10), PageDown: () => this.#turn(-10),
      ArrowLeft: () => this.#step(10), ArrowRight: () => this.#step(0.1),
      Enter: () => this.type(),
    });
    const move = moves[event.key] ?? (/^[0-9]$/.test(event.key) ? () => this.type(event.key) : null);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  }

  /** @param {number} factor */
  #step(factor) {
    const places = digitsOf(this.#hertz).map(({ place }) => place);
    const next = Math.round(this.#place * factor);
    if (!places.includes(next)) return;
    this.#place = next;
    this.#draw();
  }

  /** @param {WheelEvent} event */
  #wheeled(event) {
    const place = placeOf(event.target);
    if (!place || this.#locked || !event.deltaY) return;
    event.preventDefault();
    // A wheel turns by notches, a pad by pixels.
    if (event.deltaMode || Math.abs(event.deltaY) >= PIXELS) this.#rolled = Math.sign(event.deltaY) * PIXELS;
    else this.#rolled += event.deltaY;
    const steps = Math.trunc(this.#rolled / PIXELS);
    if (!steps) return;
    this.#rolled = 0;
    this.#turn(-steps, place);
  }

  /** @param {EventTarget | null} target */
  #choose(target) {
    const place = placeOf(target);
    if (!place) return;
    this.#place = place;
    this.#draw();
  }

  #draw() {
    const focused = document.activeElement === this.#digits;
    const shown = `${this.#hertz} ${this.#place} ${this.#locked} ${focused}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#digits.setAttribute('aria-valuenow', String(this.#hertz));
    this.#digits.setAttribute('aria-valuetext', this.#hertz ? t('js.rig.megahertz', { freq: dialText(this.#hertz) }) : t('js.rig.unknown'));
    this.#digits.setAttribute('aria-readonly', String(this.#locked));
    this.#digits.classList.toggle('locked', this.#locked);
    if (!this.#hertz) fill(this.#digits, h('span', { class: 'lead' }, '--.---.---'));
    else {
      fill(this.#digits, digitsOf(this.#hertz).flatMap(({ text, place, lead, point }) => [
        h('span', { class: `${lead ? 'lead' : ''} ${place < 100 ? 'fine' : ''} ${focused && place === this.#place ? 'chosen' : ''}`, 'data-place': place }, text),
        point ? h('i', {}, '.') : null,
      ]));
    }
  }
}

/** @param {EventTarget | null} target */
function placeOf(target) {
  return Number(/** @type {HTMLElement} */ (target)?.closest?.('[data-place]')?.getAttribute('data-place')) || 0;
}
