//  Signing in without leaving the page on a mistake.

import { post } from '../api.js';
import { one } from '../dom.js';
import { sends, showErrors } from '../forms.js';
import { signIn, usable } from '../passkey.js';
import { t } from '../words.js';

const form = one('[data-login]');

sends(form, async ({ call, password, remember, next }) => {
  await post('/session', { call, password, remember: remember === 'true' }, { stay: true });
  goOn(next);
  return t('js.login.done');
});

const passkey = one('[data-passkey]', form);
if (passkey && usable()) {
  passkey.hidden = false;
  passkey.addEventListener('click', async () => {
    const { remember, next } = Object.fromEntries(new FormData(form));
    try {
      await signIn(remember === 'true');
      goOn(String(next));
    } catch (error) {
      // Whoever closes the browser's dialog knows that nothing came of it.
      if (/** @type {any} */ (error).name !== 'NotAllowedError') showErrors(form, error);
    }
  });
}

/** Only a path of this very site is gone to. @param {string} next */
function goOn(next) {
  const target = new URL(next || '/', location.origin);
  location.assign(target.origin === location.origin ? target.href : '/');
}
