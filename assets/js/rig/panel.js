//  The radio's panel: dial, mode, split, meters, and in words how it stands.
//
//  Built once and repainted in place, as a radio tells of itself many times a second.

import { extent } from '../bandmap/plan.js';
import { band as bandOf, bandName, bandOfHertz } from '../bands.js';
import { fill, h, icon } from '../dom.js';
import { timeElement } from '../utc.js';
import { t } from '../words.js';
import { Dial } from './dial.js';
import { dialText, shiftText } from './digits.js';
import { SETUP } from './loopback.js';
import { bars, drawBars } from './meters.js';
import { buttonOf, BUTTONS, buttonsFor } from './modes.js';
import { HERE } from './radio.js';

/** Shifts offered for a split, hertz. */
const SHIFTS = [1_000, 2_000, 5_000];
const WORDS = /** @type {Record<string, string>} */ ({ ready: 'good', transmitting: 'bad', off: 'warn', away: 'warn', none: '' });

/**
 * @typedef {object} Hooks
 * @property {() => void} connect shows how to connect a radio
 * @property {Node} without what stands there while there is no radio
 * @property {string} continent of the station
 */

export class RigPanel {
  dial;
  #radio;
  #hooks;
  #name = h('span', { class: 'name clip' });
  #choice = h('select', { 'aria-label': t('js.rig.which'), onchange: () => this.#radio.choose(this.#choice.value) });
  #state = h('span', { class: 'chip state', role: 'status' });
  #band = h('span', { class: 'chip band' });
  #modes = h('div', { class: 'modes', role: 'group', 'aria-label': t('js.field.mode') });
  #split = h('button', { type: 'button', class: 'fchip', onclick: () => this.#toggleSplit() }, t('js.rig.split'));
  #shift = h('span', { class: 'shift' });
  #meters = h('div', { class: 'meters' });
  #antenna = h('p', { class: 'small muted' });
  #note = h('p', { class: 'small note' });
  #fault = h('p', { class: 'small bad fault', role: 'alert' });
  #waiting = h('p', { class: 'small queue' });
  #body;
  #absent = h('div', { class: 'body absent' });
  #said = '';

