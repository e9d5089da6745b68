//  Asking for the password again, where the server wants it before secrets are changed.

import { post } from './api.js';
import { confirm as confirmByPasskey, usable } from './passkey.js';
import { askValue } from './sb-dialog.js';
import { t } from './words.js';

/** The question on show; a second request that needs it waits for the same answer. @type {Promise<boolean> | null} */
let asking = null;

/**
 * Asks for the password.
 * @returns {Promise<boolean>} whether it was given and was right
 */
export function confirmPassword() {
  asking ??= askValue(t('js.confirm.title'), {
    label: t('js.confirm.label'),
    hint: t('js.confirm.hint'),
    type: 'password',
    action: t('js.confirm.go'),
    attributes: { autocomplete: 'current-password' },
    send: (password) => post('/session/confirm', { password }, { stay: true }),
    other: usable() ? { action: t('js.confirm.passkey'), send: confirmByPasskey } : undefined,
  }).finally(() => { asking = null; });
  return asking;
}
