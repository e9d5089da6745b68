//  How a radio comes to this page: by its relay's link to this server, or by the relay on this computer.
//
//  The second way begins with an explanation, as the browser asks for leave to reach one's own computer, and ends with
//  a code that the relay shows: only who sits at it can let a page in.

import { post } from '../api.js';
import { fill, h } from '../dom.js';
import { askRelay, permission, RelayError, SETUP } from '../rig/loopback.js';
import { HERE } from '../rig/radio.js';
import { openDialog } from '../sb-dialog.js';
import { t } from '../words.js';

/** How often the relay is asked whether somebody allowed the page, milliseconds. */
const ASK_EVERY = 1500;

/**
 * Opens the dialog.
 * @param {import('../rig/radio.js').Radio} radio
 * @returns {HTMLDialogElement}
 */
export function openConnect(radio) {
  const { loopback } = radio;
  const local = h('section', { class: 'way' });
  const dialog = openDialog(t('js.connect.title'), [byServer(), ...(loopback ? [local] : [])], { kind: 'connect' });
  const steps = new Local(local, radio, () => dialog.open);
  dialog.addEventListener('close', () => steps.end());
  // It is done when a radio answers.
  const done = () => { if (radio.usable && steps.idle) dialog.close(); };
  const before = radio.usable;
  const listen = () => { if (!before) done(); };
  radio.addEventListener('change', listen);
  dialog.addEventListener('close', () => radio.removeEventListener('change', listen));
  return dialog;
}

/** By the relay's link to this server. */
function byServer() {
  const made = h('div', { class: 'made' });
  const error = h('p', { class: 'small bad', role: 'alert' });
  const go = h('button', { type: 'button', class: 'button primary', onclick: async () => {
    go.disabled = true;
    error.textContent = '';
    try {
      const { key } = await post('/apikeys', { name: t('js.connect.key_name'), scopes: ['rig'] });
      fill(made, commandLines(key), h('p', { class: 'small muted' }, t('js.connect.key_once')));
      go.hidden = true;
    } catch (refused) {
      error.textContent = /** @type {Error} */ (refused).message;
    } finally {
      go.disabled = false;
    }
  } }, t('js.connect.make_key'));
  return h('section', { class: 'way' }, h('h3', {}, t('js.connect.by_server')), h('p', { class: 'muted' }, t('js.connect.by_server_help')),
    h('ol', { class: 'numbered' },
      h('li', {}, t('js.connect.step_key'), h('p', {}, go), error, made),
      h('li', {}, t('js.connect.step_run'), commandLines('…', true), h('p', { class: 'small muted' }, t('js.connect.step_page'), ' ', h('a', { href: SETUP, target: '_blank', rel: 'noopener' }, SETUP))),
      h('li', {}, t('js.connect.step_wait'))));
}

/** What to type on the radio's computer. @param {string} key @param {boolean} [sample] */
function commandLines(key, sample = false) {
  const text = `SHACKBOX_RELAY__KEY=${key} shackbox relay --server ${location.origin}`;
  if (sample) return h('pre', { class: 'sample', tabindex: 0, role: 'group', 'aria-label': t('js.connect.command') }, text);
  const code = h('code', { tabindex: 0 }, text);
  const copy = h('button', { type: 'button', class: 'button', onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = t('js.dialog.copied');
    } catch {
      // Without permission the text is selected, ready for the keyboard.
      getSelection()?.selectAllChildren(code);
    }
  } }, t('js.dialog.copy'));
  return h('p', { class: 'secret' }, code, copy);
}

/** By the relay on this computer. */
class Local {
  #place;
  #radio;
  #open;
  /** @type {any} */ #timer;
  /** Whether nothing is under way here. */ idle = true;

  /** @param {HTMLElement} place @param {import('../rig/radio.js').Radio} radio @param {() => boolean} open whether the dialog is */
  constructor(place, radio, open) {
    this.#place = place;
    this.#radio = radio;
    this.#open = open;
    this.#first();
  }

