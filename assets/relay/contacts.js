//  Contacts on their way to Shackbox.

import { h } from './dom.js';
import { ask } from './api.js';
import { chip, el, keep, runs } from './parts.js';
import { number, ofContact, ofContacts, stamp } from './words.js';

/** @type {() => void} */
let changed = () => {};
/** @type {any} */
let sums = null;

/** @param {string} words @param {string} label @param {() => Promise<any>} work */
function button(words, label, work) {
  const made = h('button', { class: 'button', type: 'button', 'aria-label': label }, words);
  runs(made, async () => {
    try { await work(); } finally { await load(); changed(); }
  });
  return made;
}

/** Giving up cannot be taken back: asked once more. @param {any} row */
function giveUp(row) {
  const made = h('button', { class: 'button', type: 'button', 'aria-label': `Give up: ${row.call}` }, 'Give up');
  let sure = false;
  runs(made, async () => {
    if (!sure) {
      sure = true;
      made.textContent = 'Give up for good';
      made.setAttribute('aria-label', `Give up for good: ${row.call}`);
      made.classList.add('danger');
      return;
    }
    try { await ask('DELETE', `/api/contacts/${row.number}`); } finally { await load(); changed(); }
  });
  return made;
}

/** @param {any} row */
function line(row) {
  const { kind, text } = ofContact(row);
  const glyph = { good: '✓ ', warn: '△ ', bad: '✕ ', '': '' }[kind];
  const open = !['done', 'deleted'].includes(row.state);
  return h('tr', {},
    h('td', { class: 'nowrap' }, h('time', { datetime: row.start, title: new Date(row.start).toLocaleString() }, stamp(row.start))),
    h('td', { class: 'call' }, row.call), h('td', {}, row.band), h('td', {}, row.mode),
    h('td', {}, h('span', { class: `nowrap ${kind}` }, `${glyph}${text}`), row.error ? h('p', { class: 'reason' }, row.error) : null),
    h('td', { class: 'whole' }, open ? h('div', { class: 'row-actions' },
      ['failed', 'retrying'].includes(row.state) ? button('Try again', `Try again: ${row.call}`, () => ask('POST', `/api/contacts/${row.number}/retry`)) : null,
      giveUp(row)) : null));
}

/** @param {any[]} rows */
function list(rows) {
  if (rows.length === 0) {
    return [h('div', { class: 'empty' }, h('p', {}, el('contacts-all').checked
      ? 'No contact has come from a program yet.'
      : 'No contact waits. What programs log goes to Shackbox at once, and waits here when it cannot.'))];
  }
  const heads = ['Time', 'Call', 'Band', 'Mode', 'State'].map((name) => h('th', { scope: 'col' }, name));
  const table = h('table', { class: 'plain folds' }, h('thead', {}, h('tr', {}, heads, h('th', { scope: 'col' }, h('span', { class: 'visually-hidden' }, 'What to do')))), h('tbody', {}, rows.map(line)));
  const again = rows.filter(({ state }) => state === 'failed').length;
  return [
    h('div', { class: 'scroll-x', tabindex: '0', role: 'group', 'aria-labelledby': 'contacts-h' }, table),
    again > 1 ? h('p', { class: 'under' }, button(`Try all ${again} again`, `Try all ${again} again, of the refused contacts`, () => ask('POST', '/api/contacts/retry'))) : null,
  ];
}

/** Asks for the list. */
export async function load() {
  try {
    const { items, sums: counted } = await ask('GET', `/api/contacts${el('contacts-all').checked ? '?all=true' : ''}`);
    keep(el('contacts-list'), [items, el('contacts-all').checked], () => {
      const nodes = list(items);
      const left = counted.pending + counted.failed - items.length;
      return left > 0 && !el('contacts-all').checked ? [...nodes, h('p', { class: 'under muted small' }, `${number(left, 'more contact')} after these.`)] : nodes;
    });
  } catch { /* the page says that the relay is away */ }
}

/** @param {any} setup */
export function render(setup) {
  const standing = ofContacts(setup.queue, setup.settings);
  chip('contacts-state', standing);
  el('now-contacts').className = `state ${standing.kind}`;
  el('now-contacts').textContent = standing.text;
  el('now-contacts-more').textContent = standing.more ?? '';
  const text = JSON.stringify([setup.queue, setup.programs.counts.contacts]);
  // A list with something in it moves by itself: times of tries, reasons.
  if (text !== sums || setup.queue.pending + setup.queue.failed > 0) load();
  sums = text;
}

/** @param {() => void} tell called when something was changed here */
export function start(tell) {
  changed = tell;
  el('contacts-all').addEventListener('change', load);
}
