//  The page of the API: adds a form to each operation that sends it for real.
//
//  With a key in the field above, requests go out as a program's; without, as the page's own
//  session with its CSRF token. What comes back is shown as text, never as markup.

const key = /** @type {HTMLInputElement} */ (document.getElementById('key'));
const form = /** @type {HTMLTemplateElement} */ (document.getElementById('try'));

/** The session's CSRF token, asked for once. @type {Promise<string> | undefined} */
let token;

const keyForm = /** @type {HTMLFormElement} */ (key.closest('form'));
keyForm.addEventListener('submit', (event) => event.preventDefault());
for (const operation of document.querySelectorAll('details[data-path]')) {
  operation.addEventListener('toggle', () => prepare(/** @type {HTMLElement} */ (operation)), { once: true });
}
open(location.hash);
addEventListener('hashchange', () => open(location.hash));

/** Unfolds the operation that an address points to. @param {string} hash */
function open(hash) {
  const target = hash && document.getElementById(hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

/** Adds the form to an operation. @param {HTMLElement} operation */
function prepare(operation) {
  const copy = /** @type {DocumentFragment} */ (form.content.cloneNode(true));
  const element = copy.querySelector('form');
  const fields = element.querySelector('.fields');
  for (const row of operation.querySelectorAll('tr[data-name]')) {
    const { name, in: place, required } = /** @type {HTMLElement} */ (row).dataset;
    const input = document.createElement('input');
    Object.assign(input, { name, autocomplete: 'off', spellcheck: false, required: required !== undefined });
    input.dataset.in = place;
    fields.append(labelled(name, input));
  }
  const body = /** @type {HTMLElement} */ (operation.querySelector('pre.body'));
  if (body) {
    const input = document.createElement('textarea');
    Object.assign(input, { name: 'body', rows: 8, spellcheck: false, value: body.textContent });
    input.dataset.type = body.dataset.type;
    fields.append(labelled(body.dataset.type, input));
  }
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    send(operation.dataset.method, operation.dataset.path, element);
  });
  operation.append(copy);
}

/** @param {string} text @param {HTMLElement} input */
function labelled(text, input) {
  const label = document.createElement('label');
  label.append(text, input);
  return label;
}

/**
 * Sends the operation and shows the answer.
 * @param {string} method @param {string} path @param {HTMLFormElement} element
 */
async function send(method, path, element) {
  const status = element.querySelector('output');
  const reply = /** @type {HTMLElement} */ (element.querySelector('.reply'));
  status.textContent = '…';
  try {
    const answer = await fetch(...await request(method, path, element));
    status.textContent = `${answer.status} ${answer.statusText}`;
    reply.textContent = readable(await answer.text());
  } catch (error) {
    status.textContent = String(error.message ?? error);
    reply.textContent = '';
  }
  reply.hidden = reply.textContent === '';
}

/** @returns {Promise<[string, RequestInit]>} */
async function request(method, path, element) {
  const headers = new Headers({ Accept: 'application/json' });
  const query = new URLSearchParams();
  let body;
  for (const input of element.querySelectorAll('input, textarea')) {
    const { name, value, dataset } = /** @type {HTMLInputElement} */ (input);
    if (dataset.type) {
      body = value;
      headers.set('Content-Type', dataset.type);
    } else if (dataset.in === 'path') {
      path = path.replace(`{${name}}`, encodeURIComponent(value));
    } else if (value !== '' && dataset.in === 'query') {
      query.append(name, value);
    } else if (value !== '' && dataset.in === 'header') {
      headers.set(name, value);
    }
  }
  if (key.value) {
    headers.set('Authorization', `Bearer ${key.value}`);
  } else if (method !== 'GET') {
    token ??= fetch('/api/v1/session').then((answer) => answer.json()).then((session) => session.csrf ?? '');
    headers.set('X-CSRF-Token', await token);
  }
  const address = query.size > 0 ? `${path}?${query}` : path;
  return [address, { method, headers, body, credentials: key.value ? 'omit' : 'same-origin' }];
}

/** JSON with line breaks, anything else as it is. @param {string} text */
function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