  end() { clearTimeout(this.#timer); }

  /** @param {...any} nodes */
  #show(...nodes) {
    fill(this.#place, h('h3', {}, t('js.connect.here')), ...nodes);
  }

  async #first(error = '') {
    this.idle = true;
    const { loopback } = this.#radio;
    if (loopback?.on) {
      this.#show(h('p', {}, t('js.connect.here_on')), h('p', {}, h('button', { type: 'button', class: 'button', 'data-leave': true, onclick: () => {
        loopback.leave();
        this.#first();
      } }, t('js.connect.here_leave'))));
      return;
    }
    const state = await permission();
    const look = h('button', { type: 'button', class: 'button', 'data-look': true, onclick: () => this.#look() }, t('js.connect.look'));
    this.#show(h('p', { class: 'muted' }, t('js.connect.here_help')),
      state === 'denied' ? h('p', { class: 'small warn' }, `▲ ${t('js.connect.denied')}`) : null,
      state === 'prompt' ? h('p', { class: 'small' }, t('js.connect.will_ask')) : null,
      error ? h('p', { class: 'small bad', role: 'alert' }, `✕ ${error}`) : null,
      h('p', {}, look));
  }

  /** Asks the relay: it may know this page already. */
  async #look() {
    this.idle = false;
    this.#show(h('p', { class: 'muted', role: 'status' }, t('js.connect.looking')));
    try {
      await askRelay('GET', '/api/rig');
      this.#done();
      return;
    } catch (error) {
      // A page it does not know is not told anything, not even that: pairing tells more.
      if (/** @type {RelayError} */ (error).status >= 500) {
        this.#done();
        return;
      }
    }
    try {
      const asked = await askRelay('POST', '/api/pair', { name: location.host });
      this.#code(asked);
    } catch (error) {
      const { status, message } = /** @type {RelayError} */ (error);
      this.#first(status ? message : await this.#silent());
    }
  }

  /** Why nothing answered. */
  async #silent() {
    return t(await permission() === 'denied' ? 'js.connect.denied' : 'js.connect.silent');
  }

  /** @param {{ request: string, expires_in?: number }} asked */
  #code({ request }) {
    const error = h('p', { class: 'error', role: 'alert' });
    const input = h('input', { id: 'pair-code', class: 'big', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 6, pattern: '[0-9]{6}', required: true });
    const form = h('form', { method: 'dialog' }, h('p', {}, t('js.connect.code_help'), ' ', h('a', { href: SETUP, target: '_blank', rel: 'noopener' }, SETUP)),
      h('div', { class: 'field' }, h('label', { for: 'pair-code' }, t('js.connect.code')), input, error),
      h('p', {}, h('button', { class: 'button primary' }, t('js.connect.code_go'))));
    form.addEventListener('submit', async (/** @type {Event} */ event) => {
      event.preventDefault();
      try {
        const { token } = await askRelay('POST', '/api/pair', { request, code: input.value.trim() });
        this.#done(token);
      } catch (refused) {
        error.textContent = /** @type {Error} */ (refused).message;
        input.select();
      }
    });
    this.#show(form);
    input.focus();
    this.#poll(request);
  }

  /** Somebody may allow the page at the relay's own one. @param {string} request */
  #poll(request) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      if (!this.#open() || this.idle) return;
      try {
        const { state, token } = await askRelay('GET', `/api/pair/${encodeURIComponent(request)}`);
        if (state === 'allowed') this.#done(token);
        else if (state === 'refused') this.#first(t('js.connect.refused'));
        else this.#poll(request);
      } catch (error) {
        if (/** @type {RelayError} */ (error).status === 0) this.#poll(request);
        else this.#first(t('js.connect.code_over'));
      }
    }, ASK_EVERY);
  }

  /** @param {string} [token] */
  #done(token) {
    clearTimeout(this.#timer);
    this.idle = true;
    this.#radio.loopback?.use(token);
    this.#radio.choose(HERE);
    this.#first();
  }
}
