//  What is typed and not logged yet, kept over a reload of this tab.

import { settle } from '../dom.js';

const CALM = 150;

/**
 * @typedef {object} Typed
 * @property {Record<string, string | boolean>} values by field
 * @property {string[]} auto fields that were filled in by themselves
 * @property {string[]} over fields that do not follow the radio, as they were typed over
 */

/** Fields of the page itself. */
const NOT_TYPED = new Set(['csrf', 'logbook']);

/** What a form holds. @param {HTMLFormElement} form @param {Iterable<string>} [over] @returns {Typed} */
export function typedIn(form, over = []) {
  /** @type {Typed} */
  const typed = { values: {}, auto: [], over: [...over] };
  for (const field of /** @type {any} */ (form.elements)) {
    if (!field.name || NOT_TYPED.has(field.name)) continue;
    typed.values[field.name] = field.type === 'checkbox' ? field.checked : field.value;
    if (field.dataset.auto) typed.auto.push(field.name);
  }
  return typed;
}

/** Puts it back. @param {HTMLFormElement} form @param {Typed} typed @param {ReadonlySet<string>} [but] fields that stay as they are */
export function putBack(form, typed, but = new Set()) {
  for (const field of /** @type {any} */ (form.elements)) {
    const value = typed.values[field.name];
    if (value === undefined || NOT_TYPED.has(field.name) || but.has(field.name)) continue;
    if (field.type === 'checkbox') field.checked = value === true;
    else field.value = String(value);
    if (typed.auto.includes(field.name)) field.dataset.auto = 'yes';
  }
}

/** Keeps a form of this tab. */
export class Keep {
  #key;
  #form;
  #over;
  #later = settle(() => this.now(), CALM);

  /** @param {HTMLFormElement} form @param {string} logbook @param {() => Iterable<string>} over fields typed over */
  constructor(form, logbook, over) {
    this.#form = form;
    this.#key = `shack.${logbook}`;
    this.#over = over;
  }

  /** What was typed before the reload. @returns {Typed | null} */
  before() {
    try {
      const typed = JSON.parse(sessionStorage.getItem(this.#key) ?? 'null');
      return typed?.values && Array.isArray(typed.auto) && Array.isArray(typed.over) ? typed : null;
    } catch {
      return null;
    }
  }

  /** Begins to keep. */
  start() {
    for (const kind of ['input', 'change']) this.#form.addEventListener(kind, () => this.#later());
    addEventListener('pagehide', () => this.now());
  }

  /** Keeps it as it is. */
  now() {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(typedIn(this.#form, this.#over())));
    } catch {
      // Storage may be forbidden or full: then a reload begins anew.
    }
  }
}
