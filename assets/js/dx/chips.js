//  The filter's chips: bands, kinds of modes, continents, programmes, machines, needs.
//
//  A chip is a button that is pressed or not; menus hold what is chosen less often and say in
//  their summary how much of them is chosen.

import { band as bandOf, bandName } from '../bands.js';
import { fill, h } from '../dom.js';
import { t } from '../words.js';
import { CONTINENTS, everything, NEEDS, parts } from './filter.js';
import { CLASSES, PROGRAMMES, SINGLE_MODES } from './spot.js';

/** Bands that have a chip of their own; others come with the address or the strip. */
const BANDS = ['160m', '80m', '60m', '40m', '30m', '20m', '17m', '15m', '12m', '10m', '6m', '2m'];
const WORDS = /** @type {Record<string, string>} */ ({ cw: 'CW' });

/**
 * @typedef {object} Hooks
 * @property {() => void} changed the filter is another
 * @property {() => string} continent the reader's own, may be empty
 * @property {() => boolean} knowsLog whether needs are known
 */

export class Chips {
  #place;
  #hooks;
  /** @type {import('./filter.js').Filter} */ filter;
  /** Draws each chip by the filter. @type {(() => void)[]} */ #drawings = [];
  #clear = h('button', { type: 'button', class: 'linkish', onclick: () => this.set(everything()) }, t('js.dx.clear'));

  /** @param {Element} place @param {import('./filter.js').Filter} filter @param {Hooks} hooks */
  constructor(place, filter, hooks) {
    this.#place = place;
    this.#hooks = hooks;
    this.filter = filter;
    this.#build();
    this.draw();
  }

  /** Puts another filter in. @param {import('./filter.js').Filter} filter */
  set(filter) {
    Object.assign(this.filter, filter);
    this.#changed();
  }

  /** Presses or releases a band. @param {string} band */
  band(band) {
    this.filter.bands = toggled(this.filter.bands, band);
    this.#changed();
  }

  /** Puts something before the chips. @param {Node} node */
  lead(node) {
    this.#place.prepend(node);
  }

  draw() {
    for (const drawing of this.#drawings) drawing();
    this.#clear.hidden = parts(this.filter) === 0;
  }

  #changed() {
    this.draw();
    this.#hooks.changed();
  }

  #build() {
    const { filter } = this;
    const needs = this.#toggle(t('js.dx.needed'), () => filter.needs.length > 0, () => { filter.needs = filter.needs.length ? [] : [...NEEDS]; });
    const hide = this.#toggle(t('js.dx.unworked'), () => filter.unworked, () => { filter.unworked = !filter.unworked; }, t('js.dx.unworked_help'));
    this.#drawings.push(() => {
      const knows = this.#hooks.knowsLog();
      needs.hidden = !knows && filter.needs.length === 0;
    });
    fill(this.#place,
      h('span', { class: 'group', role: 'group', 'aria-label': t('js.dx.bands') }, BANDS.map((band) => this.#listed('bands', band, bandOf(band)?.short ?? band, { 'data-band': band, title: bandName(band), 'aria-label': bandName(band) }))),
      h('span', { class: 'group', role: 'group', 'aria-label': t('js.dx.modes') }, CLASSES.map((kind) => this.#listed('modes', kind, WORDS[kind] ?? t(`js.dx.${kind}`)))),
      this.#menu('modes', t('js.dx.mode_menu'), SINGLE_MODES.map((mode) => [mode, mode])),
      this.#menu('cont', t('js.dx.from'), this.#continents('cont')),
      this.#menu('de_cont', t('js.dx.heard_in'), this.#continents('de_cont')),
      this.#menu('ref', t('js.dx.programmes'), PROGRAMMES.map((name) => [name, name.toUpperCase()])),
      h('span', { class: 'group marks' }, needs, hide,
        this.#toggle(t('js.dx.skimmers'), () => filter.skimmers, () => { filter.skimmers = !filter.skimmers; }, t('js.dx.skimmers_help'))),
      this.#clear);
  }

  /** @param {'cont' | 'de_cont'} name @returns {[string, string][]} the own continent first */
  #continents(name) {
    const own = this.#hooks.continent();
    const sorted = [...CONTINENTS].sort((a, b) => Number(b === own) - Number(a === own));
    return sorted.map((each) => [each, each === own ? t(`js.dx.own_${name}`, { name: t(`js.continent.${each}`) }) : t(`js.continent.${each}`)]);
  }

  /** @param {'bands' | 'modes'} list @param {string} value @param {string} label @param {Record<string, string>} [attributes] */
  #listed(list, value, label, attributes = {}) {
    return this.#chip(label, () => this.filter[list].includes(value), () => { this.filter[list] = toggled(this.filter[list], value); }, attributes);
  }

  /** @param {string} label @param {() => boolean} on @param {() => void} press @param {string} [title] */
  #toggle(label, on, press, title) {
    return this.#chip(label, on, press, title ? { title } : {});
  }

  /** @param {string} label @param {() => boolean} on @param {() => void} press @param {Record<string, string>} attributes */
  #chip(label, on, press, attributes) {
    const chip = h('button', { type: 'button', class: 'fchip', ...attributes, onclick: () => {
      press();
      this.#changed();
    } }, label);
    this.#drawings.push(() => chip.setAttribute('aria-pressed', String(on())));
    return chip;
  }

  /** @param {'modes' | 'cont' | 'de_cont' | 'ref'} list @param {string} label @param {[string, string][]} choices */
  #menu(list, label, choices) {
    const values = choices.map(([value]) => value);
    const summary = h('summary', { class: 'fchip' });
    const boxes = choices.map(([value, name]) => {
      const box = h('input', { type: 'checkbox', onchange: () => {
        this.filter[list] = toggled(this.filter[list], value);
        this.#changed();
      } });
      this.#drawings.push(() => { box.checked = this.filter[list].includes(value); });
      return h('label', {}, box, name);
    });
    this.#drawings.push(() => {
      const chosen = this.filter[list].filter((each) => values.includes(each));
      const names = chosen.map((each) => (list === 'ref' ? each.toUpperCase() : each));
      fill(summary, label, names.length ? h('b', {}, ` ${names.length > 2 ? names.length : names.join(', ')}`) : null);
      summary.classList.toggle('on', names.length > 0);
    });
    return h('details', { class: 'menu start' }, summary, h('div', { class: 'sheet' }, boxes));
  }
}

/** @param {string[]} list @param {string} value */
function toggled(list, value) {
  return list.includes(value) ? list.filter((each) => each !== value) : [...list, value];
}
