//  The radio: what it does now, how it is reached, and what stands in the way.

import { fill as put, h } from './dom.js';
import { ask, Refused } from './api.js';
import { fill, modelOf, models, showErrors, touched, values } from './form.js';
import { chip, el, keep, runs, trouble } from './parts.js';
import { dial, ofRadio } from './words.js';

const OTHER = '?';
const HINTS = {
  rigctld: 'Hamlib’s daemon holds the radio. It knows more radios than the relay does.',
  serial: 'The relay holds the port itself. Other programs then reach the radio through the relay.',
};

/** @type {any[]} */ let ports = [];
/** @type {any} */ let last = null;

function form() { return /** @type {HTMLFormElement} */ (el('radio-form')); }

/** Shows the fields of the chosen way, and those of the chosen radio. */
export function arrange() {
  const way = new FormData(form()).get('way') ?? last?.settings.way.value ?? 'rigctld';
  for (const group of form().querySelectorAll('[data-way]')) /** @type {HTMLElement} */ (group).hidden = /** @type {HTMLElement} */ (group).dataset.way !== way;
  el('way-hint').textContent = HINTS[/** @type {keyof typeof HINTS} */ (way)] ?? '';
  const model = modelOf(el('f-model').value);
  /** @type {HTMLElement} */ (form().querySelector('[data-icom]')).hidden = Boolean(model) && !model?.civ_address;
  el('f-civ').placeholder = model?.civ_address ?? '';
  el('f-baud').options[0].textContent = model ? `As usual: ${model.baud}` : 'As usual';
  el('other-port').hidden = el('f-serial').value !== OTHER;
  const port = ports.find(({ path }) => path === el('f-serial').value);
  const words = port?.denied ? `This user may not open it: it belongs to the group ${port.denied}.` : port?.hint ?? '';
  el('h-serial').textContent = ports.length === 0 ? 'This computer has no serial port now. Plug the cable in: it appears here.' : words;
}

/** @param {any[]} found */
function showPorts(found) {
  ports = found;
  const select = el('f-serial');
  const chosen = select.value;
  const set = last?.settings.serial.value;
  const options = ports.map(({ path, label, hint }) => h('option', { value: path }, hint ? `${label}, ${hint}` : label));
  if (set && !ports.some(({ path }) => path === set)) options.unshift(h('option', { value: set }, `${set} (not there now)`));
  options.unshift(h('option', { value: '' }, 'Choose a port'));
  options.push(h('option', { value: OTHER }, 'Another one'));
  keep(select, [found, set], () => options);
  select.value = touched(form()).has('serial') ? chosen : set ?? '';
  if (select.selectedIndex < 0) select.value = '';
  arrange();
}

/** Asks for the ports of this computer. */
export async function lookAtPorts() {
  try { showPorts((await ask('GET', '/api/setup/ports')).items); } catch { /* the page says that the relay is away */ }
  return ports;
}

