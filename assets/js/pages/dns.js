//  One name: records, tokens and the question to the name server answer in place; what was changed can be taken back.
//
//  Changes go to the API, which says exactly what it did; then the parts of the page that show it are fetched anew
//  (dns/parts.js). A change made elsewhere, by a router for instance, shows within seconds.

import { ApiError, del, get, patch, post, reply } from '../api.js';
import { flash, copies, countAges, refresh } from '../dns/parts.js';
import { RecordForm } from '../dns/recordform.js';
import { matches } from '../dns/content.js';
import { all, fill, h, one } from '../dom.js';
import { clearErrors, showErrors, values } from '../forms.js';
import { onKey } from '../keys.js';
import { toast } from '../sb-toast.js';
import { age } from '../utc.js';
import { t } from '../words.js';

const main = one('[data-dns]');
const { zone, path } = main.dataset;
const api = `/dns/zones/${encodeURIComponent(zone)}`;
const SHOWN = ['status', 'records', 'history'];
const LOOK_MS = 15_000;
/** The mark of the records as they were last seen. */
let mark = '';
let busy = 0;

const news = one('[data-news]', main);
const fault = one('[data-page-error]', main);
const adding = one('form[data-record=add]', main);
/** @type {RecordForm | null} */
const add = adding && new RecordForm(adding);
/** The record that is being changed. @type {RecordForm | null} */
let editor = null;

start();

function start() {
  add?.show();
  add?.form.addEventListener('change', (/** @type {any} */ event) => { if (event.target.name === 'type') add.show(); });
  editing();
  const filter = one('[data-filter]');
  const q = one('#rec-q');
  filter.addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
  q.addEventListener('input', sift);
  q.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || !q.value) return;
    q.value = '';
    sift();
  });
  if (q.value) sift();
  onKey('/', t('js.dns.filter'), () => q.focus());
  if (adding) onKey('n', t('js.dns.add_key'), () => one('#add-name').focus());
  copies(toast, t('js.dns.copied'));
  countAges(age);
  remember();
  setInterval(look, LOOK_MS);
  document.addEventListener('visibilitychange', look);
}

main.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
  const form = /** @type {any} */ (event.target);
  const act = acts(form);
  if (!act) return;
  event.preventDefault();
  once(form, event.submitter, act);
});

main.addEventListener('click', (/** @type {MouseEvent} */ event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = /** @type {any} */ (event.target).closest('a[data-edit], a[data-leave], a[data-ask], a[data-lines], a[data-older]');
  if (!link) return;
  event.preventDefault();
  follow(link);
});

main.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  if (event.key === 'Escape' && /** @type {any} */ (event.target).closest('form[data-record=edit]')) leave();
});

/** What a form does, or nothing where the browser sends it. @param {any} form @returns {(() => Promise<void>) | null} */
function acts(form) {
  const { record, template, revoke } = form.dataset;
  if (record === 'add') return added;
  if (record === 'edit') return () => changed(form);
  if ('delete' in form.dataset) return () => deleted(form.closest('tr'));
  if ('undo' in form.dataset) return () => undo(form.elements.version.value);
  if (template) return () => filled(form, template);
  if ('tokenForm' in form.dataset) return () => tokenMade(form);
  if (revoke) return () => revoked(form, revoke);
  if ('look' in form.dataset) return () => asked(`${path}?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`);
  return null;
}

/** Does something once at a time, and says what was refused. @param {any} form @param {HTMLElement | null} button @param {() => Promise<void>} act */
async function once(form, button, act) {
  if (form.dataset.busy) return;
  form.dataset.busy = 'yes';
  busy += 1;
  button?.setAttribute('aria-disabled', 'true');
  fill(fault);
  clearErrors(form);
  try {
    await act();
  } catch (error) {
    refuse(form, error);
  } finally {
    busy -= 1;
    delete form.dataset.busy;
    button?.removeAttribute('aria-disabled');
  }
}

