//  Finding the radio: rigctld first, then the ports the user ticks.

import { fill as put, h } from './dom.js';
import { ask } from './api.js';
import { el, runs, trouble } from './parts.js';
import { lookAtPorts, use } from './radio.js';

/** @type {() => any} */
let setup = () => null;

/** @param {string} title @param {string} more @param {Record<string, any>} settings */
function found(title, more, settings) {
  const button = h('button', { class: 'button primary', type: 'button' }, 'Use it');
  runs(button, () => use(settings));
  return h('div', { class: 'found' }, h('span', {}, h('strong', {}, title), more ? ` ${more}` : ''), button);
}

/** @param {HTMLElement} place */
async function askDaemon(place) {
  const shared = setup()?.sharing.address ?? '';
  const address = '127.0.0.1:4532';
  // There the relay itself answers.
  if (shared === address) return;
  try {
    const result = await ask('POST', '/api/setup/test', { what: 'radio', settings: { way: 'rigctld', rigctld: address } });
    if (result.ok) put(place, found(`rigctld at ${address}`, result.words ?? '', { way: 'rigctld', rigctld: address }));
    else put(place, h('p', { class: 'muted' }, `No rigctld answers at ${address}.`));
  } catch { put(place, null); }
}

/** @param {any[]} ports @param {HTMLElement} results */
function choice(ports, results) {
  const rows = ports.map(({ path, label, hint, denied }) => h('label', { class: 'check' },
    h('input', { type: 'checkbox', name: 'port', value: path, disabled: Boolean(denied) }),
    h('span', {}, label, h('span', { class: 'hint' }, denied ? `This user may not open it: it belongs to the group ${denied}.` : hint ?? ''))));
  const rts = h('input', { type: 'checkbox', name: 'rts' });
  const look = h('button', { class: 'button primary', type: 'button' }, 'Look on the ticked ports');
  const form = h('form', { class: 'form' },
    h('fieldset', { class: 'field' }, h('legend', { class: 'label' }, 'Ports'), h('div', { class: 'ports' }, rows)),
    h('label', { class: 'check top' }, rts, h('span', {}, 'Raise RTS while asking',
      h('span', { class: 'hint' }, 'Many a Kenwood and Yaesu answers only then. In some stations RTS keys the transmitter: tick this only if yours does not.'))),
    h('div', { class: 'actions' }, look));
  form.addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
  runs(look, async () => {
    const ticked = [...form.querySelectorAll('[name=port]:checked')].map((box) => /** @type {any} */ (box).value);
    if (ticked.length === 0) {
      put(results, h('p', { class: 'muted' }, 'Tick the ports the relay may open.'));
      return;
    }
    await lookAt(ticked, rts.checked, results);
  });
  return form;
}

/** @param {string[]} paths @param {boolean} rts @param {HTMLElement} results */
async function lookAt(paths, rts, results) {
  put(results);
  for (const path of paths) {
    const row = h('div', {}, h('p', { class: 'muted' }, `Asking at ${path}: six speeds, three languages, about half a minute.`));
    results.append(row);
    try {
      const answer = await ask('POST', '/api/setup/detect', { path, raise_rts: rts });
      const radio = answer.found;
      if (radio) {
        put(row, found(radio.model.name, `at ${path}, ${radio.baud} baud. It answered ${radio.answered}.`, {
          way: 'serial', serial: path, model: radio.model.number, baud: radio.baud, civ_address: radio.civ_address, handshake: rts ? 'true' : '',
        }));
      } else put(row, trouble({ ...answer, kind: 'warn' }));
    } catch (error) {
      put(row, trouble({ title: /** @type {Error} */ (error).message }));
    }
  }
}

async function open() {
  const daemon = h('div', {}, h('p', { class: 'muted' }, 'Asking for rigctld.'));
  const results = h('div', { role: 'status' });
  const ports = await lookAtPorts();
  const body = ports.length > 0
    ? [h('p', {}, 'The relay opens only the ports you tick. Opening one may key a transmitter or restart what hangs on it: turn the power down, and leave out what is no radio.'), choice(ports, results)]
    : [h('p', {}, 'This computer has no serial port. Plug the radio’s cable in, and open this again. A radio with a network socket is reached by rigctld.')];
  put(el('find'), h('h3', {}, 'Find my radio'), daemon, ...body, results);
  await askDaemon(daemon);
}

/**
 * Joins the button.
 * @param {() => any} present what the relay told last
 */
export function start(present) {
  setup = present;
  const button = el('open-find');
  button.addEventListener('click', () => {
    const show = el('find').hidden;
    el('find').hidden = !show;
    button.setAttribute('aria-expanded', String(show));
    if (show) open();
  });
}
