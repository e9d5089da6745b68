//  Settings: each part saves on its own; looks are shown as they are chosen.

import { del, patch, post, put } from '../api.js';
import { all, h, one } from '../dom.js';
import { sends } from '../forms.js';
import { show } from '../looks.js';
import { register, usable } from '../passkey.js';
import { askValue, showSecret } from '../sb-dialog.js';
import { toast } from '../sb-toast.js';
import { timeElement } from '../utc.js';
import { t } from '../words.js';

sends(one('[data-patch=account]'), async ({ name, grid }) => {
  await patch('/account', { name, grid });
});

const looks = one('[data-patch=appearance]');
sends(looks, async ({ theme, density, units }) => {
  await patch('/account', { theme, density, units });
});
looks.addEventListener('change', (/** @type {any} */ event) => show({ [event.target.name]: event.target.value }));

sends(one('[data-password]'), async ({ current, new: fresh }, form) => {
  await post('/account/password', { current, new: fresh });
  form.reset();
  return t('js.settings.changed');
});

for (const form of all('[data-end-session]')) {
  away(form, () => del(`/sessions/${encodeURIComponent(form.dataset.endSession)}`), t('js.settings.ended'));
}
for (const form of all('[data-revoke]')) revocable(form, form.dataset.revoke);

sends(one('[data-email]'), async ({ email }, form) => {
  await post('/account/email', { email });
  form.reset();
  return t('js.settings.mail_sent');
});

sends(one('[data-secret]'), async () => {
  const { secret } = await post('/account/secret', {});
  await showSecret(t('js.settings.secret'), t('js.settings.secret_once'), secret);
  location.hash = '#signing';
  location.reload();
  return t('js.settings.secret_made');
});

for (const form of all('[data-forget]')) {
  away(form, () => del(`/passkeys/${encodeURIComponent(form.dataset.forget)}`), t('js.settings.passkey_gone'));
}
for (const form of all('[data-rename]')) {
  form.addEventListener('submit', async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await patch(`/passkeys/${encodeURIComponent(form.dataset.rename)}`, { name: one('[name=passkey_name]', form).value });
      toast(t('js.settings.renamed'));
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  });
}

one('[data-make-passkey]')?.addEventListener('click', async (/** @type {any} */ event) => {
  const place = event.target.closest('.form');
  if (!usable()) {
    one('[data-form-state]', place).textContent = t('js.settings.passkey_cannot');
    return;
  }
  const made = await askValue(t('js.settings.passkey_title'), {
    label: t('js.settings.passkey_name'),
    hint: t('js.settings.passkey_hint'),
    action: t('js.settings.passkey_make'),
    attributes: { maxlength: 60, autocomplete: 'off' },
    send: async (name) => { await register(name); },
  });
  if (made) location.reload();
});

sends(one('[data-demand]'), async ({ required, second_password: password }) => {
  await put('/account/second-factor', { required: required === 'true', password });
  location.hash = '#passkeys';
  location.reload();
  return t('js.settings.second_saved');
});

sends(one('[data-key]'), async ({ key_name: name, scopes = [] }, form) => {
  const key = await post('/apikeys', { name, scopes: [scopes].flat() });
  await showSecret(t('js.settings.key', { name }), t('js.settings.key_once'), key.key);
  addKey({ id: key.id, name, scopes: key.scopes ?? [scopes].flat() });
  form.reset();
  return t('js.settings.key_made');
});

/** @param {{ id: string, name: string, scopes: string[] }} key */
function addKey({ id, name, scopes }) {
  const form = h('form', {}, h('button', { class: 'button' }, t('js.settings.revoke')));
  const table = one('[data-keys]');
  table.hidden = false;
  one('tbody', table).append(h('tr', {}, h('td', {}, name), h('td', {}, h('code', {}, scopes.join(' '))),
    h('td', { class: 'nowrap' }, timeElement(new Date())), h('td', { class: 'muted' }, t('js.settings.never')), h('td', { class: 'num' }, form)));
  revocable(form, id);
}

/** @param {HTMLFormElement} form @param {string} id */
function revocable(form, id) {
  away(form, () => del(`/apikeys/${encodeURIComponent(id)}`), t('js.settings.revoked'));
}

/** A row's one button: what it does takes the row away. @param {HTMLFormElement} form @param {() => Promise<any>} act @param {string} words */
function away(form, act, words) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await act();
      form.closest('tr')?.remove();
      toast(words);
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  });
}
