//  Proving one's call: forms answer in place, remaining time counts down, and what happens elsewhere shows by itself.
//
//  The page is made by the server alone; here its main part is fetched and put in the place of the old one.

import { get } from '../api.js';
import { all, one } from '../dom.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';

/** How often a code or token under way is looked after. */
const LOOK = 5000;

document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.swap === undefined) return;
  event.preventDefault();
  send(form, /** @type {SubmitEvent} */ (event).submitter);
});

document.addEventListener('click', async (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest('[data-copy]');
  if (!button) return;
  const place = one(`#${/** @type {any} */ (button).dataset.copy}`);
  try {
    await navigator.clipboard.writeText(place.textContent);
    toast(t('js.verify.copied'));
  } catch {
    getSelection()?.selectAllChildren(place);
  }
});

setInterval(count, 1000);
setInterval(look, LOOK);
count();

/** Sends a form as the browser would, and shows the page that answers. @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function send(form, button) {
  if (form.dataset.busy) return;
  form.dataset.busy = 'yes';
  button?.setAttribute('aria-disabled', 'true');
  const state = one('[data-form-state]', form);
  if (state) state.textContent = t('js.verify.asking');
  try {
    const typed = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    const posts = form.method === 'post';
    const address = posts ? form.action : `${form.action}?${typed}`;
    const response = await fetch(address, {
      method: form.method,
      body: posts ? typed : undefined,
      headers: { Accept: 'text/html' },
      credentials: 'same-origin',
    });
    await show(response, true);
    if (!posts) history.replaceState(null, '', response.url);
  } catch {
    toast(t('js.api.offline'));
  } finally {
    delete form.dataset.busy;
    button?.removeAttribute('aria-disabled');
    if (state) state.textContent = '';
  }
}

/** Puts a fetched page in the place of this one. @param {Response} response @param {boolean} moved */
async function show(response, moved) {
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const fresh = one('[data-verify]', page);
  if (!fresh) {
    // Something else answered: the sign-in page, or a fault.
    location.assign(response.redirected ? response.url : '/verify');
    return;
  }
  document.body.dataset.csrf = page.body.dataset.csrf ?? '';
  for (const old of all('body > .notice[role=status]')) old.remove();
  const main = one('[data-verify]');
  const notice = one('body > .notice[role=status]', page);
  if (notice) main.before(document.adoptNode(notice));
  main.replaceWith(document.adoptNode(fresh));
  count();
  if (moved) place();
}

/** Focus goes to what is wrong, else to the code that is awaited, else to the top. */
function place() {
  const wrong = all('.error').find((error) => error.textContent.trim());
  const field = (wrong && one('input', wrong.closest('.field'))) ?? one('#code');
  if (field) {
    field.focus();
    return;
  }
  one('[data-verify]').focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** Says how long things still work; what has run out asks for the page anew. */
function count() {
  for (const time of all('[data-until]')) {
    const left = Math.floor((Date.parse(time.dataset.until) - Date.now()) / 1000);
    if (left <= 0) {
      time.removeAttribute('data-until');
      refresh();
      return;
    }
    time.textContent = words(left);
    time.title = time.dateTime;
  }
}

/** @param {number} seconds */
function words(seconds) {
  if (seconds >= 3600) return t('js.verify.hours', { n: Math.round(seconds / 3600) });
  const rest = String(seconds % 60).padStart(2, '0');
  return t('js.verify.minutes', { time: `${Math.floor(seconds / 60)}:${rest}` });
}

/** Whether something happened elsewhere: another window, an administrator. */
async function look() {
  if (document.hidden || !one('[data-pending]')) return;
  try {
    const now = await get('/account/verifications', { stay: true });
    const standing = now.items.filter((/** @type {any} */ item) => !item.ended).length;
    const [, proofs, stood, tries] = one('[data-verify]').dataset.stamp.split('-');
    const used = now.code ? String(5 - now.code.tries_left) : '';
    if (now.items.length !== Number(proofs) || standing !== Number(stood) || used !== tries) await refresh();
  } catch {
    // The next look may reach it.
  }
}

/** The page as it is now, unless somebody is typing into it. */
async function refresh() {
  const typed = /** @type {any} */ (document.activeElement);
  if (typed?.closest?.('[data-verify]') && typed.value) return;
  const response = await fetch(location.href, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
  await show(response, false);
}