/** @param {any} form @param {unknown} error */
function refuse(form, error) {
  settle();
  if (form === adding) add?.refuse(error);
  else if (form.dataset.record === 'edit') editor?.refuse(error);
  else if (one('[data-form-error]', form)) showErrors(form, error);
  else fill(fault, /** @type {Error} */ (error).message);
}

async function added() {
  sending();
  const made = await post(`${api}/records`, /** @type {RecordForm} */ (add).record());
  await show(made);
  add?.clear();
  sift();
  flash(one(`tr[data-id="${made.id}"]`));
  toast(t('js.dns.added', { name: made.name, type: made.type }), made.changed ? () => undo(made.version) : undefined);
}

/** Gives a record that is being changed its fields. */
function editing() {
  const form = one('form[data-record=edit]');
  editor = form && new RecordForm(form);
  if (!editor) return;
  // What was typed without script and refused stays as it was typed.
  const plain = one('[name=content]', form);
  editor.show(plain?.value ?? form.dataset.content).then(() => one('[data-field]', form)?.focus());
}

/** @param {any} form */
async function changed(form) {
  sending();
  const { id, name } = form.dataset;
  const { type, ...record } = /** @type {RecordForm} */ (editor).record();
  const made = await patch(`${api}/records/${encodeURIComponent(id)}`, record);
  editor = null;
  await show(made);
  flash(one(`tr[data-id="${made.id}"]`));
  one(`tr[data-id="${made.id}"] [data-edit]`)?.focus();
  toast(t('js.dns.changed', { name: made.name ?? name, type }), made.changed ? () => undo(made.version) : undefined);
}

/** @param {HTMLTableRowElement} row */
async function deleted(row) {
  sending();
  const { name, type, content } = row.dataset;
  const next = /** @type {any} */ (row.nextElementSibling ?? row.previousElementSibling)?.dataset.id;
  const made = await post(`${api}/changes`, { changes: [{ action: 'take', name, type, records: [content] }] });
  await show(made);
  (one(`tr[data-id="${next}"] [data-delete] button`) ?? one('#add-name'))?.focus();
  toast(t('js.dns.deleted', { name: name ?? '', type: type ?? '' }), () => undo(made.version));
}

/** @param {string | number} version */
async function undo(version) {
  try {
    sending();
    await show(await post(`${api}/history/${version}/undo`));
    toast(t('js.dns.undone'));
  } catch (error) {
    settle();
    fill(fault, /** @type {Error} */ (error).message);
  }
}

/** @param {HTMLFormElement} form @param {string} template */
async function filled(form, template) {
  sending();
  const { grid, altitude_m: altitude, node, port, target, echolink } = values(form);
  const body = template === 'loc' ? { grid: grid || undefined, altitude_m: Number(altitude || 0) }
    : { node, target: target || undefined, port: port ? Number(port) : undefined, echolink: echolink === 'true' };
  const { changes, outcome } = await post(`${api}/templates/${template}`, { ...body, apply: true });
  await show(outcome);
  toast(t('js.dns.made', { n: changes.length }), outcome.changed ? () => undo(outcome.version) : undefined);
}

/** @param {HTMLFormElement} form */
async function tokenMade(form) {
  const { name = '', scope, label = '', lasts } = values(form);
  const { id, token } = await post(`${api}/tokens`, { name, scope, label, ...(lasts && { lasts: Number(lasts) }) });
  await refresh(`${path}?token=${encodeURIComponent(id)}`, ['tokens', 'lines']);
  one('#new-token').textContent = token;
  one('[data-made]').hidden = false;
  for (const place of all('[data-token]')) place.textContent = token;
  form.reset();
  one('[data-made]').scrollIntoView({ block: 'nearest' });
  one('#new-token').focus();
  news.textContent = t('js.dns.token_made');
}

/** @param {HTMLFormElement} form @param {string} id */
async function revoked(form, id) {
  await del(`/dns/tokens/${encodeURIComponent(id)}`);
  one('[data-made]').hidden = true;
  one('#new-token').textContent = '';
  await refresh(path, ['tokens', 'lines']);
  one('#token-name').focus();
  toast(t('js.dns.revoked'));
}

