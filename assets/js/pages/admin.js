//  The administrator's pages: users, jobs, log, backups.

import { patch, post } from '../api.js';
import { all, one } from '../dom.js';
import { sends } from '../forms.js';
import { askValue, showSecret } from '../sb-dialog.js';
import { toast } from '../sb-toast.js';
import { number, t } from '../words.js';
import { bus } from '../ws.js';

const add = one('[data-add-user]');
if (add) {
  sends(add, async ({ call, name, password, role }) => {
    await post('/users', { call, name, password, role });
    location.reload();
  });
}

for (const row of all('[data-user]')) {
  const path = `/users/${encodeURIComponent(row.dataset.user)}`;
  const form = one('form', row);
  form?.addEventListener('submit', async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const act = /** @type {HTMLButtonElement} */ (event.submitter).value;
    try {
      if (act === 'recovery') {
        const { url } = await post(`${path}/recovery`, {});
        await showSecret(t('js.admin.recovery', { call: row.dataset.call }), t('js.admin.recovery_once'), url);
        return;
      }
      if (act === 'look_in') {
        await post(`${path}/session`);
        location.assign('/');
        return;
      }
      await patch(path, { disabled: act === 'disable' });
      location.reload();
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  });
  one('[data-reset]', row)?.addEventListener('click', () => askValue(t('js.admin.reset', { call: row.dataset.call }), {
    label: t('js.admin.password'), hint: t('js.admin.password_hint'), type: 'password', action: t('js.admin.set'),
    attributes: { autocomplete: 'new-password', minlength: 15 },
    send: async (password) => {
      await patch(path, { password });
      toast(t('js.admin.was_set', { call: row.dataset.call }));
    },
  }));
}

for (const row of all('[data-job]')) {
  one('form', row)?.addEventListener('submit', async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const act = /** @type {HTMLButtonElement} */ (event.submitter).value;
    try {
      await post(`/jobs/${encodeURIComponent(row.dataset.job)}/${act}`);
      location.reload();
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  });
}
if (one('[data-jobs]')) followJobs();

const backup = one('[data-backup]');
if (backup) {
  sends(backup, async () => {
    const { job } = await post('/admin/backup');
    bus().subscribe('jobs', ({ payload }) => {
      if (payload?.id === job && !['queued', 'running'].includes(payload.state)) location.reload();
    });
    return t('js.admin.backing');
  });
}

one('[data-log-errors]')?.addEventListener('change', (/** @type {any} */ event) => {
  one('main').classList.toggle('hide-calm', event.target.checked);
});

/** Jobs count along; one that begins or ends brings the list anew. */
function followJobs() {
  bus().subscribe('jobs', ({ payload }) => {
    if (!payload?.id) return;
    const row = one(`[data-job="${CSS.escape(payload.id)}"]`);
    if (!row || (payload.state && payload.state !== 'running')) {
      setTimeout(() => location.reload(), 500);
      return;
    }
    row.children[4].textContent = payload.total ? `${number(payload.done)} / ${number(payload.total)}` : number(payload.done ?? 0);
  });
}
