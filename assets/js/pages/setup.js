//  First run: creates the administrator and signs in.

import { post } from '../api.js';
import { one } from '../dom.js';
import { sends } from '../forms.js';
import { t } from '../words.js';

const form = one('[data-setup]');
if (form) {
  sends(form, async ({ token, call, password, name, grid }) => {
    await post('/setup', { token, call, password, name, grid }, { stay: true });
    location.assign('/');
    return t('js.setup.done');
  });
}
