//  The import page: uploads, and the list of past imports with their undo.

import { get } from '../api.js';
import { all, fill, h, one } from '../dom.js';
import { takeBack } from '../log/undo_import.js';
import '../sb-upload.js';
import { timeElement } from '../utc.js';
import { number, t } from '../words.js';

const { logbook } = document.body.dataset;

one('sb-upload')?.addEventListener('done', refresh);
for (const form of all('[data-past] form')) undoable(form, form.closest('tr').dataset.job);

/** Draws the list of past imports anew. */
async function refresh() {
  const { items = [] } = await get('/logbook/imports', { query: { logbook } });
  const table = one('[data-past]');
  table.hidden = items.length === 0;
  one('[data-past-empty]')?.remove();
  fill(one('tbody', table), items.map((/** @type {any} */ each) => row(each)));
}

/** @param {any} each an import, as the API lists it */
function row(each) {
  // One made at the command line has no job, only a number.
  const id = each.job || String(each.import);
  const path = `/import/${encodeURIComponent(id)}`;
  const form = ['done', 'stopped'].includes(each.state) ? h('form', { method: 'post', action: path }, h('button', { class: 'button' }, t('js.import.undo'))) : '';
  if (form) undoable(form, id);
  const heads = one('[data-past]').tHead.rows[0].cells;
  return h('tr', { 'data-job': id }, h('td', { class: 'nowrap' }, timeElement(each.created)),
    h('td', {}, h('a', { href: path }, each.file || t('js.import.nameless'))),
    ...['added', 'merged', 'duplicates', 'rejected'].map((name, n) => h('td', { class: 'num', 'data-label': heads[n + 2].textContent }, number(each[name]))),
    h('td', {}, t(`js.import.${each.state}`)), h('td', { class: 'num whole' }, form));
}

/** @param {HTMLFormElement} form @param {string} job */
function undoable(form, job) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (await takeBack(job, one('button', form))) refresh();
  });
}
