//  Logging by keyboard on a page of its own, with what is known of the call beside it.

import { bandName } from '../bands.js';
import { fill, h, one } from '../dom.js';
import { Entry } from '../log/entry.js';
import { findHome } from '../log/home.js';
import { showLookup } from '../log/lookup.js';
import { modeOf } from '../log/qso.js';
import '../sb-combo.js';
import { timeElement } from '../utc.js';
import { t } from '../words.js';

const { logbook = '' } = document.body.dataset;
const form = one('[data-entry]');
const KEPT_ROWS = 20;
/** @type {any} */
let home = null;

if (form) start();

function start() {
  const panel = one('[data-lookup]');
  const state = one('[data-form-state]', form);
  const entry = new Entry(form, logbook, {
    lookup: (found) => showLookup(panel, found, entry.where(), home),
    logged,
    say: (text, kind) => {
      state.className = `state ${kind}`;
      state.textContent = text;
    },
  });
  // Somebody came from a spot: the call is there already.
  if (entry.field('call')?.value) entry.look();
  one('[data-clear]', form).addEventListener('click', () => entry.clear());
  clock();
  findHome(logbook).then((place) => { home = place; });
}

/** Date and time run along until one types them. */
function clock() {
  const live = one('[data-live]', form);
  const date = one('#date', form);
  const time = one('#time', form);
  const tick = () => {
    if (!live.checked) return;
    const now = new Date().toISOString();
    date.value = now.slice(0, 10);
    time.value = now.slice(11, 16).replace(':', '');
  };
  const set = () => {
    date.readOnly = live.checked;
    time.readOnly = live.checked;
    tick();
  };
  live.addEventListener('change', set);
  for (const field of [date, time]) {
    field.addEventListener('pointerdown', () => {
      live.checked = false;
      set();
    });
  }
  set();
  setInterval(tick, 1000);
}

/** @param {any} qso null when the last one was taken back */
function logged(qso) {
  const body = one('[data-logged]');
  if (!qso) {
    body.firstElementChild?.remove();
    return;
  }
  body.prepend(h('tr', {}, h('td', { class: 'nowrap muted' }, timeElement(qso.start)),
    h('td', { class: 'call' }, h('a', { href: `/logbook?q=call:${encodeURIComponent(qso.call)}` }, qso.call)),
    h('td', { class: 'nowrap' }, h('span', { class: 'chip band', 'data-band': qso.band }, bandName(qso.band))), h('td', {}, modeOf(qso)),
    h('td', { class: 'muted' }, t(`js.outcome.${qso.outcome ?? 'added'}`))));
  while (body.children.length > KEPT_ROWS) body.lastElementChild.remove();
  fill(one('[data-form-state]', form));
}
