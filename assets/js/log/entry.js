//  Logging a contact by keyboard: what is filled in by itself, and what Enter does.
//
//  Works on any form whose fields have the API's names. Frequency and mode stay from the
//  contact before; the report follows the mode; name and grid come from contacts before,
//  until one types something else. Enter logs, Escape clears.

import { del, get } from '../api.js';
import { bandName } from '../bands.js';
import { one, settle } from '../dom.js';
import { clearErrors, showErrors, values } from '../forms.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';
import { flush, freshKey, isPassing, keep, send } from './outbox.js';
import { kilohertz, MODES, readFrequency, readTime, usualReport } from './qso.js';

const LOOKUP_MS = 180;
const FLUSH_MS = 30_000;
/** Fields that a call's earlier contacts fill in. */
const FROM_BEFORE = ['name', 'grid', 'qth'];
/** Fields that stay after logging. */
const KEPT = new Set(['freq', 'mode', 'contest', 'stx_string', 'tx_power', 'date', 'csrf']);

/**
 * @typedef {object} Hooks
 * @property {(found: any | null, call: string) => void} [lookup] told what is known of the call typed
 * @property {(qso: any) => void} [logged]
 * @property {(text: string, kind: string) => void} [say] a line beside the form
 * @property {(typed: string) => boolean} [command] whether what is typed as a call was something else, and was done
 * @property {(contact: any) => void} [sent] told what was logged or kept for later, as it was typed
 * @property {(contact: any) => void} [undone] told what was taken back
 * @property {() => void} [cleared] told when the form is empty for the next contact
 */

export class Entry {
  /** The last answer about the call typed. @type {any} */
  found = null;
  #form;
  #hooks;
  #logbook;
  #asked = 0;
  #key = freshKey();

