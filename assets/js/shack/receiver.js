//  A receiver on the Internet in place of a radio: the dial says where to listen, a link opens it there.

import { extent } from '../bandmap/plan.js';
import { band as bandOf, bandName, bandOfHertz } from '../bands.js';
import { fill, h } from '../dom.js';
import { recall, remember } from '../dx/memory.js';
import { Dial } from '../rig/dial.js';
import { windowOf } from '../rig/modes.js';
import { openDialog } from '../sb-dialog.js';
import { t } from '../words.js';
import { choose, chosen, KINDS, listenAddress, readReceiver } from './websdr.js';

const KEY = 'shack.listen';
/** Where the dial stands before anybody turned it. */
const START = { freq_hz: 14_074_000, mode: 'USB' };
const MODES = ['CW', 'LSB', 'USB', 'AM', 'FM'];

/** Events: `change` when it is tuned elsewhere. */
export class Receiver extends EventTarget {
  /** Frequency in hertz, and mode. */ at = read();
  #continent;
  #band = h('span', { class: 'chip band' });
  #modes = h('div', { class: 'modes', role: 'group', 'aria-label': t('js.field.mode') });
  #listen = h('p', { class: 'listen' });
  #wrong = h('p', { class: 'small bad', role: 'alert', hidden: true });
  dial;
  element;

  /** @param {string} continent of the station */
  constructor(continent) {
    super();
    this.#continent = continent;
    this.dial = new Dial({
      turned: (hertz) => this.go({ freq_hz: hertz }),
      band: (band) => this.#goToBand(band),
      wrong: (text) => { this.#wrong.textContent = text; this.#wrong.hidden = false; },
    });
    fill(this.#modes, MODES.map((mode) => h('button', { type: 'button', class: 'fchip', 'data-mode': mode, onclick: () => this.go({ mode }) }, mode)));
    this.element = h('div', { class: 'receiver' }, h('div', { class: 'top' }, this.dial.element, this.#band), this.#modes, this.#wrong, this.#listen);
    this.draw();
  }

  /** @param {{ freq_hz?: number, mode?: string }} wish */
  go({ freq_hz: hertz, mode }) {
    this.at = { freq_hz: hertz ?? this.at.freq_hz, mode: mode ?? this.at.mode };
    this.#wrong.hidden = true;
    remember(KEY, JSON.stringify(this.at));
    this.draw();
    this.dispatchEvent(new Event('change'));
  }

  /** @param {string} name */
  #goToBand(name) {
    const band = bandOf(name);
    if (band) this.go({ freq_hz: extent(band, this.#continent)[0] + 25_000 });
  }

  draw() {
    const { freq_hz: hertz, mode } = this.at;
    this.dial.hertz = hertz;
    const band = bandOfHertz(hertz)?.id ?? '';
    this.#band.dataset.band = band;
    this.#band.textContent = band ? bandName(band) : t('js.rig.no_band');
    const now = windowOf(hertz) && !MODES.includes(mode) ? 'USB' : mode;
    for (const button of this.#modes.children) button.setAttribute('aria-pressed', String(button.dataset.mode === now));
    const receiver = chosen();
    const change = h('button', { type: 'button', class: receiver ? 'linkish' : 'button', onclick: () => this.#ask() }, t(receiver ? 'js.shack.other_receiver' : 'js.shack.choose_receiver'));
    fill(this.#listen, receiver
      ? [h('a', { class: 'button', href: listenAddress(receiver, hertz, mode), target: '_blank', rel: 'noopener noreferrer', 'data-listen': true }, t('js.shack.listen')),
        h('span', { class: 'small muted clip', title: receiver.url }, new URL(receiver.url).hostname), change]
      : [change, h('span', { class: 'small muted' }, t('js.shack.receiver_help'))]);
  }

  /** Asks which receiver. */
  #ask() {
    const before = chosen();
    const error = h('p', { class: 'error', role: 'alert' });
    const input = h('input', { id: 'receiver-url', inputmode: 'url', value: before?.url ?? '', placeholder: 'http://websdr.ewi.utwente.nl:8901/', autocomplete: 'off', spellcheck: 'false', maxlength: 300 });
    const kind = h('select', { id: 'receiver-kind' }, h('option', { value: '' }, t('js.shack.kind_auto')), Object.entries(KINDS).map(([value, name]) => h('option', { value }, name)));
    const form = h('form', { method: 'dialog' },
      h('p', { class: 'muted' }, t('js.shack.receiver_how')),
      h('div', { class: 'field' }, h('label', { for: 'receiver-url' }, t('js.shack.receiver_address')), input, error),
      h('div', { class: 'field' }, h('label', { for: 'receiver-kind' }, t('js.shack.receiver_kind')), kind));
    const go = h('button', { type: 'button', class: 'button primary', onclick: () => form.requestSubmit() }, t('js.shack.receiver_go'));
    const none = before && h('button', { type: 'button', class: 'button', onclick: () => {
      choose(null);
      dialog.close();
      this.draw();
    } }, t('js.shack.receiver_forget'));
    const dialog = openDialog(t('js.shack.receiver'), [form], { actions: none ? [none, go] : [go] });
    form.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      const found = readReceiver(input.value);
      if (!found) {
        error.textContent = t('js.shack.bad_receiver');
        input.focus();
        return;
      }
      choose({ url: found.url, kind: kind.value || found.kind });
      dialog.close();
      this.draw();
    });
    input.focus();
  }
}

/** @returns {{ freq_hz: number, mode: string }} */
function read() {
  try {
    const kept = JSON.parse(recall(KEY) || 'null');
    return kept?.freq_hz > 0 ? { freq_hz: Math.round(kept.freq_hz), mode: String(kept.mode ?? START.mode) } : { ...START };
  } catch {
    return { ...START };
  }
}
