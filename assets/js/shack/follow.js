//  Frequency and mode of the entry follow the radio until somebody types over them; logged or cleared they follow again.

import { fill, h } from '../dom.js';
import { kilohertz } from '../log/qso.js';
import { buttonOf, logMode } from '../rig/modes.js';
import { t } from '../words.js';

const FIELDS = ['freq', 'mode'];

export class Follow {
  /** Fields typed over. @type {Set<string>} */ over = new Set();
  /** @type {{ freq_hz?: number, mode?: string | null } | null} */ #at = null;
  /** Mode of the spot that was gone to; a digital one stays while the radio is in data. */ #wanted = '';
  #form;
  #place;

  /** @param {HTMLFormElement} form @param {HTMLElement | null} place where it says that it does not follow */
  constructor(form, place) {
    this.#form = form;
    this.#place = place;
    form.addEventListener('input', (event) => {
      const { name, value } = /** @type {HTMLInputElement} */ (event.target);
      if (!FIELDS.includes(name)) return;
      if (value.trim()) this.over.add(name);
      else this.over.delete(name);
      if (name === 'mode') this.#wanted = value;
      this.#draw();
    });
    form.addEventListener('focusout', () => setTimeout(() => this.#apply(), 0));
  }

  /** Where the radio stands now; null while it is not known. @param {{ freq_hz?: number, mode?: string | null } | null} at */
  take(at) {
    this.#at = at?.freq_hz ? at : null;
    this.#apply();
  }

  /** Somebody went to a spot: it says more of the mode than the radio does. @param {string} mode may be empty */
  want(mode) {
    this.#wanted = mode;
    this.again();
  }

  /** Follows again. */
  again() {
    this.over.clear();
    this.#apply();
  }

  #apply() {
    const at = this.#at;
    if (at?.freq_hz) {
      this.#set('freq', kilohertz(at.freq_hz));
      const mode = logMode(at.mode, at.freq_hz, this.#wanted || this.#field('mode').value);
      // Data that nobody named is not what was logged before: better nothing than a wrong word.
      if (mode || buttonOf(at.mode) === 'DATA') this.#set('mode', mode);
    }
    this.#draw();
  }

  /** @param {string} name @param {string} value */
  #set(name, value) {
    const field = this.#field(name);
    if (this.over.has(name) || field.value === value) return;
    // Not while somebody is about to type there.
    if (document.activeElement === field) return;
    field.value = value;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }

  #draw() {
    if (!this.#place) return;
    const shown = this.#at !== null && this.over.size > 0;
    if (shown === (this.#place.childElementCount > 0)) return;
    fill(this.#place, shown ? h('button', { type: 'button', class: 'linkish', onclick: () => this.again() }, t('js.shack.follow')) : null);
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #field(name) { return /** @type {any} */ (this.#form.elements.namedItem(name)); }
}
