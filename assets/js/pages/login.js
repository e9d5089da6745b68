//  Signing in without leaving the page on a mistake; the passkey after the password, where the account wants one.

import { post } from '../api.js';
import { one } from '../dom.js';
import { clearErrors, sends, showErrors } from '../forms.js';
import { finishSignIn, signIn, usable } from '../passkey.js';
import { t } from '../words.js';

const form = one('[data-login]');

sends(form, async ({ call, password, remember, next }) => {
  const entered = await post('/session', { call, password, remember: remember === 'true' }, { stay: true });
  if (entered.next === 'passkey') {
    showSecond(entered);
    return '';
  }
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

const second = one('[data-second]');
if (second.dataset.options) showSecond({ token: second.dataset.token, options: JSON.parse(second.dataset.options) });

/**
 * Asks for the passkey at once, and again by the button; the server takes one answer.
 * @param {{ token: string, options: any }} step
 */
function showSecond(step) {
  one('[data-password-step]').hidden = true;
  second.hidden = false;
  const go = one('[data-second-go]', second);
  if (!usable()) {
    go.hidden = true;
    showErrors(second, new Error(t('js.settings.passkey_cannot')));
    return;
  }
  const attempt = async () => {
    clearErrors(second);
    go.disabled = true;
    try {
      await finishSignIn(step);
      goOn(form.elements.next.value);
    } catch (error) {
      // A dialog that was closed used nothing up.
      const closed = /** @type {any} */ (error).name === 'NotAllowedError';
      if (!closed) showErrors(second, new Error(t('js.login.second_burnt')));
      go.hidden = !closed;
      go.disabled = false;
    }
  };
  go.addEventListener('click', attempt);
  go.focus();
  attempt();
}

/** Only a path of this very site is gone to. @param {string} next */
function goOn(next) {
  const target = new URL(next || '/', location.origin);
  location.assign(target.origin === location.origin ? target.href : '/');
}
