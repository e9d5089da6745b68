//  Who is on the air: one's own word for it, those of others, and whom one wants to be told of.
//
//  A word lasts some minutes, so it is said again while the page is open, and at once when the frequency changes.
//  Listeners read it and say nothing.

import { del, get, put } from '../api.js';
import { bandName, bandOfHertz } from '../bands.js';
import { recordAddress } from '../callbook/words.js';
import { fill, h, icon, settle } from '../dom.js';
import { isMissing } from '../dx/feed.js';
import { toast } from '../sb-toast.js';
import { age } from '../utc.js';
import { t } from '../words.js';
import { bus } from '../ws.js';

/** How often one's own word is said again; it lasts ten minutes. */
const AGAIN = 4 * 60_000;
/** A dial that is turned is not told of step by step, milliseconds. */
const CALM = 2_500;
const TICK = 60_000;
const KEY = 'shack.onair';

/** @typedef {{ freq_hz?: number, mode?: string }} Where */
/**
 * @typedef {object} Hooks
 * @property {boolean} listens whether the reader only listens
 * @property {string} call the reader's own
 * @property {() => Where} where
 * @property {(place: Where) => void} go to where somebody is
 */

export class Presence {
  /** @type {Map<string, any>} */ #present = new Map();
  /** @type {Set<string>} */ #followed = new Set();
  /** '' off, 'on' the air, 'cq' calling. */ #own = recallOwn();
  #said = '';
  #panel;
  #place;
  #hooks;
  #follow = h('form', { class: 'followform' });
  #onAir = h('button', { type: 'button', class: 'button', onclick: () => this.#set(this.#standing() ? '' : 'on') }, t('js.shack.on_air'));
  #callCq = h('button', { type: 'button', class: 'button', title: t('js.shack.cq_help'), onclick: () => this.#set(this.#standing() === 'cq' ? 'on' : 'cq') }, t('js.shack.cq'));
  /** The buttons, for the page's head. */ buttons = h('span', { class: 'onairbuttons', role: 'group', 'aria-label': t('js.shack.on_air') }, this.#onAir, this.#callCq);
  #moved = settle(() => this.#say(), CALM);

  /** @param {HTMLElement} panel hidden until the server is known to have this @param {HTMLElement} place @param {Hooks} hooks */
  constructor(panel, place, hooks) {
    this.#panel = panel;
    this.#place = place;
    this.#hooks = hooks;
    this.buttons.hidden = true;
    const input = h('input', { class: 'upper', 'aria-label': t('js.shack.follow_call'), placeholder: t('js.shack.follow_hint'), maxlength: 20, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false' });
    fill(this.#follow, input, h('button', { class: 'button' }, t('js.shack.follow_go')));
    this.#follow.addEventListener('submit', async (/** @type {Event} */ event) => {
      event.preventDefault();
      const call = input.value.trim().toUpperCase();
      if (call && await this.#toggle(call, true)) input.value = '';
    });
  }

  /** Begins to listen. */
  async start() {
    try {
      await this.#load();
    } catch (error) {
      // A server without it shows no panel.
      if (isMissing(error)) return;
    }
    this.#panel.hidden = false;
    this.buttons.hidden = this.#hooks.listens;
    bus().subscribe('presence', ({ type, payload }) => {
      if (!payload?.call) return;
      if (type === 'on_air') this.#present.set(payload.call, payload);
      else if (type === 'off_air') this.#present.delete(payload.call);
      this.#draw();
    });
    bus().addEventListener('gap', () => { this.#load().catch(() => {}); });
    setInterval(() => this.#draw(), TICK);
    setInterval(() => { if (this.#own) this.#say(true); }, AGAIN);
    this.#draw();
    if (this.#own) this.#say(true);
  }

  /** The radio is elsewhere: those who look for one are told, when it stands still. */
  moved() {
    if (this.#own) this.#moved();
  }

  async #load() {
    const [{ items }, followed] = await Promise.all([get('/shack/presence', { stay: true }), get('/shack/following', { stay: true })]);
    this.#present = new Map((items ?? []).map((/** @type {any} */ each) => [each.call, each]));
    this.#followed = new Set((followed?.items ?? []).map((/** @type {any} */ each) => each.call ?? each));
    this.#draw();
  }

  /** @param {'' | 'on' | 'cq'} own */
  async #set(own) {
    this.#own = own;
    keepOwn(own);
    this.#draw();
    if (own) await this.#say(true);
    else await this.#quiet();
  }

  /** @param {boolean} [anyway] also where nothing changed */
  async #say(anyway = false) {
    const { freq_hz: hertz, mode } = this.#hooks.where();
    const word = { ...(hertz ? { freq_hz: hertz } : {}), ...(mode ? { mode } : {}), calling: this.#own === 'cq' };
    const text = JSON.stringify(word);
    if (!this.#own || (!anyway && text === this.#said)) return;
    this.#said = text;
    try {
      await put('/shack/presence', word, { stay: true });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #quiet() {
    this.#said = '';
    try {
      await del('/shack/presence', { stay: true });
    } catch (error) {
      if (!isMissing(error)) this.#failed(error);
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    const { offline, message } = /** @type {any} */ (error);
    // Without a connection it is said again later; what is refused is not.
    if (offline) return;
    this.#own = '';
    keepOwn('');
    this.#draw();
    toast(message);
  }

  /** @param {string} call @param {boolean} on @returns {Promise<boolean>} whether it was done */
  async #toggle(call, on) {
    try {
      if (on) await put(`/shack/following/${encodeURIComponent(call)}`, {}, { stay: true });
      else await del(`/shack/following/${encodeURIComponent(call)}`, { stay: true });
      if (on) this.#followed.add(call);
      else this.#followed.delete(call);
      this.#draw();
      toast(t(on ? 'js.shack.following' : 'js.shack.not_following', { call }), on ? undefined : () => this.#toggle(call, true));
      return true;
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
      return false;
    }
  }

  /** What members read of the reader: said here, or in another tab. @returns {'' | 'on' | 'cq'} */
  #standing() {
    const own = this.#present.get(this.#hooks.call);
    return this.#own || (own ? (own.calling ? 'cq' : 'on') : '');
  }

  #draw() {
    const now = this.#standing();
    this.#onAir.setAttribute('aria-pressed', String(now !== ''));
    this.#callCq.setAttribute('aria-pressed', String(now === 'cq'));
    const here = [...this.#present.values()].sort((a, b) => Number(b.calling) - Number(a.calling) || a.call.localeCompare(b.call));
    const away = [...this.#followed].filter((call) => !this.#present.has(call)).sort();
    // The box to type in stays the same node, so that nobody loses it while typing.
    if (!this.#follow.isConnected) fill(this.#place, h('div', { 'data-list': true }), this.#follow);
    const list = /** @type {HTMLElement} */ (this.#place.querySelector('[data-list]'));
    fill(list, here.length === 0 && away.length === 0 ? h('p', { class: 'body muted small' }, t('js.shack.nobody'))
      : h('table', { class: 'plain' }, h('thead', { class: 'visually-hidden' }, h('tr', {}, [t('js.col.call'), t('js.col.freq'), t('js.col.mode'), t('js.shack.follow_head')].map((text) => h('th', { scope: 'col' }, text)))),
        h('tbody', {}, here.map((each) => this.#row(each)), away.map((call) => this.#row({ call })))));
  }

  /** @param {any} who */
  #row({ call, freq_hz: hertz, mode, calling, text, since }) {
    const own = call === this.#hooks.call;
    const followed = this.#followed.has(call);
    const band = hertz ? bandOfHertz(hertz)?.id : '';
    return h('tr', { class: since ? '' : 'away' },
      h('td', { class: 'call' }, h('a', { href: recordAddress(call) }, call), calling ? [' ', h('span', { class: 'chip warn' }, 'CQ')] : null),
      h('td', { class: 'num' }, hertz ? h('button', { type: 'button', class: 'linkish', title: band ? bandName(band) : null, onclick: () => this.#hooks.go({ freq_hz: hertz, mode }) }, (hertz / 1000).toFixed(1)) : h('span', { class: 'muted' }, since ? '' : t('js.shack.not_here'))),
      h('td', { class: 'small', title: text ?? null }, mode ?? '', since ? h('span', { class: 'muted' }, ` ${age(Date.parse(since))}`) : null),
      h('td', { class: 'num' }, own ? h('span', { class: 'muted small' }, t('js.shack.you'))
        : h('button', { type: 'button', class: 'button icon star', 'aria-pressed': String(followed), 'aria-label': t('js.shack.follow_one', { call }), title: t(followed ? 'js.shack.unfollow' : 'js.shack.follow_one', { call }), onclick: () => this.#toggle(call, !followed) }, icon('star'))));
  }
}

/** @returns {'' | 'on' | 'cq'} */
function recallOwn() {
  try {
    const own = sessionStorage.getItem(KEY);
    return own === 'on' || own === 'cq' ? own : '';
  } catch {
    return '';
  }
}

/** @param {string} own */
function keepOwn(own) {
  try {
    if (own) sessionStorage.setItem(KEY, own);
    else sessionStorage.removeItem(KEY);
  } catch {
    // It lasts as long as the page, then.
  }
}
