//  Pages of other origins: those that ask, and those that were let in.

import { h } from './dom.js';
import { ask } from './api.js';
import { el, keep, runs } from './parts.js';
import { hostOf, stamp } from './words.js';

const SCOPES = { rig: 'tune', tx: 'transmit' };

/** @param {string[]} scopes */
function may(scopes) { return scopes.map((one) => SCOPES[/** @type {keyof typeof SCOPES} */ (one)] ?? one).join(' and '); }

/** @param {any} one */
function who(one) { return one.origin ? hostOf(one.origin) : one.name || 'A program'; }

/** @param {string} code */
function spaced(code) { return `${code.slice(0, 3)} ${code.slice(3)}`; }

/** @param {any} one */
function request(one) {
  const decide = (/** @type {string} */ words, /** @type {string} */ way, /** @type {string} */ kind) => {
    const made = h('button', { class: `button ${kind}`, type: 'button', 'aria-label': `${words}: ${who(one)}` }, words);
    runs(made, async () => {
      try { await ask('POST', `/api/pairings/${encodeURIComponent(one.request)}/${way}`); } finally { await load(); }
    });
    return made;
  };
  return h('div', { class: 'asks' },
    h('p', { class: 'who' }, h('strong', {}, one.origin || one.name), one.origin && one.name ? ` (${one.name})` : '', ` asks to ${may(one.scopes)} with this radio. Type the code there, or decide here. If you did not ask for it, refuse.`),
    h('span', { class: 'code', 'aria-label': `Code ${[...one.code].join(' ')}` }, spaced(one.code)),
    h('div', { class: 'actions' }, decide('Allow', 'allow', 'primary'), decide('Refuse', 'refuse', '')));
}

/** @param {any} one */
function line(one) {
  const made = h('button', { class: 'button', type: 'button', 'aria-label': `Remove: ${who(one)}` }, 'Remove');
  let sure = false;
  runs(made, async () => {
    if (!sure) {
      sure = true;
      made.textContent = 'Remove for good';
      made.setAttribute('aria-label', `Remove for good: ${who(one)}`);
      made.classList.add('danger');
      return;
    }
    try { await ask('DELETE', `/api/pairings/${encodeURIComponent(one.id)}`); } finally { await load(); }
  });
  return h('tr', {}, h('td', { class: 'origin' }, h('strong', {}, one.origin || one.name), one.origin && one.name ? h('span', { class: 'muted small' }, ` ${one.name}`) : null),
    h('td', {}, may(one.scopes)), h('td', { class: 'muted' }, `pairing, ${stamp(one.since)}`), h('td', {}, h('div', { class: 'row-actions' }, made)));
}

/** Asks for both lists. */
export async function load() {
  let lists;
  try { lists = await ask('GET', '/api/pairings'); } catch { return; }
  const { waiting, paired, origins } = lists;
  keep(el('requests'), waiting, () => waiting.map(request));
  // Seen in another tab's strip as well: somebody waits for the code.
  document.title = waiting.length > 0 ? `${who(waiting[0])} asks · Relay` : 'Relay · Shackbox';
  keep(el('pages-list'), [paired, origins], () => {
    const fixed = origins.map((/** @type {any} */ one) => h('tr', {}, h('td', { class: 'origin' }, h('strong', {}, one.origin)), h('td', {}, 'tune'), h('td', { class: 'muted' }, one.source), h('td', {})));
    const rows = [...fixed, ...paired.map(line)];
    if (rows.length === 0) return [h('div', { class: 'empty' }, h('p', {}, 'None. A page that wants the radio asks, and its code is shown here. Shackbox itself uses the link and needs no such leave.'))];
    const heads = ['Page', 'May', 'By'].map((name) => h('th', { scope: 'col' }, name));
    return [h('table', { class: 'plain folds' }, h('thead', {}, h('tr', {}, heads, h('th', { scope: 'col' }, h('span', { class: 'visually-hidden' }, 'What to do')))), h('tbody', {}, rows))];
  });
}
