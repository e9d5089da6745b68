//  The report of one import: follows it while it runs, takes it back on request.

import { get } from '../api.js';
import { one } from '../dom.js';
import { takeBack } from '../log/undo_import.js';
import { number, t } from '../words.js';
import { bus } from '../ws.js';

const ASK_MS = 2000;
const report = one('[data-report]');
const { report: job = '', state = '' } = report?.dataset ?? {};

const form = one('form', report);
form?.addEventListener('submit', async (/** @type {Event} */ event) => {
  event.preventDefault();
  if (await takeBack(job, one('[data-undo]', form))) setTimeout(() => location.reload(), 1500);
});

if (state === 'running' || state === 'queued') follow();

/** Counts along; the finished report comes from the server whole. */
function follow() {
  const bar = one('progress', report);
  const show = (/** @type {any} */ news) => {
    if (news.state !== 'running' && news.state !== 'queued') {
      location.reload();
      return;
    }
    const { done = 0, total = 0, result = {} } = news;
    if (total) Object.assign(bar, { max: total, value: done });
    one('[data-report-line]', report).textContent = t('js.upload.records', { done, total });
    for (const name of ['added', 'merged', 'duplicates', 'rejected']) {
      if (result[name] !== undefined) one(`[data-stat=${name}]`, report).textContent = number(result[name]);
    }
  };
  const look = () => get(`/jobs/${encodeURIComponent(job)}`).then(show, () => {});
  bus().subscribe('jobs', ({ payload }) => { if (payload?.id === job) show(payload); });
  setInterval(look, ASK_MS);
}
