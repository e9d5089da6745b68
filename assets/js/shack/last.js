//  The last contacts of the logbook, also those that other programs and tabs log.

import { get } from '../api.js';
import { bandName } from '../bands.js';
import { h, settle } from '../dom.js';
import { modeOf } from '../log/qso.js';
import { timeElement } from '../utc.js';
import { bus } from '../ws.js';

const ROWS = 10;
const CALM = 400;

export class LastContacts {
  #body;
  #logbook;
  #again = settle(() => this.#load(), CALM);

  /** @param {HTMLElement} body of the table @param {string} logbook */
  constructor(body, logbook) {
    this.#body = body;
    this.#logbook = logbook;
  }

  /** Begins to follow. */
  start() {
    if (!this.#logbook) return;
    bus().subscribe('logbook', ({ payload }) => {
      if (payload?.logbook === this.#logbook) this.#again();
    });
    bus().addEventListener('gap', () => this.#again());
  }

  /** A contact was logged here; null when one was taken back. @param {any} qso */
  logged(qso) {
    if (qso) this.#put(qso);
    else this.#again();
  }

  async #load() {
    try {
      const { items } = await get('/logbook/qsos', { query: { logbook: this.#logbook, sort: '-start', limit: ROWS } });
      this.#body.replaceChildren(...items.map((/** @type {any} */ qso) => this.#row(qso)));
    } catch {
      // What stands there is still what was.
    }
  }

  /** @param {any} qso */
  #put(qso) {
    this.#body.querySelector(`[data-qso="${CSS.escape(qso.id)}"]`)?.remove();
    this.#body.prepend(this.#row(qso));
    while (this.#body.children.length > ROWS) this.#body.lastElementChild?.remove();
  }

  /** @param {any} qso */
  #row(qso) {
    return h('tr', { 'data-qso': qso.id }, h('td', { class: 'nowrap muted' }, timeElement(qso.start)),
      h('td', { class: 'call' }, h('a', { href: `/logbook?q=call:${encodeURIComponent(qso.call)}` }, qso.call)),
      h('td', { class: 'nowrap' }, h('span', { class: 'chip band', 'data-band': qso.band }, bandName(qso.band))),
      h('td', {}, modeOf(qso)), h('td', { class: 'muted' }, qso.country ?? ''));
  }
}
