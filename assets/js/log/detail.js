//  The panel of one contact: all its fields, edited in place, its history, its place.
//
//  A value is a button; pressing it makes it a field, Enter or leaving it saves, Escape
//  leaves it as it was. A save carries the revision shown, so nobody's change is lost.

import { ApiError, del, get, reply } from '../api.js';
import { bandName } from '../bands.js';
import { recordAddress } from '../callbook/words.js';
import { fill, h, icon } from '../dom.js';
import { placeOf } from '../map/greatcircle.js';
import '../sb-map.js';
import { formatUtc } from '../utc.js';
import { t } from '../words.js';
import { groups } from './groups.js';
import { before, way } from './lookup.js';
import { modeOf } from './qso.js';

/**
 * @typedef {object} Hooks
 * @property {string} logbook
 * @property {boolean} writes whether the reader may edit here
 * @property {() => any} home own place
 * @property {(qso: any) => void} [changed]
 * @property {(qso: any, undo: string) => void} [removed]
 * @property {() => void} [closed] no button without it
 * @property {(q: string) => void} [filter]
 */

export class Detail {
  /** @type {any} */ qso = null;
  #panel;
  #hooks;
  #etag = '';
  #asked = 0;

  /** @param {HTMLElement} panel @param {Hooks} hooks */
  constructor(panel, hooks) {
    this.#panel = panel;
    this.#hooks = hooks;
  }

