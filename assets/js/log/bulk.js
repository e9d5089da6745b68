//  Changing or deleting many contacts at once, with one undo for all of them.

import { post } from '../api.js';
import { h } from '../dom.js';
import { askValue, openDialog } from '../sb-dialog.js';
import { number, t } from '../words.js';

/** Fields that make sense for many contacts alike. */
const FIELDS = ['my_grid', 'operator', 'station_call', 'tx_power', 'contest', 'my_pota', 'my_sota', 'my_iota', 'comment', 'notes', 'mode', 'submode', 'band', 'qth', 'state', 'prop_mode', 'sat_name'];
/** From here on deleting is asked about, though it can be undone. */
const MANY = 1000;

/**
 * @typedef {object} Hooks
 * @property {string} logbook
 * @property {() => string} filter
 * @property {() => void} clear
 * @property {(text: string, undo?: string) => void} done
 */

/**
 * Makes the buttons for what is chosen.
 * @param {Hooks} hooks
 * @returns {(selection: import('../table/selection.js').Selection, total: number, all: () => void) => HTMLElement}
 */
export function bulkBar(hooks) {
  // A filter has to be there: this one accepts every contact.
  const filter = () => hooks.filter() || 'call:*';
  return (selection, total, all) => {
    const count = selection.count(total);
    const target = () => (selection.all ? { logbook: hooks.logbook, q: filter() } : { logbook: hooks.logbook, ids: [...selection.ids] });
    return h('div', { class: 'bulk' },
      selection.all ? null : h('button', { type: 'button', class: 'linkish', onclick: all }, t('js.bulk.all', { n: total })),
      h('button', { type: 'button', class: 'linkish', onclick: hooks.clear }, t('js.bulk.none')),
      h('button', { type: 'button', class: 'button', onclick: () => edit(hooks, target(), count) }, t('js.bulk.edit')),
      h('button', { type: 'button', class: 'button danger', onclick: () => remove(hooks, target(), count) }, t('js.bulk.delete')));
  };
}

/** @param {Hooks} hooks @param {any} target @param {number} count */
function edit(hooks, target, count) {
  const field = h('select', { id: 'bulk-field' }, FIELDS.map((name) => h('option', { value: name }, t(`js.field.${names[name] ?? name}`))));
  askValue(t('js.bulk.title', { n: count }), {
    label: t('js.bulk.value'), hint: t('js.bulk.hint'), action: t('js.bulk.go'),
    attributes: { required: null, maxlength: 500, autocomplete: 'off' },
    send: async (value) => {
      const answer = await post('/logbook/bulk', { ...target, set: { [field.value]: value.trim() === '' ? null : value.trim() } });
      hooks.done(said(answer, t('js.bulk.changed', { n: answer.changed ?? count })), answer.undo);
    },
  });
  document.querySelector('dialog[open] form')?.prepend(h('div', { class: 'field' }, h('label', { for: 'bulk-field' }, t('js.bulk.field')), field));
}

/** @param {Hooks} hooks @param {any} target @param {number} count */
function remove(hooks, target, count) {
  const run = async () => {
    const answer = await post('/logbook/bulk', { ...target, delete: true });
    hooks.done(said(answer, t('js.bulk.deleted', { n: answer.changed ?? count })), answer.undo);
  };
  const tell = (/** @type {Error} */ error) => hooks.done(error.message);
  if (count < MANY) {
    run().catch(tell);
    return;
  }
  const sure = h('button', { type: 'button', class: 'button danger' }, t('js.bulk.sure', { n: count }));
  const dialog = openDialog(t('js.bulk.ask'), [h('p', {}, t('js.bulk.ask_help', { n: number(count) }))], { actions: [sure] });
  sure.addEventListener('click', () => {
    dialog.close();
    run().catch(tell);
  });
}

/** @param {any} answer @param {string} text */
function said(answer, text) {
  return answer.job ? t('js.bulk.job') : text;
}

/** Where the word for a field has another key than the field. @type {Record<string, string>} */
const names = { tx_power: 'power', prop_mode: 'prop', sat_name: 'sat' };
