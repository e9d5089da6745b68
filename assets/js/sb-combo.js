//  <sb-combo>: an input with a list of values that match what is typed.
//
//  Wraps an <input>; anything may be typed, the list only helps. `options` gives the
//  list: fixed texts, or a function of what is typed (also later). Event: `pick` {value}.

import { fill, h } from './dom.js';

/** @typedef {{ value: string, aside?: string }} Option */

let made = 0;

export class SbCombo extends HTMLElement {
  /** @type {readonly Option[] | ((typed: string) => readonly Option[] | Promise<readonly Option[]>)} */
  options = [];
  /** @type {HTMLInputElement} */ #input = /** @type {any} */ (null);
  /** @type {HTMLElement} */ #list = /** @type {any} */ (null);
  /** @type {readonly Option[]} */ #shown = [];
  #at = -1;
  #asked = 0;

  connectedCallback() {
    if (this.#list) return;
    made += 1;
    const input = this.querySelector('input');
    if (!input) return;
    this.#input = input;
    const name = input.getAttribute('aria-label') ?? input.labels?.[0]?.textContent;
    this.#list = h('div', { class: 'options', role: 'listbox', id: `combo-${made}`, 'aria-label': name, hidden: true });
    this.append(this.#list);
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': this.#list.id, 'aria-autocomplete': 'list' })) {
      input.setAttribute(name, value);
    }
    input.addEventListener('input', () => this.#suggest());
    input.addEventListener('keydown', (event) => this.#keyed(event));
    input.addEventListener('blur', () => this.close());
    this.#list.addEventListener('pointerdown', (event) => {
      // The input keeps focus, so that blur does not close the list before the click counts.
      event.preventDefault();
      const index = [...this.#list.children].indexOf(/** @type {any} */ (event.target).closest('[role=option]'));
      if (index >= 0) this.#pick(index);
    });
  }

  get open() { return !this.#list.hidden; }

  close() {
    this.#asked += 1;
    this.#list.hidden = true;
    this.#at = -1;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }

  /** @param {boolean} [whole] all values, whatever is typed */
  async #suggest(whole = false) {
    this.#asked += 1;
    const mine = this.#asked;
    const typed = whole ? '' : this.#input.value.trim().toUpperCase();
    const found = typeof this.options === 'function' ? await this.options(typed)
      : this.options.filter(({ value }) => value.toUpperCase().startsWith(typed));
    if (mine !== this.#asked || document.activeElement !== this.#input) return;
    this.#shown = found.slice(0, 40);
    const sole = this.#shown.length === 1 && this.#shown[0].value.toUpperCase() === typed;
    if (this.#shown.length === 0 || sole || (!typed && !whole)) {
      this.close();
      return;
    }
    this.#at = -1;
    fill(this.#list, this.#shown.map(({ value, aside }, n) => h('div', { role: 'option', id: `${this.#list.id}-${n}`, 'aria-selected': 'false' },
      h('span', {}, value), aside ? h('span', { class: 'aside' }, aside) : null)));
    this.#list.hidden = false;
    this.#input.setAttribute('aria-expanded', 'true');
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (this.open) this.#move(event.key === 'ArrowDown' ? 1 : -1);
      else this.#suggest(this.#input.value === '' || event.altKey);
    } else if (event.key === 'Enter' && this.open && this.#at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      this.#pick(this.#at);
    } else if (event.key === 'Enter') {
      this.close();
    } else if (event.key === 'Escape' && this.open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  /** @param {number} step */
  #move(step) {
    this.#list.children[this.#at]?.setAttribute('aria-selected', 'false');
    this.#at = (this.#at + step + this.#shown.length) % this.#shown.length;
    const option = this.#list.children[this.#at];
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', option.id);
  }

  /** @param {number} index */
  #pick(index) {
    const { value } = this.#shown[index];
    this.#input.value = value;
    this.close();
    this.#input.dispatchEvent(new Event('change', { bubbles: true }));
    this.dispatchEvent(new CustomEvent('pick', { detail: { value } }));
  }
}

customElements.define('sb-combo', SbCombo);
