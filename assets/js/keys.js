//  The keys that work on every page, and the dialog that lists them.
//
//  A key is never taken from a field one types in, and never with Ctrl, Alt or Meta.
//  Pages add their own with `onKey`; what they add is listed too.

import { h } from './dom.js';
import { openDialog } from './sb-dialog.js';
import { t } from './words.js';

/** Letter after `g`, and the page it leads to. @type {Record<string, string>} */
const PLACES = { h: '/', r: '/shack', d: '/dx', c: '/callbook', l: '/logbook', n: '/logbook/new', i: '/import', e: '/export', b: '/logbooks', z: '/dns', s: '/settings', a: '/admin' };
const WAIT_MS = 1500;
/** Long enough ago that nobody waits any more; a page's clock begins at 0. */
const NEVER = -WAIT_MS;

/** @type {Map<string, { label: string, run: (event: KeyboardEvent) => void }>} */
const keys = new Map();
let going = NEVER;

/**
 * Gives a key a meaning on this page.
 * @param {string} key as in `KeyboardEvent.key`
 * @param {string} label what it does
 * @param {(event: KeyboardEvent) => void} run
 */
export function onKey(key, label, run) {
  keys.set(key, { label, run });
}

/** Whether keys typed here are meant as text. @param {EventTarget | null} target */
export function isTyping(target) {
  const element = /** @type {HTMLElement | null} */ (target);
  if (!element?.closest) return false;
  if (element.isContentEditable) return true;
  const field = element.closest('input, select, textarea');
  return Boolean(field) && !['checkbox', 'radio', 'button', 'range'].includes(/** @type {any} */ (field).type);
}

/** Listens for keys; called once, by the frame. */
export function startKeys() {
  onKey('?', t('js.keys.help'), showKeys);
  if (!keys.has('/')) onKey('/', t('js.keys.find'), find);
  if (!keys.has('n')) onKey('n', t('js.keys.new'), () => location.assign('/logbook/new'));
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Escape') {
      for (const menu of document.querySelectorAll('details.menu[open]')) menu.removeAttribute('open');
    }
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    if (performance.now() - going < WAIT_MS && PLACES[event.key] && allowed(event.key)) {
      going = NEVER;
      event.preventDefault();
      location.assign(PLACES[event.key]);
      return;
    }
    going = NEVER;
    if (event.key === 'g') {
      going = performance.now();
      return;
    }
    const known = keys.get(event.key);
    if (!known) return;
    event.preventDefault();
    known.run(event);
  });
}

/** To the box in the bar; where there is no room for it, to the callbook's. */
function find() {
  const box = document.getElementById('find');
  if (box?.checkVisibility()) box.focus();
  else location.assign('/callbook?focus=1');
}

/** Lists the keys. */
export function showKeys() {
  const rows = [...keys].map(([key, { label }]) => [[key], label]);
  const places = /** @type {[string, string][]} */ (Object.entries(PLACES).filter(([letter]) => allowed(letter)));
  openDialog(t('js.keys.title'), [h('div', { class: 'keys' },
    ...[...rows, ...places.map(([letter]) => [['g', letter], t(`js.keys.go_${letter}`)]),
      [['Esc'], t('js.keys.escape')], [['↑', '↓'], t('js.keys.move')], [['Enter'], t('js.keys.open')],
      [[t('js.keys.space_key')], t('js.keys.space')],
    ].flatMap(([combination, label]) => [
      h('span', {}, /** @type {string[]} */ (combination).flatMap((key, n) => [n ? ' ' : '', h('kbd', {}, key)])),
      h('span', {}, /** @type {string} */ (label)),
    ]))]);
}

/** @param {string} letter */
function allowed(letter) {
  // What the bar leads to, the keys lead to.
  if (letter === 'z') return Boolean(document.querySelector('.bar a[href="/dns"]'));
  return letter !== 'a' || document.body.dataset.role === 'administrator';
}