/** @param {any} state @param {any} facts */
function showDial(state, facts) {
  const there = state.connected && typeof state.freq_hz === 'number';
  el('dial').hidden = !there;
  if (!there) return;
  el('dial').classList.toggle('sending', state.ptt === true);
  const text = dial(state.freq_hz);
  if (el('dial-freq').textContent !== text) el('dial-freq').textContent = text;
  const rows = [
    ['Mode', [state.mode, state.passband_hz ? `${state.passband_hz} Hz` : ''].filter(Boolean).join(', ')],
    ['Radio', state.model],
    ['Split', state.split ? `on, transmits on ${state.tx_freq_hz ? dial(state.tx_freq_hz) : 'the other VFO'}` : ''],
    ['Transmitter', state.ptt ? 'on' : ''],
    ['Power', facts?.watts ? `up to ${facts.watts} W` : ''],
  ].filter(([, value]) => value);
  keep(el('dial-facts'), rows, () => rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

/**
 * What was pushed of the radio's state.
 * @param {any} state
 */
export function live(state) {
  if (!last) return;
  last.rig.state = { ...last.rig.state, ...state };
  now(last);
}

/** @param {any} setup */
function now(setup) {
  const standing = ofRadio(setup.rig, setup.rig.settings_error);
  chip('radio-state', { ...standing, text: standing.kind === 'good' ? 'connected' : standing.text });
  put(el('now-radio'), standing.text);
  el('now-radio').className = `state ${standing.kind}`;
  put(el('now-radio-more'), standing.more ?? '');
  showDial(setup.rig.state, setup.rig.facts);
}

/** @param {any} setup */
export function render(setup) {
  const before = last?.settings.serial.value;
  last = setup;
  fill(form(), setup.settings);
  if (before !== setup.settings.serial.value) showPorts(ports);
  now(setup);
  const wrong = setup.rig.state.connected ? null : setup.rig.trouble;
  keep(el('radio-trouble'), wrong, () => [wrong ? trouble(wrong) : null]);
  arrange();
}

/** What the form says of the radio, with a port that was typed. */
function wish() {
  const all = values(form());
  if (all.serial === OTHER) all.serial = el('f-serial-other').value.trim() || null;
  return all;
}

/**
 * Tries settings without keeping them and shows what came of it.
 * @param {string} what
 * @param {HTMLFormElement} tried
 * @param {Record<string, any>} changes
 * @param {HTMLElement} place
 */
export async function test(what, tried, changes, place) {
  put(place, h('p', { class: 'muted' }, 'Trying, for up to ten seconds.'));
  showErrors(tried, []);
  try {
    const result = await ask('POST', '/api/setup/test', { what, settings: changes });
    put(place, trouble({ ...result, kind: result.ok ? 'fine' : '' }));
  } catch (error) {
    const placed = error instanceof Refused && showErrors(tried, error.fields);
    put(place, placed ? null : trouble({ title: /** @type {Error} */ (error).message }));
  }
  /** @type {any} */ (place).shown = undefined;
}

/**
 * Puts a radio that was found into the form and saves it.
 * @param {Record<string, any>} found by the names of settings
 */
export async function use(found) {
  const chosen = form();
  for (const [name, value] of Object.entries(found)) {
    const field = name === 'way' ? chosen.querySelector(`[name=way][value=${value}]`) : chosen.elements.namedItem(name);
    if (!field || /** @type {any} */ (field).disabled) continue;
    if (name === 'way') /** @type {any} */ (field).checked = true;
    else if (name === 'model') /** @type {any} */ (field).value = models.find((one) => one.number === value)?.name ?? '';
    else {
      const select = /** @type {any} */ (field);
      if (select.tagName === 'SELECT' && ![...select.options].some((option) => option.value === String(value ?? ''))) {
        select.append(h('option', { value: String(value) }, String(value)));
      }
      select.value = value ?? '';
    }
    touched(chosen).add(name);
  }
  arrange();
  chosen.requestSubmit();
}

/** Joins the section's controls. */
export function start() {
  const combo = /** @type {any} */ (form().querySelector('sb-combo'));
  combo.options = (/** @type {string} */ text) => models
    .filter(({ name }) => name.toUpperCase().includes(text))
    .map(({ name, baud }) => ({ value: name, aside: `${baud} baud` }));
  for (const event of ['change', 'input']) form().addEventListener(event, arrange);
  combo.addEventListener('pick', () => { touched(form()).add('model'); arrange(); });
  el('f-serial').addEventListener('focus', () => { if (el('f-serial').options.length < 3) lookAtPorts(); });
  el('f-serial-other').addEventListener('input', () => {
    // Stands for the list: what is typed here is what is saved.
    const typed = el('f-serial-other').value.trim();
    if (typed) touched(form()).add('serial');
  });
  form().addEventListener('submit', () => {
    const typed = el('f-serial-other').value.trim();
    if (el('f-serial').value !== OTHER || !typed) return;
    el('f-serial').append(h('option', { value: typed }, typed));
    el('f-serial').value = typed;
    el('f-serial-other').value = '';
  }, { capture: true });
  runs(el('test-radio'), () => test('radio', form(), wish(), el('radio-result')));
}
