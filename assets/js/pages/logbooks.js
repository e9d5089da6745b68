//  Logbooks: making one, naming it, sharing it, deleting it.

import { del, patch, post, put } from '../api.js';
import { all, one } from '../dom.js';
import { sends } from '../forms.js';
import { t } from '../words.js';

const { book } = one('main').dataset;
const path = `/logbooks/${encodeURIComponent(book ?? '')}`;

when('[data-add]', async ({ call, title, club }) => {
  await post('/logbooks', { call, title, club: club === 'true' });
  location.reload();
});

when('[data-rename]', async ({ title }) => {
  await patch(path, { title });
});

when('[data-share]', async ({ call, right }) => {
  await put(`${path}/members/${encodeURIComponent(call)}`, { right });
  location.reload();
});

for (const form of all('[data-remove]')) {
  sends(form, async ({ call }) => {
    await del(`${path}/members/${encodeURIComponent(call)}`);
    form.closest('tr').remove();
  });
}

when('[data-delete]', async ({ confirm }) => {
  if (confirm.trim().toUpperCase() !== book) throw new Error(t('js.books.confirm', { call: book ?? '' }));
  await del(path);
  location.assign('/logbooks');
});

/** @param {string} selector @param {(values: Record<string, any>, form: HTMLFormElement) => Promise<string | void>} send */
function when(selector, send) {
  const form = one(selector);
  if (form) sends(form, send);
}
