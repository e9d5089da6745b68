//  Pieces that several sections show.

import { fill, h } from './dom.js';

/**
 * A command to be copied.
 * @param {string} text
 * @returns {HTMLElement}
 */
export function command(text) {
  const button = h('button', { class: 'button', type: 'button' }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection()?.selectAllChildren(/** @type {Element} */ (button.previousElementSibling));
      button.textContent = 'Press Ctrl C';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  return h('div', { class: 'command' }, h('code', {}, text), button);
}

/**
 * What is wrong, and the steps that mend it.
 * @param {{ title: string, words?: string | null, steps?: { words: string, command?: string | null }[], kind?: '' | 'warn' | 'fine' }} trouble
 * @returns {HTMLElement}
 */
export function trouble({ title, words, steps = [], kind = '' }) {
  const step = (/** @type {any} */ one) => h('li', {}, one.words, one.command ? command(one.command) : null);
  const list = steps.length > 1 ? h('ol', {}, steps.map(step)) : h('ul', {}, steps.map(step));
  return h('div', { class: `trouble ${kind}` }, h('p', {}, title), words ? h('p', {}, words) : null, steps.length > 0 ? list : null);
}

/**
 * Puts in place only what differs, so that nothing that is being read or copied jumps.
 * @param {Element} place
 * @param {any} value what it is made of
 * @param {() => (Node | string | null)[]} make
 */
export function keep(place, value, make) {
  const text = JSON.stringify(value);
  if (/** @type {any} */ (place).shown === text) return;
  /** @type {any} */ (place).shown = text;
  fill(place, make());
}

/**
 * Shows a state as a chip.
 * @param {string} id
 * @param {import('./words.js').Standing} standing
 */
export function chip(id, standing) {
  const place = /** @type {HTMLElement} */ (document.getElementById(id));
  const kind = `chip ${standing.kind}`;
  if (place.className !== kind) place.className = kind;
  if (place.textContent !== standing.text) place.textContent = standing.text;
}

/**
 * Runs what a button does, with the button waiting meanwhile.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
export function runs(button, work) {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    try { await work(); } finally { button.removeAttribute('aria-disabled'); }
  });
}

/** @param {string} id @returns {any} */
export function el(id) { return document.getElementById(id); }
