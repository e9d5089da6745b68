//  Forms of settings: filled from the relay, never over what is being typed; saved with what has changed.

import { h } from './dom.js';
import { ask, Refused } from './api.js';

/** Radios as the relay lists them; the model field shows names and sends numbers. */
/** @type {{ number: number, name: string, baud: number, civ_address: string | null }[]} */
export const models = [];

/**
 * @param {string} text a name with or without its maker
 * @returns {(typeof models)[number] | undefined}
 */
export function modelOf(text) {
  const wanted = text.trim().toLowerCase();
  return models.find(({ name, number }) => name.toLowerCase() === wanted || String(number) === wanted)
    ?? models.find(({ name }) => name.toLowerCase().split(' ').slice(1).join(' ') === wanted);
}

/** @param {HTMLFormElement} form @returns {any[]} */
function fields(form) { return [...form.elements].filter((/** @type {any} */ field) => field.name); }

/** @param {any} field @param {any} value */
function show(field, value) {
  if (field.type === 'radio') field.checked = field.value === String(value);
  else if (field.type === 'checkbox') field.checked = value === true;
  else if (field.dataset.kind === 'secret') field.placeholder = value ? 'a key is set; leave empty to keep it' : '';
  else if (field.dataset.kind === 'list') field.value = (value ?? []).join('\n');
  else if (field.dataset.kind === 'model') field.value = models.find(({ number }) => String(number) === String(value))?.name ?? value ?? '';
  else if (field.tagName === 'SELECT' && value !== null && ![...field.options].some((/** @type {any} */ option) => option.value === String(value))) {
    field.append(h('option', { value: String(value) }, String(value)));
    field.value = String(value);
  } else field.value = value === null || value === undefined ? '' : String(value);
}

/**
 * What a field says, as the relay takes it; undefined: nothing to say.
 * @param {any} field
 * @returns {any}
 */
export function read(field) {
  const text = String(field.value).trim();
  switch (field.type === 'checkbox' ? 'checkbox' : field.dataset.kind) {
    case 'checkbox': return field.checked;
    case 'secret': return text || undefined;
    case 'number': return text ? Number(text) : null;
    case 'choice': return text ? text === 'true' : null;
    case 'list': return text.split(/[\s,]+/u).filter(Boolean);
    case 'model': return text ? modelOf(text)?.number ?? text : null;
    default: return text || null;
  }
}

/**
 * All that a form says.
 * @param {HTMLFormElement} form
 * @param {boolean} [changedOnly]
 * @returns {Record<string, any>}
 */
export function values(form, changedOnly = false) {
  /** @type {Record<string, any>} */
  const all = {};
  for (const field of fields(form)) {
    if (field.disabled || (field.type === 'radio' && !field.checked)) continue;
    if (changedOnly && !touched(form).has(field.name)) continue;
    const value = read(field);
    if (value !== undefined) all[field.name] = value;
  }
  return all;
}

/** @type {WeakMap<HTMLFormElement, Set<string>>} */
const typed = new WeakMap();

/** @param {HTMLFormElement} form @returns {Set<string>} names of fields changed by hand since the last save */
export function touched(form) {
  let names = typed.get(form);
  if (!names) typed.set(form, names = new Set());
  return names;
}

/**
 * Shows settings in a form, but in no field that was changed by hand.
 * @param {HTMLFormElement} form
 * @param {Record<string, { value: any, source: string, locked: boolean }>} settings
 */
export function fill(form, settings) {
  for (const field of fields(form)) {
    const setting = settings[field.name];
    if (!setting) continue;
    if (!touched(form).has(field.name) && document.activeElement !== field) show(field, setting.value);
    field.disabled = setting.locked;
    const note = form.querySelector(`[data-lock="${field.name}"]`);
    if (note) note.textContent = setting.locked ? setting.source : '';
  }
}

/** @param {HTMLFormElement} form @param {{ field: string, message: string }[]} errors */
export function showErrors(form, errors) {
  for (const note of form.querySelectorAll('[data-error]')) note.textContent = '';
  for (const field of fields(form)) field.removeAttribute('aria-invalid');
  let first = null;
  for (const { field: name, message } of errors) {
    const field = fields(form).find((one) => one.name === name);
    const note = form.querySelector(`[data-error="${name}"]`);
    if (!field || !note) continue;
    note.textContent = message;
    field.setAttribute('aria-invalid', 'true');
    field.closest('details')?.setAttribute('open', '');
    first ??= field;
  }
  first?.focus();
  return first !== null;
}

/**
 * Saves what was changed when the form is sent.
 * @param {HTMLFormElement} form
 * @param {(setup: any) => void} done gets the relay's answer
 */
export function saves(form, done) {
  const note = /** @type {HTMLElement} */ (form.querySelector('.state'));
  const say = (/** @type {string} */ kind, /** @type {string} */ text) => { note.className = `state ${kind}`; note.textContent = text; };
  for (const event of ['input', 'change']) {
    form.addEventListener(event, ({ target }) => {
      const { name } = /** @type {any} */ (target);
      if (!name) return;
      touched(form).add(name);
      say('', 'not saved yet');
    });
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    say('', 'saving');
    try {
      const setup = await ask('PUT', '/api/setup', values(form, true));
      touched(form).clear();
      for (const field of fields(form)) if (field.dataset.kind === 'secret') field.value = '';
      showErrors(form, []);
      const at = new Date().toISOString();
      say('good', `saved ${at.slice(11, 16)}z`);
      done(setup);
    } catch (error) {
      const fields = error instanceof Refused ? error.fields : [];
      const placed = showErrors(form, fields);
      say('bad', placed ? 'not saved: see above' : /** @type {Error} */ (error).message);
    }
  });
}
