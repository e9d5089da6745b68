//  The filter box: finished words become chips, what is typed filters as one types.

import { fill, h, icon, one, settle } from '../dom.js';
import { t } from '../words.js';
import { join, split } from './filter.js';

const TYPING_MS = 250;

export class FilterBox {
  #form;
  /** @type {HTMLInputElement} */ #input;
  #chips;
  /** @type {string[]} */ #words = [];
  #changed;
  #last;

  /** @param {HTMLFormElement} form @param {string} start @param {() => void} changed */
  constructor(form, start, changed) {
    this.#form = form;
    this.#input = one('input[type=search]', form);
    this.#chips = one('[data-chips]', form);
    this.#changed = changed;
    this.#put(start);
    this.#last = this.value;
    const soon = settle(() => this.#tell(), TYPING_MS);
    this.#input.addEventListener('input', () => soon());
    this.#input.addEventListener('keydown', (event) => this.#keyed(event));
    this.#input.addEventListener('blur', () => this.#finish());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#finish();
    });
  }

  /** The whole filter as the server reads it. */
  get value() { return join(this.#words, this.#input.value); }

  /** Puts another filter in. @param {string} text */
  set(text) {
    this.#put(text);
    this.#tell();
  }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  /** Whether the server could not read the filter. */
  get refused() { return this.#input.hasAttribute('aria-invalid'); }

  /** Says what is wrong with the filter; empty for nothing. @param {string} message */
  refuse(message) {
    const place = document.getElementById('q-error');
    const words = message.replace(/`([^`]*)`/g, '\u201c$1\u201d');
    if (place && place.textContent !== words) place.textContent = words;
    for (const [n, chip] of [...this.#chips.children].entries()) chip.classList.toggle('bad', message.includes(`\`${this.#words[n]}\``));
    if (message) this.#input.setAttribute('aria-invalid', 'true');
    else this.#input.removeAttribute('aria-invalid');
  }

  /** @param {string} text */
  #put(text) {
    const { chips, rest } = split(text);
    this.#words = chips;
    this.#input.value = rest;
    this.#draw();
  }

  #finish() {
    const { chips, rest } = split(this.#input.value);
    if (chips.length) {
      this.#words.push(...chips);
      this.#input.value = rest;
      this.#draw();
    }
    this.#tell();
  }

  #tell() {
    if (this.value === this.#last) return;
    this.#last = this.value;
    this.#changed();
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    const word = this.#words.at(-1);
    if (event.key === 'Backspace' && this.#input.value === '' && word) {
      event.preventDefault();
      this.#words.pop();
      this.#input.value = word;
      this.#draw();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (this.value) this.set('');
      else this.#input.blur();
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      /** @type {HTMLElement | null} */ (document.querySelector('sb-table'))?.focus();
    }
  }

  #draw() {
    fill(this.#chips, this.#words.map((word, n) => h('span', { class: 'chip' }, word,
      h('button', { type: 'button', class: 'remove', 'aria-label': t('js.filter.remove', { word }), onclick: () => {
        this.#words.splice(n, 1);
        this.#draw();
        this.#tell();
        this.#input.focus();
      } }, icon('close')))));
  }
}