  /** Shows a contact: at once what the table knows, then all of it. @param {any} qso */
  async show(qso) {
    this.#asked += 1;
    const mine = this.#asked;
    const same = this.qso?.id === qso.id;
    this.qso = qso;
    this.#panel.hidden = false;
    if (!same) {
      this.#draw();
      this.#panel.scrollTop = 0;
    }
    try {
      const [full, lookup] = await Promise.all([
        reply('GET', `/logbook/qsos/${encodeURIComponent(qso.id)}`),
        get(`/logbook/lookup/${encodeURIComponent(qso.call)}`, { query: { logbook: this.#hooks.logbook, at: qso.start } }).catch(() => null),
      ]);
      if (mine !== this.#asked) return;
      this.#take(full);
      this.#draw(lookup);
    } catch (error) {
      if (mine !== this.#asked) return;
      // Deleted meanwhile: nothing is left to show.
      if (error instanceof ApiError && error.status === 404 && same) this.close();
      else this.#fault(/** @type {Error} */ (error));
    }
  }

  close() {
    this.#asked += 1;
    this.qso = null;
    this.#panel.hidden = true;
    this.#panel.replaceChildren();
    this.#hooks.closed?.();
  }

  /** Deletes what is shown. */
  async remove() {
    const { qso } = this;
    if (!qso) return;
    try {
      const { undo } = await del(`/logbook/qsos/${encodeURIComponent(qso.id)}`);
      this.#hooks.removed?.(qso, undo);
    } catch (error) {
      this.#fault(/** @type {Error} */ (error));
    }
  }

  /** @param {{ body: any, headers: Headers }} answer */
  #take({ body, headers }) {
    this.qso = body;
    this.#etag = headers.get('ETag') ?? '';
  }

  /** @param {any} [lookup] */
  #draw(lookup) {
    const { qso } = this;
    const keep = this.#panel.querySelector('.stage');
    const [first, ...parts] = groups(qso).map((group) => this.#group(group)).filter(Boolean);
    fill(this.#panel, this.#header(), h('p', { class: 'bad small', role: 'alert', 'data-fault': true, hidden: true }),
      h('div', { class: 'title' }, h('a', { class: 'call', href: recordAddress(qso.call) }, qso.call), h('span', {}, qso.country ?? ''),
        h('span', { class: 'muted tabular' }, way(this.#hooks.home(), this.#place(lookup)))),
      first, this.#history(lookup), this.#map(lookup, keep), ...parts, this.#add());
  }

  #header() {
    const { qso } = this;
    return h('header', {},
      h('h2', { class: 'tabular clip' }, `${formatUtc(qso.start)} · ${bandName(qso.band)} · ${modeOf(qso)}`),
      h('div', { class: 'actions' },
        this.#hooks.writes ? h('button', { type: 'button', class: 'button quiet', onclick: () => this.remove() }, t('js.detail.delete')) : null,
        this.#hooks.closed ? h('button', { type: 'button', class: 'button icon', 'aria-label': t('js.detail.close'), onclick: () => this.close() }, icon('close')) : null));
  }

  /** Where the other station was: by its grid, else by its call. @param {any} lookup */
  #place(lookup) {
    return placeOf(this.qso.grid ?? '') ?? lookup;
  }

  /** @param {any} lookup @param {Element | null} kept */
  #map(lookup, kept) {
    const home = this.#hooks.home();
    const { lat, lon } = this.#place(lookup) ?? {};
    if (!home || !Number.isFinite(lat)) return null;
    const stage = kept ?? h('div', { class: 'stage' }, h('sb-map', { fill: true, compact: true }));
    const map = /** @type {any} */ (stage.firstElementChild);
    map.home = home;
    map.points = [{ lat, lon, call: this.qso.call, band: this.qso.band, time: this.qso.start }];
    return stage;
  }

  /** @param {any} lookup */
  #history(lookup) {
    const others = (lookup?.worked?.qsos ?? []).filter((/** @type {any} */ other) => other.id !== this.qso.id);
    if (!lookup) return null;
    const all = h('button', { type: 'button', class: 'linkish', onclick: () => this.#hooks.filter?.(`call:${this.qso.call}`) }, t('js.detail.all'));
    return h('section', {}, h('h3', {}, t('js.detail.history', { call: this.qso.call })),
      others.length ? before(others, (other) => this.show(other)) : h('p', { class: 'muted small' }, t('js.detail.none')),
      others.length && this.#hooks.filter ? h('p', { class: 'small' }, all) : null);
  }

  /** @param {import('./groups.js').Group} group */
  #group(group) {
    const lines = group.lines.filter((line) => line.show(this.qso) || (line.always && this.#hooks.writes));
    if (lines.length === 0) return null;
    return h('section', {}, h('h3', {}, group.title), h('dl', { class: 'dl' }, lines.flatMap((line) => {
      const value = h('dd');
      this.#value(value, line);
      return [h('dt', {}, line.label), value];
    })));
  }

  /** @param {HTMLElement} place @param {import('./groups.js').Line} line */
  #value(place, line) {
    const text = line.show(this.qso);
    if (!this.#hooks.writes || !(line.field || line.adif)) fill(place, text);
    else fill(place, h('button', { type: 'button', class: 'value', 'aria-label': `${line.label}: ${text || t('js.detail.empty')}. ${t('js.detail.edit')}`, onclick: () => this.#edit(place, line) }, text));
  }

  /** @param {HTMLElement} place @param {import('./groups.js').Line} line */
  #edit(place, line) {
    const start = line.edit ?? line.show(this.qso);
    const error = h('span', { class: 'error', role: 'alert' });
    const input = h('input', { 'aria-label': line.label, value: start, autocomplete: 'off', spellcheck: 'false' });
    let over = false;
    const back = (/** @type {boolean} */ focus) => {
      over = true;
      this.#value(place, line);
      if (focus) place.querySelector('button')?.focus();
    };
    const save = async (/** @type {boolean} */ focus) => {
      if (over) return;
      if (input.value === start) {
        back(focus);
        return;
      }
      over = true;
      try {
        await this.#save(line, input.value);
        this.#value(place, line);
        if (focus) place.querySelector('button')?.focus();
      } catch (refused) {
        over = false;
        error.textContent = fieldMessage(refused);
        input.setAttribute('aria-invalid', 'true');
        input.focus();
      }
    };
    input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter') save(true);
      else if (event.key === 'Escape') back(true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    input.addEventListener('blur', () => save(false));
    fill(place, input, error);
    input.select();
  }

  /** @param {import('./groups.js').Line} line @param {string} text */
  async #save(line, text) {
    const change = line.read ? line.read(text) : { [line.field ?? '']: text.trim() === '' ? null : text.trim() };
    if (!change) throw new Error(t('js.detail.unreadable'));
    const answer = await reply('PATCH', `/logbook/qsos/${encodeURIComponent(this.qso.id)}`, {
      json: change, headers: this.#etag ? { 'If-Match': this.#etag } : {},
    });
    this.#take(answer);
    this.#hooks.changed?.(this.qso);
  }

  /** A form for one more ADIF field. */
  #add() {
    if (!this.#hooks.writes) return null;
    const error = h('p', { class: 'error', role: 'alert' });
    const name = h('input', { name: 'field', class: 'upper', 'aria-label': t('js.detail.adif_name'), placeholder: 'ANT_AZ', required: true, maxlength: 80, spellcheck: 'false', autocomplete: 'off' });
    const value = h('input', { name: 'value', 'aria-label': t('js.detail.adif_value'), required: true, maxlength: 2000, autocomplete: 'off' });
    return h('section', {}, h('details', {}, h('summary', {}, t('js.detail.add')),
      h('form', { class: 'field addfield', onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        const key = name.value.trim().toUpperCase();
        try {
          await this.#save({ label: key, show: () => '', read: (text) => ({ adif: { [key]: text } }) }, value.value);
          this.show(this.qso);
        } catch (refused) {
          error.textContent = fieldMessage(refused);
        }
      } }, h('div', { class: 'row' }, name, value, h('button', { class: 'button' }, t('js.detail.add_go'))), error)));
  }

  /** @param {Error} error */
  #fault(error) {
    const place = /** @type {HTMLElement | null} */ (this.#panel.querySelector('[data-fault]'));
    if (!place) return;
    place.hidden = false;
    place.textContent = error.message;
  }
}

/** The server's words about the one field that was sent. @param {unknown} refused */
function fieldMessage(refused) {
  if (refused instanceof ApiError && refused.status === 412) return t('js.detail.stale');
  const error = /** @type {any} */ (refused);
  return error.errors?.[0]?.message ?? error.message;
}
