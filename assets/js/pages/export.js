//  The export page: says beforehand how many contacts the file will hold.

import { get } from '../api.js';
import { one, settle } from '../dom.js';
import { number, t } from '../words.js';

const form = one('[data-export]');
const state = one('[data-form-state]', form);

const count = settle(async () => {
  const { logbook = '', q = '', from = '', to = '' } = Object.fromEntries(new FormData(form));
  const filter = [q, from && `from:${from}`, to && `to:${to}`].filter(Boolean).join(' ');
  try {
    const { total, total_exact: exact } = await get('/logbook/qsos', { query: { logbook, q: filter, limit: 1, offset: 0 } });
    state.className = 'state';
    state.textContent = t('js.export.count', { n: exact === false ? `${number(total)}+` : total });
  } catch (error) {
    state.className = 'state bad';
    state.textContent = /** @type {Error} */ (error).message;
  }
}, 300);

form.addEventListener('input', count);
// Empty fields would only clutter the address.
form.addEventListener('formdata', (/** @type {FormDataEvent} */ event) => {
  for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name);
});
count();
