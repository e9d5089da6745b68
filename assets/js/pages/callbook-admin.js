//  The administrator's registers: imports at work count along; one that ends brings the page anew.

import { get } from '../api.js';
import { all, one } from '../dom.js';
import { t } from '../words.js';
import { bus } from '../ws.js';

/** Progress also comes live; asking makes up for messages lost, milliseconds. */
const ASK_MS = 3000;
/** Jobs that change a register. */
const KINDS = ['callbook.fetch', 'callbook.import'];
/** A job that has ended has written what the page shows, milliseconds. */
const REST_MS = 500;

for (const register of all('[data-job]')) follow(register, register.dataset.job);

// One that begins by itself shows when the page is loaded again, and is worth it.
bus().subscribe('jobs', ({ payload }) => {
  if (KINDS.includes(payload?.kind) && payload.state === 'running' && !one(`[data-job="${CSS.escape(payload.id)}"]`) && !isBusy()) location.reload();
});

/** @param {HTMLElement} register @param {string} job */
function follow(register, job) {
  const bar = one('progress', register);
  const line = one('[data-progress]', register);
  const hear = (/** @type {any} */ news) => {
    if (news.state && news.state !== 'running' && news.state !== 'queued') {
      if (!isBusy()) setTimeout(() => location.reload(), REST_MS);
      return;
    }
    const { done = 0, total = 0 } = news;
    if (total) Object.assign(bar, { max: total, value: done });
    line.textContent = total ? t('js.callbook.progress', { done, total }) : t('js.callbook.reading', { done });
  };
  bus().subscribe('jobs', ({ payload }) => { if (payload?.id === job) hear(payload); });
  setInterval(() => get(`/jobs/${encodeURIComponent(job)}`).then(hear, () => {}), ASK_MS);
}

/** Whether somebody is in the middle of a form, which loading the page again would empty. */
function isBusy() {
  return all('form input:not([type=hidden])').some((input) => (input.type === 'checkbox' ? input.checked !== input.defaultChecked : input.value !== input.defaultValue));
}
