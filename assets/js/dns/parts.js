//  Parts of a page made by the server, fetched anew and put in the place of the old ones.
//
//  A part is an element with `data-part`. What somebody types elsewhere on the page stays as it is; focus that was
//  inside a part goes to the same place in the new one, where there is one.

import { all, one } from '../dom.js';
import { titleTimes } from '../utc.js';

/**
 * Fetches a page and shows these parts of it.
 * @param {string} address
 * @param {string[]} parts
 * @returns {Promise<Document | null>} the page, or null where something else answered
 */
export async function refresh(address, parts) {
  const response = await fetch(address, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (!page.querySelector('main[data-dns], main.dnslist')) {
    // Something else answered: the sign-in page, or a fault.
    location.assign(response.redirected ? response.url : location.pathname);
    return null;
  }
  document.body.dataset.csrf = page.body.dataset.csrf ?? '';
  for (const name of parts) swap(name, page);
  return page;
}

/** @param {string} name @param {Document} page */
function swap(name, page) {
  const old = one(`[data-part="${name}"]`);
  const fresh = one(`[data-part="${name}"]`, page);
  if (!old || !fresh) return;
  const within = old.contains(document.activeElement) ? place(document.activeElement) : '';
  // The element stays, so that a live region is one before its words come.
  old.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  for (const [key, value] of Object.entries(fresh.dataset)) old.dataset[key] = String(value);
  titleTimes(old);
  if (within) one(within, old)?.focus({ preventScroll: true });
}

/** A selector by which the same control is found again. @param {any} element */
function place(element) {
  const row = element.closest('[data-id], [data-version], [data-token-id]');
  const own = element.id ? `#${CSS.escape(element.id)}` : element.getAttribute('aria-label') ? `[aria-label="${CSS.escape(element.getAttribute('aria-label'))}"]` : '';
  if (!row || !own) return own;
  const key = ['id', 'version', 'tokenId'].find((name) => row.dataset[name]) ?? 'id';
  const attribute = { id: 'data-id', version: 'data-version', tokenId: 'data-token-id' }[key];
  return `[${attribute}="${CSS.escape(row.dataset[key] ?? '')}"] ${own}`;
}

/** Marks what is new for a moment. @param {Element | null | undefined} element */
export function flash(element) {
  element?.classList.add('fresh');
  setTimeout(() => element?.classList.remove('fresh'), 1500);
}

/** Copies what the button names, and says so. @param {(text: string) => void} say @param {string} done */
export function copies(say, done) {
  document.addEventListener('click', async (event) => {
    const button = /** @type {any} */ (/** @type {HTMLElement} */ (event.target).closest('[data-copy]'));
    if (!button) return;
    const from = one(`#${CSS.escape(button.dataset.copy)}`);
    try {
      await navigator.clipboard.writeText(from.textContent);
      say(done);
    } catch {
      // Without permission the text is selected, ready for the keyboard.
      getSelection()?.selectAllChildren(from);
    }
  });
}

/** Ages go on counting. @param {(iso: string) => string} age */
export function countAges(age) {
  setInterval(() => {
    for (const element of all('[data-ago]')) element.textContent = age(element.dataset.ago);
  }, 10_000);
}
