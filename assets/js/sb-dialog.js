//  Dialogs: what has to be answered before anything else, and lists to look at.
//
//  The browser's own <dialog> keeps focus inside, closes on Escape and gives focus back.
//  Dialogs are rare here: what can be undone is not asked about.

import { h, icon } from './dom.js';
import { t } from './words.js';

/**
 * Opens a dialog.
 * @param {string} title
 * @param {(Node | string)[]} body
 * @param {{ actions?: Node[], kind?: string }} [options]
 * @returns {HTMLDialogElement} it removes itself when closed
 */
export function openDialog(title, body, options = {}) {
  const heading = `dialog-${Math.random().toString(36).slice(2, 8)}`;
  /** @type {HTMLDialogElement} */
  const dialog = h('dialog', { 'aria-labelledby': heading, class: options.kind },
    h('header', {},
      h('h2', { id: heading }, title),
      h('button', { type: 'button', class: 'button icon', 'aria-label': t('js.dialog.close'), onclick: () => dialog.close() }, icon('close'))),
    h('div', { class: 'body' }, body),
    options.actions?.length ? h('footer', {}, options.actions) : null);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && !inside(dialog, event)) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Shows a secret that is never shown again, with a button to copy it.
 * @param {string} title
 * @param {string} hint
 * @param {string} secret
 * @returns {Promise<void>} when it was closed
 */
export function showSecret(title, hint, secret) {
  return new Promise((resolve) => {
    const copy = h('button', { type: 'button', class: 'button primary' }, t('js.dialog.copy'));
    const code = h('code', { tabindex: 0 }, secret);
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(secret);
        copy.textContent = t('js.dialog.copied');
      } catch {
        // Without permission the text is selected, ready for the keyboard.
        getSelection()?.selectAllChildren(code);
      }
    });
    const done = h('button', { type: 'button', class: 'button' }, t('js.dialog.done'));
    const dialog = openDialog(title, [h('p', {}, hint), h('p', { class: 'secret' }, code, copy)], { actions: [done] });
    done.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => resolve());
  });
}

/**
 * Asks for one value.
 * @param {string} title
 * @param {{ label: string, hint?: string, type?: string, action: string, attributes?: Record<string, any>, send: (value: string) => Promise<void>, other?: { action: string, send: () => Promise<void> } }} question
 *   `send` may throw: its message stands under the field; `other` is another way to the same end
 * @returns {Promise<boolean>} when it was closed: whether the value was sent
 */
export function askValue(title, question) {
  let sent = false;
  const error = h('p', { class: 'error', role: 'alert' });
  const input = h('input', { id: 'dialog-value', type: question.type ?? 'text', required: true, autofocus: true, ...question.attributes });
  const form = h('form', { method: 'dialog' },
    h('div', { class: 'field' }, h('label', { for: 'dialog-value' }, question.label), input,
      question.hint ? h('p', { class: 'hint' }, question.hint) : null, error));
  const send = h('button', { type: 'button', class: 'button primary', onclick: () => form.requestSubmit() }, question.action);
  const { other } = question;
  const second = other && h('button', { type: 'button', class: 'button', onclick: () => run(() => other.send()) }, other.action);
  const dialog = openDialog(title, [form], { actions: second ? [second, send] : [send] });
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    run(() => question.send(input.value));
  });

  /** @param {() => Promise<void>} way */
  async function run(way) {
    send.disabled = true;
    try {
      await way();
      sent = true;
      dialog.close();
    } catch (refused) {
      error.textContent = /** @type {Error} */ (refused).message;
      input.focus();
    } finally {
      send.disabled = false;
    }
  }

  input.focus();
  return new Promise((resolve) => { dialog.addEventListener('close', () => resolve(sent)); });
}

/** @param {HTMLElement} element @param {MouseEvent} event */
function inside(element, event) {
  const box = element.getBoundingClientRect();
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}
