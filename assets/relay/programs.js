//  Programs: those that log, and those that share the radio.

import { h } from './dom.js';
import { fill } from './form.js';
import { chip, command, el, keep, trouble } from './parts.js';
import { ago, number, ofPrograms } from './words.js';

/** @param {any} programs @param {number} now */
function heard(programs, now) {
  const rows = programs.heard.map((/** @type {any} */ one) => [one.id || 'A program without a name', `at ${one.address}`, `heard ${ago(one.heard, now)}`]);
  keep(el('programs-heard'), rows, () => (rows.length === 0
    ? [h('p', { class: 'muted' }, 'WSJT-X: File, Settings, Reporting, UDP server 127.0.0.1, port 2237, and tick that it may accept requests. N1MM: Config, broadcast data, contacts, 127.0.0.1:12060.')]
    : [h('ul', { class: 'places' }, rows.map(([name, where, when]) => h('li', {}, h('span', {}, h('strong', {}, name), ` ${where}`), h('span', { class: 'muted small' }, when))))]));
}

/** @param {any} programs */
function places(programs) {
  keep(el('programs-places'), programs.places, () => programs.places.map((/** @type {any} */ place) => h('li', {},
    h('span', { class: 'tabular' }, `${place.kind} ${place.address}`),
    h('span', { class: place.error ? 'bad small' : 'muted small' }, place.error ? 'not listening' : 'listening'),
    place.error ? h('span', { class: 'why' }, place.error) : null)));
}

/** @param {any} programs */
function counts(programs) {
  const { counts: sums, rejects } = programs;
  const words = [
    sums.messages > 0 ? number(sums.messages, 'message') : '',
    sums.contacts > 0 ? number(sums.contacts, 'contact') : '',
    sums.unknown + sums.damaged > 0 ? `${number(sums.unknown + sums.damaged, 'message')} not understood` : '',
    sums.lost > 0 ? `${number(sums.lost, 'contact')} lost, the queue was full` : '',
  ].filter(Boolean).join(', ');
  keep(el('programs-counts'), [words, rejects], () => [
    words ? h('p', { class: 'muted small' }, `Since the start: ${words}.`) : null,
    rejects.length === 0 ? null : h('details', { class: 'more-of' }, h('summary', {}, `${number(rejects.length, 'record')} that were no contacts`),
      h('ul', { class: 'places' }, rejects.map((/** @type {any} */ one) => h('li', {}, h('span', { class: 'break' }, one.text), h('span', { class: 'why' }, one.reason))))),
  ]);
}

/** @param {any} setup */
function sharing(setup) {
  const { address, error } = setup.sharing;
  const off = setup.settings.serve.value === 'off';
  chip('sharing-state', error ? { kind: 'bad', text: 'address taken' } : address ? { kind: 'good', text: address } : { kind: '', text: off ? 'off' : 'starting' });
  keep(el('sharing-how'), [address, error], () => {
    if (error) return [trouble({ title: 'Other programs cannot share the radio', words: error })];
    if (!address) return [h('p', { class: 'muted' }, 'WSJT-X, fldigi and others reach the radio by the relay once this is on.')];
    return [
      h('p', {}, 'WSJT-X, fldigi, CQRLOG and others share the radio with the relay. Choose there:'),
      h('dl', { class: 'settings-of' }, h('dt', {}, 'Radio'), h('dd', {}, 'Hamlib NET rigctl'), h('dt', {}, 'Address'), h('dd', {}, command(address))),
    ];
  });
}

/** @param {any} setup */
export function render(setup) {
  const now = Date.now();
  fill(el('programs-form'), setup.settings);
  fill(el('sharing-form'), setup.settings);
  const standing = ofPrograms(setup.programs, now);
  chip('programs-state', standing);
  el('now-programs').className = `state ${standing.kind}`;
  el('now-programs').textContent = standing.text;
  el('now-programs-more').textContent = standing.more ?? '';
  heard(setup.programs, now);
  places(setup.programs);
  counts(setup.programs);
  sharing(setup);
}