/** Asks the name server. @param {string} address */
async function asked(address) {
  const page = await refresh(address, ['look-error', 'answer']);
  const form = one('[data-look]');
  const fresh = page && one('[data-look]', page);
  if (!fresh) return;
  form.elements.look.value = fresh.elements.look.value;
  if (![...form.elements.type.options].some((option) => option.value === fresh.elements.type.value)) {
    form.elements.type.append(h('option', {}, fresh.elements.type.value));
  }
  form.elements.type.value = fresh.elements.type.value;
}

/** A link that changes a part of the page. @param {any} link */
async function follow(link) {
  const { dataset, href } = link;
  try {
    if ('edit' in dataset) {
      await refresh(href, ['records']);
      sift();
      editing();
    } else if ('leave' in dataset) {
      await leave();
    } else if ('ask' in dataset) {
      await asked(href);
      one('#look').scrollIntoView({ block: 'nearest' });
      flash(one('#look'));
    } else if ('lines' in dataset) {
      await refresh(href, ['tokens', 'lines']);
    } else {
      await refresh(href, ['history']);
    }
  } catch {
    location.assign(href);
  }
}

/** Puts a record that is being changed back as it was. */
async function leave() {
  const id = editor?.form.dataset.id;
  editor = null;
  await refresh(path, ['records']);
  sift();
  one(`tr[data-id="${id}"] [data-edit]`)?.focus();
}

/** Shows the page after a change, and says when it is answered. @param {{ state: string, serial: number }} outcome */
async function show(outcome) {
  await refresh(path, SHOWN);
  sift();
  news.textContent = outcome.state === 'live' ? t('js.dns.live', { serial: String(outcome.serial) }) : t('js.dns.pending');
  await remember();
  if (outcome.state !== 'live') wait();
}

/** Looks until what is stored is answered. */
async function wait() {
  for (let turn = 0; turn < 60; turn += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    const now = await get(api, { stay: true }).catch(() => ({ pending: true }));
    if (now.pending) continue;
    await refresh(path, ['status']);
    news.textContent = t('js.dns.live', { serial: String(now.serial) });
    return;
  }
}

/** The state of a change that is under way. */
function sending() {
  const chip = one('[data-part=status] .chip');
  if (!chip) return;
  chip.className = 'chip warn';
  chip.textContent = `△ ${t('js.dns.sending')}`;
}

/** Nothing was changed after all. */
function settle() {
  refresh(path, ['status']).catch(() => {});
}

/** Shows the rows that the search wants. */
function sift() {
  const q = one('#rec-q').value.trim();
  const rows = all('[data-part=records] tbody tr');
  let count = 0;
  for (const row of rows) {
    const { name = '', type = '', content = '' } = row.dataset;
    row.hidden = !row.classList.contains('editing') && !matches(`${name} ${type} ${content} ${row.querySelector('.told')?.textContent ?? ''}`, q);
    if (!row.hidden) count += 1;
  }
  one('[data-count]').textContent = q ? t('js.dns.found', { n: count, all: rows.length }) : t('js.dns.all', { n: rows.length });
}

/** Keeps the mark of the records as they are shown. */
async function remember() {
  try {
    const { headers } = await reply('GET', api, { stay: true });
    mark = headers.get('ETag') ?? '';
  } catch {
    mark = '';
  }
}

/** Whether somebody else changed something: another window, a router. */
async function look() {
  if (document.hidden || busy || editor || !mark) return;
  try {
    const { headers } = await reply('GET', api, { stay: true });
    const now = headers.get('ETag') ?? '';
    if (now === mark || busy || editor) return;
    mark = now;
    await refresh(path, [...SHOWN, 'tokens']);
    sift();
    news.textContent = t('js.dns.elsewhere');
  } catch (error) {
    // The next look may reach it.
    if (error instanceof ApiError && error.status === 404) location.assign('/dns');
  }
}
