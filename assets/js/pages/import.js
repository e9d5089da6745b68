//  The import page: uploads, and the list of past imports with their undo.

import { get } from '../api.js';
import { all, fill, h, one } from '../dom.js';
import { takeBack } from '../log/undo_import.js';
import '../sb-upload.js';
import { timeElement } from '../utc.js';
import { number, t } from '../words.js';

const { logbook, right } = document.body.dataset;
const may = right === 'officer' || right === 'owner';

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

/** @param {any} each */
function row(each) {
  const counts = ['added', 'merged', 'duplicates', 'rejected'].map((name) => h('td', { class: 'num' }, number(each[name] ?? each.result?.[name] ?? 0)));
  const undone = each.undone || each.state === 'undone';
  const form = may && !undone && each.state === 'done' ? h('form', { method: 'post', action: `/import/${encodeURIComponent(each.job)}` }, h('button', { class: 'button' }, t('js.import.undo'))) : '';
  if (form) undoable(form, each.job);
  return h('tr', { 'data-job': each.job }, h('td', { class: 'nowrap' }, timeElement(each.created ?? each.time ?? each.at)),
    h('td', {}, h('a', { href: `/import/${encodeURIComponent(each.job)}` }, each.name ?? each.file ?? each.job)), ...counts,
    h('td', {}, undone ? t('js.import.undone') : t(`js.job.${each.state ?? 'done'}`)), h('td', { class: 'num' }, form));
}

/** @param {HTMLFormElement} form @param {string} job */
function undoable(form, job) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (await takeBack(job, one('button', form))) refresh();
  });
}
