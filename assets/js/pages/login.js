//  Signing in without leaving the page on a mistake.

import { post } from '../api.js';
import { one } from '../dom.js';
import { sends } from '../forms.js';
import { t } from '../words.js';

sends(one('[data-login]'), async ({ call, password, remember, next }) => {
  await post('/session', { call, password, remember: remember === 'true' }, { stay: true });
  // Only a path of this very site is gone to.
  const target = new URL(next || '/', location.origin);
  location.assign(target.origin === location.origin ? target.href : '/');
  return t('js.login.done');
});
