//  The callbook's box: completions while one types, results without loading the page anew.
//
//  Cards are made by the server alone: a search fetches this page and takes its results out of it. Members see them
//  while they type; guests, who may ask less often, when they press Enter.

import { get } from '../api.js';
import { asideOf, recordAddress, searchAddress, worthAsking } from '../callbook/words.js';
import { one, settle } from '../dom.js';
import { onKey } from '../keys.js';
import '../sb-combo.js';
import { t } from '../words.js';

/** Typing has paused when nothing came for so long, milliseconds; guests may ask less often. */
const PAUSE = document.body.dataset.account ? 120 : 350;
const RESULTS_PAUSE = 300;
/** Characters from which results come by themselves. */
const LEAST = 3;

const form = one('[data-find]');
/** @type {AbortController | undefined} */
let completing;
/** @type {AbortController | undefined} */
let finding;

if (form) start();

function start() {
  const combo = one('sb-combo', form);
  const input = one('input', combo);
  combo.options = () => completions(input.value);
  combo.addEventListener('pick', (/** @type {CustomEvent} */ event) => location.assign(recordAddress(event.detail.value)));
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    completing?.abort();
    combo.close();
    find(searchAddress(input.value), 'asked');
  });
  if (document.body.dataset.account) {
    const soon = settle(() => {
      const text = input.value.trim();
      if (text === '' || (text.length >= LEAST && worthAsking(text))) find(searchAddress(text), 'typed');
    }, RESULTS_PAUSE);
    input.addEventListener('input', soon);
  }
  addEventListener('popstate', () => {
    input.value = new URLSearchParams(location.search).get('q') ?? '';
    find(location.pathname + location.search, '');
  });
  document.addEventListener('click', (event) => {
    const link = /** @type {any} */ (/** @type {Element} */ (event.target).closest('[data-more]'));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    more(link);
  });
  onKey('/', t('js.callbook.filter'), () => {
    input.focus();
    input.select();
  });
}

/** @param {string} text @returns {Promise<{ value: string, aside: string }[]>} */
async function completions(text) {
  completing?.abort();
  if (!worthAsking(text)) return [];
  completing = new AbortController();
  const { signal } = completing;
  await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  if (signal.aborted) return [];
  try {
    const { items = [] } = await get('/callbook/suggest', { query: { q: text.trim() }, signal, stay: true });
    return items.map((/** @type {any} */ hit) => ({ value: hit.call, aside: asideOf(hit) }));
  } catch {
    // Completions only help; the search itself says what is wrong.
    return [];
  }
}

/**
 * Shows what an address of this page finds.
 * @param {string} address
 * @param {'asked' | 'typed' | ''} keep how the address is kept for the way back
 */
async function find(address, keep) {
  finding?.abort();
  finding = new AbortController();
  const { signal } = finding;
  const results = one('[data-part=results]');
  results.setAttribute('aria-busy', 'true');
  try {
    const page = await fetched(address, signal);
    if (!page) return;
    if (keep) stay(address, keep === 'typed');
    for (const name of ['error', 'results']) {
      one(`[data-part=${name}]`).replaceChildren(...nodesOf(one(`[data-part=${name}]`, page)));
    }
    const wrong = one('[data-part=error]').textContent !== '';
    if (wrong) one('#cb-q').setAttribute('aria-invalid', 'true');
    else one('#cb-q').removeAttribute('aria-invalid');
    one('[data-news]').textContent = one('[data-told]')?.textContent ?? '';
  } catch (error) {
    if (signal.aborted) return;
    // Loading it whole says why.
    location.assign(address);
  } finally {
    if (!signal.aborted) results.removeAttribute('aria-busy');
  }
}

/**
 * Keeps an address for the way back. What was asked for stays there; what was found while typing goes with the next letter.
 * @param {string} address @param {boolean} typed
 */
function stay(address, typed) {
  const same = address === location.pathname + location.search;
  if (same && typed) return;
  const state = typed ? { typed } : null;
  if (same || history.state?.typed) history.replaceState(state, '', address);
  else history.pushState(state, '', address);
}

/** Adds the cards that follow. @param {HTMLAnchorElement} link */
async function more(link) {
  const control = new AbortController();
  const page = await fetched(link.href, control.signal).catch(() => null);
  const list = one('[data-list]', page ?? document.createElement('p'));
  if (!page || !list) {
    location.assign(link.href);
    return;
  }
  const cards = nodesOf(list);
  one('[data-list]').append(...cards);
  const next = one('[data-more]', page);
  if (next) link.setAttribute('href', next.getAttribute('href'));
  else link.closest('.more')?.remove();
  one('a', cards.find((node) => node instanceof HTMLElement))?.focus({ preventScroll: true });
}

/** This page at another address; null where something else answered. @param {string} address @param {AbortSignal} signal */
async function fetched(address, signal) {
  const response = await fetch(address, { headers: { Accept: 'text/html' }, credentials: 'same-origin', signal });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (one('main[data-callbook] [data-part=results]', page)) return page;
  location.assign(address);
  return null;
}

/** The nodes in an element, as this document's. @param {Element} element @returns {any[]} */
function nodesOf(element) {
  return [...element.childNodes].map((node) => document.adoptNode(node));
}
