//  The entry row above the logbook's table: a contact in one line.

import { fill, h, one } from '../dom.js';
import '../sb-combo.js';
import { t } from '../words.js';
import { Entry } from './entry.js';
import { markChips, marks } from './lookup.js';

/**
 * Builds the row into its form.
 * @param {HTMLFormElement} form
 * @param {string} logbook
 * @param {(qso: any) => void} logged
 */
export function entryRow(form, logbook, logged) {
  const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {Record<string, any>} */ attributes = {}) => h('div', { class: 'field' },
    h('label', { for: `entry-${name}` }, label),
    wrap(name, h('input', { id: `entry-${name}`, name, autocomplete: 'off', spellcheck: 'false', maxlength: 60, ...attributes })));
  const keys = () => h('span', {}, t('js.entry.keys'));
  const word = h('p', { class: 'word', role: 'status' }, keys());
  fill(form,
    field('call', t('js.field.call'), { class: 'upper call', maxlength: 30, autocapitalize: 'characters' }),
    field('freq', t('js.entry.freq'), { placeholder: '14074' }),
    field('mode', t('js.field.mode'), { class: 'upper', maxlength: 20 }),
    field('rst_sent', t('js.col.sent'), { maxlength: 10 }),
    field('rst_rcvd', t('js.col.rcvd'), { maxlength: 10 }),
    field('name', t('js.field.name')),
    field('grid', t('js.field.grid'), { maxlength: 12 }),
    field('comment', t('js.field.comment'), { maxlength: 300 }),
    h('button', { class: 'button primary go' }, t('js.entry.go')),
    h('div', { class: 'under' }, word, form.dataset.maySpot === undefined ? null
      : h('label', { class: 'check small', title: t('js.entry.spot_it_hint') }, h('input', { type: 'checkbox', name: 'spot', value: 'true' }), t('js.entry.spot_it'))),
    ...['call', 'freq', 'mode', 'start', 'grid'].map((name) => h('span', { class: 'visually-hidden', 'data-error': name })),
    h('span', { class: 'visually-hidden', 'data-form-error': true }));
  const entry = new Entry(form, logbook, {
    logged,
    say: (text, kind) => fill(word, h('span', { class: kind }, text)),
    lookup: (found) => {
      if (!found) fill(word, keys());
      else fill(word, h('span', {}, found.country ?? ''), ...markChips(marks(found, entry.where())));
    },
  });
  // Refusals of the server come to hidden places; here is the one line for all of them.
  new MutationObserver(() => {
    const text = ['[data-form-error]', ...['call', 'freq', 'mode', 'start', 'grid'].map((name) => `[data-error=${name}]`)]
      .map((selector) => one(selector, form).textContent).filter(Boolean).join(' · ');
    if (text) fill(word, h('span', { class: 'bad' }, text));
  }).observe(form, { subtree: true, childList: true, characterData: true });
}

/** @param {string} name @param {HTMLElement} input */
function wrap(name, input) {
  return name === 'mode' ? h('sb-combo', {}, input) : input;
}
