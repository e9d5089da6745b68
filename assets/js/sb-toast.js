//  <sb-toast>: one short message at the bottom left, with Undo where something can be undone.
//
//  One at a time: a new one takes the place of the old. Never for errors that need
//  action: those stand where the action is.

import { h } from './dom.js';
import { t } from './words.js';

const SHOWN_MS = 10_000;

export class SbToast extends HTMLElement {
  /** @type {any} */ #timer;
  /** @type {(() => void) | null} */ #undo = null;

  connectedCallback() {
    this.setAttribute('role', 'status');
    // While it is read or reached for, it stays.
    this.addEventListener('pointerenter', () => clearTimeout(this.#timer));
    this.addEventListener('pointerleave', () => this.#leave());
    this.addEventListener('focusin', () => clearTimeout(this.#timer));
    this.addEventListener('focusout', () => this.#leave());
  }

  /**
   * @param {string} text
   * @param {(() => void) | { href: string, text: string }} [more] what its button undoes, or where its link leads
   */
  show(text, more) {
    clearTimeout(this.#timer);
    const undo = typeof more === 'function' ? more : null;
    this.#undo = undo;
    this.replaceChildren(h('span', {}, text));
    if (more && !undo) this.append(h('a', { href: /** @type {any} */ (more).href }, /** @type {any} */ (more).text));
    if (undo) this.append(h('button', { type: 'button', onclick: () => this.undo() }, t('js.toast.undo')));
    this.hidden = false;
    this.#leave();
  }

  /** Undoes what the toast is about, as its button does. @returns {boolean} whether there was something */
  undo() {
    const undo = this.#undo;
    this.close();
    undo?.();
    return Boolean(undo);
  }

  close() {
    clearTimeout(this.#timer);
    this.#undo = null;
    this.hidden = true;
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), SHOWN_MS);
  }
}

customElements.define('sb-toast', SbToast);

/**
 * Shows a message on the page's toast.
 * @param {string} text
 * @param {(() => void) | { href: string, text: string }} [more] what its button undoes, or where its link leads
 */
export function toast(text, more) {
  /** @type {SbToast | null} */ (document.querySelector('sb-toast'))?.show(text, more);
}