  /** @param {HTMLFormElement} form @param {string} logbook @param {Hooks} hooks */
  constructor(form, logbook, hooks) {
    this.#form = form;
    this.#logbook = logbook;
    this.#hooks = hooks;
    this.#remembered();
    this.#combos();
    const look = settle(() => this.look(), LOOKUP_MS);
    form.addEventListener('input', (event) => {
      const field = /** @type {HTMLInputElement} */ (event.target);
      delete field.dataset.auto;
      if (field.name === 'call') look();
      if (field.name === 'freq') this.#frequencyTyped();
      if (field.name === 'mode') this.#modeTyped();
    });
    form.addEventListener('change', () => { this.#frequencyTyped(); this.#modeTyped(); });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.log();
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented) {
        event.preventDefault();
        event.stopPropagation();
        this.clear();
      }
    });
    this.#modeTyped();
    this.#frequencyTyped();
    this.#flush();
    setInterval(() => this.#flush(), FLUSH_MS);
    addEventListener('online', () => this.#flush());
  }

  /** @param {string} name @returns {HTMLInputElement | null} */
  field(name) {
    return /** @type {any} */ (this.#form.elements.namedItem(name));
  }

  /** Begins a contact with a station: what was typed of another one goes. @param {string} call */
  begin(call) {
    const field = this.field('call');
    if (!field || field.value.trim().toUpperCase() === call) return;
    this.clear();
    field.value = call;
    this.look();
  }

  /** Asks what is known of the call typed, and fills in what it can. */
  async look() {
    const call = this.field('call')?.value.trim().toUpperCase() ?? '';
    this.#asked += 1;
    const mine = this.#asked;
    if (call.length < 3 || !/\d/.test(call)) {
      this.#take(null, call);
      return;
    }
    try {
      const found = await get(`/logbook/lookup/${encodeURIComponent(call)}`, { query: { logbook: this.#logbook } });
      if (mine === this.#asked) this.#take(found, call);
    } catch {
      // Without an answer the call can still be logged.
      if (mine === this.#asked) this.#take(null, call);
    }
  }

  /** @param {any} found @param {string} call */
  #take(found, call) {
    this.found = found;
    for (const name of FROM_BEFORE) {
      const field = this.field(name);
      if (!field || (field.value && !field.dataset.auto)) continue;
      field.value = found?.[name] ?? '';
      if (field.value) field.dataset.auto = 'yes';
      else delete field.dataset.auto;
    }
    this.#hooks.lookup?.(found, call);
  }

  /** Band and mode typed, as the API names them. */
  where() {
    return { ...readFrequency(this.field('freq')?.value ?? ''), mode: this.field('mode')?.value.trim().toUpperCase() ?? '' };
  }

  /** Sends the contact. */
  async log() {
    if (this.#form.dataset.busy) return;
    clearErrors(this.#form);
    if (this.#hooks.command?.(this.field('call')?.value.trim() ?? '')) return;
    const contact = this.#contact();
    if (!contact) return;
    this.#form.dataset.busy = 'yes';
    try {
      const qso = await send(contact, this.#key);
      this.#hooks.sent?.(contact);
      this.#done(qso, contact);
    } catch (error) {
      if (isPassing(error)) await this.#keep(contact, error);
      else {
        // Mended and sent again it is another request.
        this.#key = freshKey();
        showErrors(this.#form, error);
      }
    } finally {
      delete this.#form.dataset.busy;
    }
  }

  /** Empties what belongs to one contact. */
  clear() {
    for (const field of /** @type {any} */ (this.#form.elements)) {
      if (!field.name || KEPT.has(field.name) || field.type === 'hidden' || field.readOnly) continue;
      if (field.type === 'checkbox') {
        field.checked = false;
        continue;
      }
      if (field.name === 'time' && !this.#live()) continue;
      field.value = '';
      delete field.dataset.auto;
    }
    clearErrors(this.#form);
    this.#key = freshKey();
    this.#take(null, '');
    this.#modeTyped();
    this.#hooks.cleared?.();
    this.field('call')?.focus();
  }

  /** Whether the contact is now; otherwise date and time are typed. */
  #live() {
    return one('[data-live]', this.#form)?.checked ?? !this.field('date');
  }

  /** @returns {any} null if something typed cannot be read; then it is marked */
  #contact() {
    const { date, time, freq, csrf, spot, ...typed } = values(this.#form);
    /** @type {Record<string, any>} */
    const contact = { logbook: this.#logbook };
    for (const [name, value] of Object.entries(typed)) if (String(value).trim()) contact[name] = String(value).trim();
    contact.call = (contact.call ?? '').toUpperCase();
    if (contact.mode) contact.mode = contact.mode.toUpperCase();
    if (spot) contact.spot = true;
    const wrong = [];
    if (!contact.call) wrong.push({ field: 'call', message: t('js.entry.no_call') });
    const where = readFrequency(freq ?? '');
    if (where) Object.assign(contact, where);
    else wrong.push({ field: 'freq', message: t('js.entry.bad_freq') });
    if (!contact.mode) wrong.push({ field: 'mode', message: t('js.entry.no_mode') });
    const clock = this.#live() ? '' : readTime(time ?? '');
    if (clock === null) wrong.push({ field: 'start', message: t('js.entry.bad_time') });
    if (wrong.length) {
      this.#mark(wrong);
      return null;
    }
    contact.start = clock ? `${date}T${clock}Z` : `${new Date().toISOString().slice(0, 19)}Z`;
    return contact;
  }

  /** @param {{ field: string, message: string }[]} wrong */
  #mark(wrong) {
    for (const { field, message } of wrong) {
      const place = one(`[data-error="${field}"]`, this.#form);
      if (place) place.textContent = message;
      else this.#hooks.say?.(message, 'bad');
      this.field(field === 'start' ? 'time' : field)?.setAttribute('aria-invalid', 'true');
    }
    this.field(wrong[0].field === 'start' ? 'time' : wrong[0].field)?.focus();
  }

  /** @param {any} qso @param {any} contact as it was typed */
  #done(qso, contact) {
    this.#remember();
    const what = { call: qso.call, band: bandName(qso.band), mode: qso.submode || qso.mode };
    if (qso.outcome === 'duplicate') toast(t('js.entry.duplicate', what));
    else if (qso.outcome === 'merged') toast(t('js.entry.merged', what));
    else toast(t(qso.spot?.outcome === 'spotted' ? 'js.entry.logged_spotted' : 'js.entry.logged', what), () => this.#undo(qso, contact));
    this.clear();
    this.#hooks.logged?.(qso);
    this.#tellSpot(qso);
  }

  /** Says why a contact was not spotted that should have been. @param {any} qso */
  #tellSpot({ call, spot }) {
    if (spot?.reason) this.#hooks.say?.(t('js.entry.not_spotted', { call, reason: spot.reason }), 'warn');
  }

  /** @param {any} qso @param {any} contact */
  async #undo(qso, contact) {
    try {
      await del(`/logbook/qsos/${encodeURIComponent(qso.id)}`);
      this.#hooks.undone?.(contact);
      this.#hooks.logged?.(null);
    } catch (error) {
      this.#hooks.say?.(/** @type {Error} */ (error).message, 'bad');
    }
  }

  /** @param {any} contact @param {unknown} error */
  async #keep(contact, error) {
    try {
      await keep({ key: this.#key, contact, at: new Date().toISOString() });
      this.#remember();
      this.#hooks.sent?.(contact);
      this.clear();
      this.#hooks.say?.(t('js.entry.kept', { call: contact.call }), 'warn');
    } catch {
      showErrors(this.#form, error);
    }
  }

  async #flush() {
    try {
      const left = await flush({
        sent: (qso) => {
          this.#hooks.logged?.(qso);
          this.#tellSpot(qso);
        },
        refused: ({ contact }, error) => this.#hooks.say?.(`${contact.call}: ${/** @type {Error} */ (error).message}`, 'bad'),
      });
      if (left) this.#hooks.say?.(t('js.entry.waiting', { n: left }), 'warn');
    } catch {
      // A browser without storage has nothing waiting.
    }
  }

  #frequencyTyped() {
    const field = this.field('freq');
    const hint = one('[data-freq-band]', this.#form);
    const unit = one('[data-freq-unit]', this.#form);
    const read = readFrequency(field?.value ?? '');
    if (unit) unit.hidden = !/^\d{4,}([.,]\d+)?$/.test(field?.value.trim() ?? '');
    if (hint) {
      const words = [bandName(read?.band)];
      if (read?.freq_hz) words.push(`${kilohertz(read.freq_hz)} kHz`);
      hint.textContent = read ? words.filter(Boolean).join(' · ') : '';
    }
    if (this.found) this.#hooks.lookup?.(this.found, this.field('call')?.value ?? '');
  }

  #modeTyped() {
    const report = usualReport(this.field('mode')?.value.trim() ?? '');
    for (const name of ['rst_sent', 'rst_rcvd']) {
      const field = this.field(name);
      if (!field || (field.value && !field.dataset.auto)) continue;
      field.value = report;
      field.dataset.auto = 'yes';
    }
  }

  #combos() {
    const mode = /** @type {any} */ (this.field('mode')?.closest('sb-combo'));
    if (mode) mode.options = MODES.map((value) => ({ value }));
  }

  #remembered() {
    const kept = read(`entry.${this.#logbook}`) ?? { freq: '', mode: '' };
    for (const name of ['freq', 'mode']) {
      const field = this.field(name);
      if (field && !field.value) field.value = kept[name] ?? '';
    }
  }

  #remember() {
    try {
      localStorage.setItem(`entry.${this.#logbook}`, JSON.stringify({ freq: this.field('freq')?.value, mode: this.field('mode')?.value }));
    } catch {
      // Storage may be forbidden: then nothing is filled in next time.
    }
  }
}

/** @param {string} key */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}
