//  Forms that send JSON when there is script, and are plain forms when there is not.
//
//  What the server refuses stands under the field it is about, in its words; what is
//  about no field stands at the top. A saved form says so with the time.

import { ApiError } from './api.js';
import { all, fill, h, one } from './dom.js';
import { formatClock } from './utc.js';
import { t } from './words.js';

/**
 * A form's values by name; unchecked boxes are left out, several of a name become a list.
 * @param {HTMLFormElement} form
 * @returns {Record<string, any>}
 */
export function values(form) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string') continue;
    if (name in found) found[name] = [].concat(found[name], /** @type {any} */ (value));
    else found[name] = value;
  }
  return found;
}

/** Takes all error marks off a form. @param {ParentNode} form */
export function clearErrors(form) {
  for (const place of all('[data-error]', form)) place.textContent = '';
  for (const input of all('[aria-invalid]', form)) input.removeAttribute('aria-invalid');
  for (const place of all('[data-form-error]', form)) place.textContent = '';
}

/**
 * Shows why something was refused, where it belongs.
 * @param {ParentNode} form
 * @param {unknown} error
 */
export function showErrors(form, error) {
  const refused = error instanceof ApiError ? error : null;
  const rest = [];
  /** @type {HTMLElement | null} */
  let first = null;
  for (const { field, message } of refused?.errors ?? []) {
    const place = one(`[data-error="${CSS.escape(field)}"]`, form);
    const input = place && one('input, select, textarea', place.closest('.field') ?? place.parentElement);
    if (!place) {
      rest.push(`${field}: ${message}`);
      continue;
    }
    place.textContent = sentence(message);
    if (input) {
      input.setAttribute('aria-invalid', 'true');
      if (!place.id) place.id = `error-${field}-${input.id}`;
      const described = new Set((input.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean));
      input.setAttribute('aria-describedby', [...described.add(place.id)].join(' '));
      first ??= input;
    }
  }
  if (!refused?.errors.length) rest.push(/** @type {Error} */ (error).message);
  if (rest.length) {
    const place = one('[data-form-error]', form) ?? one('[data-form-state]', form);
    if (place) fill(place, rest.map((text) => h('p', { class: 'bad' }, text)));
  }
  first?.focus();
}

/** A refusal begins like a sentence. @param {string} message */
function sentence(message) {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

/**
 * Makes a form send its values by script.
 * @param {HTMLFormElement} form
 * @param {(values: Record<string, any>, form: HTMLFormElement) => Promise<string | void>} send
 *   answers the words that tell success, or nothing for "Saved 09:32z"
 */
export function sends(form, send) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = 'yes';
    const state = one('[data-form-state]', form);
    const button = /** @type {SubmitEvent} */ (event).submitter ?? one('button:not([type=button])', form);
    clearErrors(form);
    if (state) state.textContent = '';
    button?.setAttribute('aria-disabled', 'true');
    try {
      const said = await send(values(form), form);
      if (state) {
        state.className = 'state good';
        state.textContent = said ?? t('js.form.saved', { time: formatClock(new Date()) });
      }
    } catch (error) {
      if (state) state.className = 'state bad';
      showErrors(form, error);
    } finally {
      delete form.dataset.busy;
      button?.removeAttribute('aria-disabled');
    }
  });
}

/** Upper-cases as one types, keeping the caret; `O` stays what it is. @param {ParentNode} root */
export function upperCase(root) {
  root.addEventListener('input', (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (!input.classList?.contains('upper') || input.type === 'search') return;
    const upper = input.value.toUpperCase();
    if (upper === input.value) return;
    const { selectionStart, selectionEnd } = input;
    input.value = upper;
    input.setSelectionRange(selectionStart, selectionEnd);
  });
}