  /** @param {HTMLElement} place @param {import('./radio.js').Radio} radio @param {Hooks} hooks */
  constructor(place, radio, hooks) {
    this.#radio = radio;
    this.#hooks = hooks;
    this.dial = new Dial({
      turned: (hertz) => this.#tune({ freq_hz: hertz }),
      band: (band) => this.goToBand(band),
      wrong: (text) => { this.#radio.fault = text; this.draw(); },
    });
    this.#body = h('div', { class: 'body' },
      h('div', { class: 'top' }, this.dial.element, this.#band),
      this.#modes,
      h('div', { class: 'splitline' }, this.#split, this.#shift),
      this.#meters, this.#antenna, this.#note, this.#fault, this.#waiting);
    const menu = h('details', { class: 'menu' }, h('summary', { 'aria-label': t('js.rig.menu') }), h('div', { class: 'sheet' },
      h('button', { type: 'button', class: 'item', onclick: () => {
        menu.open = false;
        hooks.connect();
      } }, t('js.rig.connect')),
      h('a', { href: SETUP, target: '_blank', rel: 'noopener' }, t('js.rig.setup'))));
    fill(place, h('header', {}, h('h2', {}, t('js.rig.title')), this.#name, this.#choice, h('div', { class: 'actions' }, this.#state, menu)), this.#body, this.#absent);
    radio.addEventListener('change', () => this.draw());
    this.draw();
  }

  /** To where a band was left, else to its first voice or Morse. @param {string} band ADIF name */
  goToBand(band) {
    const left = this.#radio.left(band);
    const known = bandOf(band);
    if (!known) return;
    const wish = left ? { freq_hz: left.freq_hz, ...(left.mode ? { mode: left.mode } : {}) } : { freq_hz: Math.round(extent(known, this.#hooks.continent)[0] / 1000) * 1000 + 25_000 };
    this.#tune(wish);
  }

  draw() {
    const radio = this.#radio;
    const { view, standing } = radio;
    const known = standing === 'ready' || standing === 'transmitting' || (standing === 'off' && Boolean(view?.state.freq_hz));
    this.#drawHead(view, standing);
    this.#body.hidden = !known;
    this.#absent.hidden = known;
    if (known) this.#drawBody(/** @type {any} */ (view), standing);
    else this.#drawAbsent(view, standing);
  }

  /** @param {import('./state.js').View | null} view @param {string} standing */
  #drawHead(view, standing) {
    const radio = this.#radio;
    const { names } = radio;
    this.#choice.hidden = names.length < 2;
    this.#name.hidden = names.length !== 1;
    const label = (/** @type {string} */ name) => (name === HERE ? t('js.rig.here') : name);
    const model = view?.state.model ?? '';
    this.#name.textContent = names.length === 1 ? [model, label(names[0])].filter((text, n) => text && (n === 0 || text !== 'main' || !model)).join(' · ') : '';
    this.#name.title = this.#name.textContent;
    const key = names.join();
    if (this.#choice.dataset.names !== key) {
      this.#choice.dataset.names = key;
      fill(this.#choice, names.map((name) => h('option', { value: name }, label(name))));
    }
    if (this.#choice.value !== radio.name) this.#choice.value = radio.name;
    const stale = radio.stale && standing !== 'none';
    const word = stale ? t('js.rig.stale') : radio.busy ? t('js.rig.busy') : t(`js.rig.is_${standing}`);
    if (this.#state.textContent !== word) this.#state.textContent = word;
    this.#state.className = `chip state ${stale ? 'warn' : WORDS[standing]}`;
    this.#state.hidden = standing === 'none';
    this.#body.parentElement?.setAttribute('data-standing', stale ? 'stale' : standing);
  }

  /** @param {import('./state.js').View} view @param {string} standing */
  #drawBody(view, standing) {
    const { state } = view;
    const locked = standing !== 'ready';
    this.dial.hertz = state.freq_hz ?? 0;
    this.dial.locked = locked;
    const band = state.freq_hz ? bandOfHertz(state.freq_hz)?.id ?? '' : '';
    if (this.#band.dataset.band !== band) {
      this.#band.dataset.band = band;
      this.#band.textContent = band ? bandName(band) : t('js.rig.no_band');
    }
    this.#drawModes(view, locked);
    this.#drawSplit(state, locked);
    drawBars(this.#meters, bars(view.meters, standing === 'transmitting', view.facts.watts));
    write(this.#antenna, antennaText(this.#radio.rotator));
    write(this.#note, state.note ?? '');
    const { error } = state;
    write(this.#fault, this.#radio.fault || (standing === 'off' ? troubleText(error) || t('js.rig.off_help') : ''));
    this.#drawQueue(view.queue);
  }

  /** @param {import('./state.js').View} view @param {boolean} locked */
  #drawModes({ facts, state }, locked) {
    const buttons = buttonsFor(facts.modes);
    const key = buttons.join();
    if (this.#modes.dataset.modes !== key) {
      this.#modes.dataset.modes = key;
      fill(this.#modes, buttons.map((name) => h('button', { type: 'button', class: 'fchip', 'data-mode': name, onclick: () => this.#tune({ mode: BUTTONS[name] }) }, name)));
    }
    const now = buttonOf(state.mode);
    for (const button of this.#modes.children) {
      button.setAttribute('aria-pressed', String(button.dataset.mode === now));
      button.disabled = locked;
      button.title = button.dataset.mode === now ? [state.mode, state.passband_hz && `${state.passband_hz} Hz`].filter(Boolean).join(' · ') : '';
    }
  }

  /** @param {any} state @param {boolean} locked */
  #drawSplit(state, locked) {
    const on = Boolean(state.split);
    this.#split.setAttribute('aria-pressed', String(on));
    this.#split.disabled = locked;
    const key = `${on} ${state.tx_freq_hz} ${state.freq_hz} ${locked}`;
    if (this.#shift.dataset.key === key) return;
    this.#shift.dataset.key = key;
    if (!on) {
      fill(this.#shift, h('span', { class: 'muted small' }, t('js.rig.simplex')));
      return;
    }
    const shift = state.tx_freq_hz ? state.tx_freq_hz - state.freq_hz : 0;
    fill(this.#shift, h('span', { class: 'tabular' }, h('span', { class: 'muted small' }, 'TX '), state.tx_freq_hz ? dialText(state.tx_freq_hz) : t('js.rig.unknown'), shift ? h('span', { class: 'muted small' }, ` ${shiftText(shift)}`) : null),
      h('span', { class: 'ups', role: 'group', 'aria-label': t('js.rig.up') }, SHIFTS.map((by) => h('button', { type: 'button', class: 'fchip', disabled: locked, 'aria-label': t('js.rig.up_by', { khz: by / 1000 }), onclick: () => this.#tune({ split: true, tx_freq_hz: this.dial.hertz + by }) }, shiftText(by)))));
  }

  #toggleSplit() {
    const { state } = this.#radio.view ?? { state: {} };
    if (state.split) this.#tune({ split: false });
    else this.#tune({ split: true, tx_freq_hz: state.freq_hz + (buttonOf(state.mode) === 'CW' ? SHIFTS[0] : SHIFTS[2]) });
  }

  /** @param {{ pending: number, failed: number }} queue */
  #drawQueue({ pending, failed }) {
    const key = `${pending} ${failed}`;
    this.#waiting.hidden = !pending && !failed;
    if (this.#waiting.dataset.key === key) return;
    this.#waiting.dataset.key = key;
    fill(this.#waiting, pending ? h('span', { class: 'muted' }, t('js.rig.pending', { n: pending })) : null, pending && failed ? ' · ' : null,
      failed ? h('a', { class: 'bad', href: `${SETUP}#contacts`, target: '_blank', rel: 'noopener' }, `✕ ${t('js.rig.failed', { n: failed })}`) : null);
  }

  /** @param {import('./state.js').View | null} view @param {string} standing */
  #drawAbsent(view, standing) {
    const { link, name } = this.#radio;
    const refused = standing === 'none' && link?.fault && ![0, 404].includes(link.fault.status) ? link.fault.message : '';
    const key = [standing, refused, view?.since, view?.state.error?.what, link?.known].join('|');
    if (key === this.#said) return;
    this.#said = key;
    if (standing === 'none') {
      fill(this.#absent, refused ? h('p', { class: 'small warn' }, `▲ ${refused}`) : null, this.#hooks.without);
      return;
    }
    const { error } = view?.state ?? {};
    fill(this.#absent,
      h('p', {}, h('strong', {}, standing === 'away' ? t(name === HERE ? 'js.rig.here_away' : 'js.rig.away') : t('js.rig.off')),
        standing === 'away' && view?.since ? [' ', t('js.rig.since'), ' ', timeElement(view.since)] : null),
      standing === 'off' && error ? h('p', {}, icon('warn', 'glyph'), ` ${troubleText(error)}`) : null,
      h('p', { class: 'muted small' }, t(standing === 'away' ? 'js.rig.away_help' : 'js.rig.off_help')),
      h('p', {}, h('button', { type: 'button', class: 'button', onclick: this.#hooks.connect }, t('js.rig.how'))),
      this.#hooks.without);
  }

  /** @param {import('./tune.js').Wish} wish */
  async #tune(wish) {
    const answer = await this.#radio.tune(wish);
    if (!answer && !this.#radio.busy) this.dial.back(this.#radio.view?.state.freq_hz ?? 0);
  }
}

/** Where the antenna points, and where it turns to. @param {Record<string, any> | null} rotator */
function antennaText(rotator) {
  if (!Number.isFinite(rotator?.azimuth)) return '';
  const [deg, to] = [Math.round(rotator?.azimuth), rotator?.target];
  return Number.isFinite(to) && Math.round(to) !== deg ? t('js.rig.antenna_turns', { deg, to: Math.round(to) }) : t('js.rig.antenna', { deg });
}

/** What is wrong with a device, and what to do: two sentences. @param {any} error */
function troubleText(error) {
  const { device, what, help } = error ?? {};
  const sentence = [device, what].filter(Boolean).join(': ');
  return [sentence, help].filter(Boolean).map((text) => `${text.replace(/\.$/, '')}.`).join(' ');
}

/** @param {HTMLElement} place @param {string} text */
function write(place, text) {
  place.hidden = !text;
  if (place.textContent !== text) place.textContent = text;
}
