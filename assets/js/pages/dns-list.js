//  Names and zones: members' names are found while one types.

import { refresh } from '../dns/parts.js';
import { one, settle } from '../dom.js';
import { onKey } from '../keys.js';
import { t } from '../words.js';

const form = one('[data-find]');

if (form) {
  const find = async () => {
    const asked = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    await refresh(`/dns?${asked}`, ['names', 'count']);
    history.replaceState(null, '', `/dns?${asked}`);
  };
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    find();
  });
  form.addEventListener('input', settle(find, 200));
  onKey('/', t('js.dns.filter'), () => one('#names-q').focus());
}
