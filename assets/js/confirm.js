//  Asking for the password again, where the server wants it before secrets are changed.

import { post } from './api.js';
import { confirm as confirmByPasskey, usable } from './passkey.js';
import { h } from './dom.js';
import { askValue, openDialog } from './sb-dialog.js';
import { t } from './words.js';

/** The question on show; a second request that needs it waits for the same answer. @type {Promise<boolean> | null} */
let asking = null;

/**
 * Asks for the password, or for the passkey where the account wants that.
 * @returns {Promise<boolean>} whether it was given and was right
 */
export function confirmPassword() {
  asking ??= ('wantsPasskey' in document.body.dataset ? askPasskey() : askPassword()).finally(() => { asking = null; });
  return asking;
}

/** @returns {Promise<boolean>} */
function askPassword() {
  return askValue(t('js.confirm.title'), {
    label: t('js.confirm.label'),
    hint: t('js.confirm.hint'),
    type: 'password',
    action: t('js.confirm.go'),
    attributes: { autocomplete: 'current-password' },
    send: (password) => post('/session/confirm', { password }, { stay: true }),
    other: usable() ? { action: t('js.confirm.passkey'), send: confirmByPasskey } : undefined,
  });
}

/** @returns {Promise<boolean>} */
function askPasskey() {
  let shown = false;
  const error = h('p', { class: 'error', role: 'alert' }, usable() ? '' : t('js.settings.passkey_cannot'));
  const go = h('button', { type: 'button', class: 'button primary', disabled: !usable() }, t('js.confirm.passkey'));
  const dialog = openDialog(t('js.confirm.second_title'), [h('p', {}, t('js.confirm.second_hint')), error], { actions: [go] });
  go.addEventListener('click', async () => {
    go.disabled = true;
    try {
      await confirmByPasskey();
      shown = true;
      dialog.close();
    } catch (refused) {
      error.textContent = /** @type {Error} */ (refused).message;
    } finally {
      go.disabled = false;
    }
  });
  go.focus();
  return new Promise((resolve) => { dialog.addEventListener('close', () => resolve(shown)); });
}
