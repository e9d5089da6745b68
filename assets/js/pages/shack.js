//  The page a station is worked from: radio, entry, band map, spots, what is known of the station called.
//
//  One thing leads: the call typed. A click on a spot goes there (`go`): the radio is tuned, the entry begun, and what
//  is known of the station shown. Without a radio the receiver's dial stands in for it.

import { all, fill, h, one } from '../dom.js';
import { Log } from '../dx/log.js';
import { recall, remember } from '../dx/memory.js';
import { stationOf } from '../dx/places.js';
import { sound } from '../dx/sound.js';
import { makeGrip } from '../grip.js';
import { onKey } from '../keys.js';
import { Entry } from '../log/entry.js';
import { homeOf } from '../log/home.js';
import { markChips, marks } from '../log/lookup.js';
import { kilohertz } from '../log/qso.js';
import { densityBoxes } from '../looks.js';
import { dialText, shiftText } from '../rig/digits.js';
import { RigLink } from '../rig/link.js';
import { Loopback } from '../rig/loopback.js';
import { logMode, tuneMode } from '../rig/modes.js';
import { RigPanel } from '../rig/panel.js';
import { Radio } from '../rig/radio.js';
import { splitOfSpot } from '../rig/split.js';
import '../sb-combo.js';
import { toast } from '../sb-toast.js';
import { readCommand } from '../shack/command.js';
import { openConnect } from '../shack/connect.js';
import { Follow } from '../shack/follow.js';
import { Keep, putBack } from '../shack/keep.js';
import { LastContacts } from '../shack/last.js';
import { Presence } from '../shack/presence.js';
import { Receiver } from '../shack/receiver.js';
import { Serials, serialText } from '../shack/serial.js';
import { SpotList } from '../shack/spotlist.js';
import { Station } from '../shack/station.js';
import { t } from '../words.js';

const { logbook = '', account = '', units } = document.body.dataset;
const main = one('main');
const listens = main.dataset.listens === 'true';
/** A radio is for calls that are proven: nothing is asked before. */
const unproven = main.dataset.unproven === 'true';
const { continent = '' } = main.dataset;
const form = one('[data-entry]');
const home = homeOf(stationOf(main.dataset));

const log = new Log(logbook, () => {
  spots.marksChanged();
  station.again();
});
const radio = new Radio(listens || unproven ? null : new RigLink(), listens ? null : new Loopback());
const receiver = new Receiver(continent);
const spots = new SpotList(one('sb-table'), one('[data-spotbar]'), one('[data-bandmap]'), {
  home, continent, miles: units === 'imperial', log, go: (spot) => goToSpot(spot),
  news: (text) => { one('[data-news]').textContent = text; },
});
const station = new Station(one('[data-station]'), { logbook, home: () => home, worked: log.worked, spot: (call) => spots.newest(call), rotate: () => (radio.rotator ? (azimuth) => radio.rotate(azimuth) : null) });
const last = new LastContacts(one('[data-logged]'), logbook);
const presence = new Presence(one('[data-presence]'), one('[data-onair]'), { listens, call: account, where: announced, go: (place) => go(place) });
const serials = new Serials(logbook);
/** @type {RigPanel | null} */ let panel = null;
/** @type {Entry | null} */ let entry = null;
/** @type {Follow | null} */ let follow = null;
/** Whether the page led somewhere, so that without a radio the entry follows the receiver's dial. */ let went = false;
/** Whether there is a rotator. */ let turns = false;
/** Where the page stood when it was drawn last. */ let drawn = '';

start();

function start() {
  drawRig();
  if (form) startEntry();
  tools();
  views();
  makeGrip(one('.side'), { side: 'end', label: t('js.shack.resize'), property: '--side', key: 'shack.side', usual: 310 });
  keys();
  clock();
  spots.start();
  spots.bandmap.addEventListener('tune', (/** @type {any} */ event) => go({ freq_hz: event.detail }));
  radio.addEventListener('change', moved);
  radio.addEventListener('change', rotatorSeen);
  receiver.addEventListener('change', () => {
    went = true;
    moved();
  });
  moved();
  log.start();
  last.start();
  if (!listens) radio.start();
  presence.start();
}

/** Whether a radio tells where it stands. */
function known() {
  return ['ready', 'transmitting'].includes(radio.standing);
}

/** Where the radio, or without one the receiver, stands. @returns {{ freq_hz?: number, mode?: string }} */
function where() {
  return known() ? { freq_hz: radio.view?.state.freq_hz, mode: radio.view?.state.mode } : receiver.at;
}

/** The same as members are told: by the log's names of modes; without a radio what the entry says. */
function announced() {
  if (!known() && entry) {
    const typed = entry.where();
    return { freq_hz: typed.freq_hz, mode: typed.mode };
  }
  const { freq_hz: hertz, mode } = where();
  const said = logMode(mode, hertz, entry?.field('mode')?.value ?? '');
  return { freq_hz: hertz, ...(said ? { mode: said } : {}) };
}

/** The station's panel offers to turn the antenna where one can be turned. */
function rotatorSeen() {
  if (Boolean(radio.rotator) === turns) return;
  turns = !turns;
  station.again();
}

/** The radio was tuned, by the page or by hand. */
function moved() {
  const at = where();
  const now = `${at.freq_hz} ${at.mode} ${known()}`;
  if (now === drawn) return;
  drawn = now;
  spots.tuned(at.freq_hz);
  // Without a radio the entry is the operator's: it follows where they went by the page, and nothing else.
  follow?.take(known() || went ? { freq_hz: at.freq_hz, mode: at.mode } : null);
  presence.moved();
}

/** Goes somewhere: by the radio, else by the receiver's dial. @param {import('../rig/tune.js').Wish} wish */
async function go(wish) {
  if (radio.standing === 'transmitting') {
    toast(t('js.rig.keyed'));
    return;
  }
  if (!radio.usable) {
    receiver.go({ freq_hz: wish.freq_hz, mode: wish.mode === 'PKTUSB' ? 'USB' : wish.mode });
    return;
  }
  const answer = await radio.tune(wish);
  panel?.dial.back(answer?.freq_hz ?? radio.view?.state.freq_hz ?? 0);
}

/** @param {any} spot */
function goToSpot(spot) {
  spots.choose(spot);
  const mode = tuneMode(spot);
  follow?.want(spot.mode && spot.mode_by !== 'plan' ? spot.mode : '');
  entry?.begin(spot.call);
  if (!entry) station.show({ call: spot.call, dxcc: spot.dxcc, country: spot.country, lat: spot.lat, lon: spot.lon }, { band: spot.band, mode });
  offerSplit(spot);
  if (main.dataset.view === 'spots' || main.dataset.view === 'bands') narrow(() => view('log'));
  go({ freq_hz: spot.freq_hz, ...(mode ? { mode } : {}) });
}

/** Says where the station listens, and offers to transmit there. @param {any} spot */
function offerSplit(spot) {
  const place = one('[data-split]');
  const split = spot && splitOfSpot(spot);
  place.hidden = !split;
  if (!split) return;
  const shift = shiftText(split.tx_freq_hz - spot.freq_hz);
  fill(place, h('span', {}, t(split.guess ? 'js.shack.split_guess' : 'js.shack.split_at', { call: spot.call, freq: dialText(split.tx_freq_hz), shift })),
    radio.usable ? h('button', { type: 'button', class: 'button', 'data-take-split': true, onclick: async () => {
      await radio.tune({ split: true, tx_freq_hz: split.tx_freq_hz });
      place.hidden = true;
    } }, t('js.shack.split_go')) : null);
}

function drawRig() {
  const place = one('[data-rig]');
  const split = h('p', { class: 'splitoffer small', role: 'status', 'data-split': true, hidden: true });
  if (listens) {
    fill(place, h('header', {}, h('h2', {}, t('js.shack.receiver'))), h('div', { class: 'body' }, h('p', { class: 'muted small' }, t('js.shack.listens')), receiver.element), split);
    return;
  }
  const without = h('div', { class: 'without' },
    h('p', {}, h('strong', {}, t('js.rig.none')), unproven ? [h('br'), h('a', { class: 'small', href: '/verify' }, t('js.rig.prove'))] : null),
    h('button', { type: 'button', class: 'button primary', 'data-connect': true, onclick: () => openConnect(radio) }, t('js.rig.connect_short')));
  panel = new RigPanel(place, radio, { connect: () => openConnect(radio), without: h('div', {}, without, receiver.element), continent });
  place.append(split);
  // With a radio known by name the way to another one is in its menu.
  radio.addEventListener('change', () => { without.hidden = radio.standing !== 'none'; });
}

function startEntry() {
  const state = one('[data-form-state]', form);
  const line = one('[data-marks]', form);
  follow = new Follow(form, one('[data-follow]', form));
  const keep = new Keep(form, logbook, () => follow?.over ?? []);
  const typed = keep.before();
  if (typed) {
    const asked = new URLSearchParams(location.search);
    putBack(form, typed, new Set(['call', 'freq', 'mode'].filter((name) => asked.has(name))));
    follow.over = new Set(typed.over);
  }
  entry = new Entry(form, logbook, {
    lookup: (found) => {
      fill(line, found ? [h('span', {}, found.country ?? t('js.lookup.unknown')), ...markChips(marks(found, entry?.where() ?? {}))] : null);
      station.show(found, entry?.where() ?? {});
    },
    logged: (qso) => {
      last.logged(qso);
      fill(state);
    },
    say: (text, kind) => {
      state.className = `state ${kind}`;
      state.textContent = text;
    },
    command: obey,
    cleared: () => {
      follow?.again();
      offerSplit(null);
      numbers();
      keep.now();
    },
    sent: (contact) => { if (serials.on) serials.sent(contact.contest ?? '', contact.stx ?? ''); },
    undone: (contact) => {
      if (serials.on) serials.back(contact.contest ?? '', contact.stx ?? '');
      numbers();
    },
  });
  keep.start();
  one('[data-clear]', form).addEventListener('click', () => entry?.clear());
  const boxes = one('[data-numbers]', form);
  boxes.checked = serials.on;
  boxes.addEventListener('change', () => {
    serials.on = boxes.checked;
    numbers();
  });
  one('#contest').addEventListener('change', () => numbers());
  numbers(Boolean(typed));
  if (one('#call').value) entry.look();
  one('[data-more]').open = ['contest', 'pota', 'sota', 'srx_string', 'stx_string'].some((name) => entry?.field(name)?.value);
}

/** The next serial number, where they are given. @param {boolean} [stays] what is typed there stays */
function numbers(stays = false) {
  one('[data-serials]').hidden = !serials.on;
  const field = entry?.field('stx');
  if (!field) return;
  if (!serials.on) field.value = '';
  else if (!stays || !field.value) field.value = serialText(serials.next(entry?.field('contest')?.value ?? ''));
}

/** A frequency, band or mode typed as a call. @param {string} typed */
function obey(typed) {
  const command = readCommand(typed);
  if (!command) return false;
  entry?.clear();
  if ('band' in command) {
    if (panel && radio.usable) panel.goToBand(command.band);
    else receiver.dial.type(command.band);
  } else go(command);
  if ('freq_hz' in command && !known()) setField('freq', kilohertz(command.freq_hz));
  if ('mode' in command && !known()) setField('mode', command.mode);
  return true;
}

/** @param {string} name @param {string} value */
function setField(name, value) {
  const field = entry?.field(name);
  if (!field) return;
  field.value = value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Presence, sound, looks. */
function tools() {
  const tone = h('input', { type: 'checkbox', checked: sound.on, onchange: () => { tone.checked = sound.toggle(); } });
  const look = h('details', { class: 'menu' }, h('summary', {}, t('js.dx.look')), h('div', { class: 'sheet' },
    h('label', { title: t('js.dx.sound_help') }, tone, t('js.dx.sound')), h('a', { href: '/dx' }, t('js.shack.all_spots')), h('hr'), h('div', { 'data-columns': true }), h('hr'), densityBoxes()));
  look.addEventListener('toggle', () => { if (look.open) fill(one('[data-columns]', look), spots.columnBoxes()); });
  fill(one('[data-tools]'), presence.buttons, look);
}

/** @param {() => void} run only where panels share the place */
function narrow(run) {
  if (matchMedia('(max-width: 759px)').matches) run();
}

/** @param {string} name */
function view(name) {
  main.dataset.view = name;
  for (const button of all('[data-views] button')) button.setAttribute('aria-pressed', String(button.dataset.to === name));
}

/** Which panel is seen where there is no room for all. */
function views() {
  for (const button of all('[data-views] button')) {
    button.addEventListener('click', () => {
      remember('shack.view', button.dataset.to);
      view(button.dataset.to);
    });
  }
  const phone = matchMedia('(max-width: 759px)');
  const usual = () => {
    const kept = recall('shack.view') || 'log';
    // Beside the entry there is always a second panel.
    view(!phone.matches && kept === 'log' ? 'spots' : kept);
  };
  phone.addEventListener('change', usual);
  usual();
}

function keys() {
  const call = () => {
    narrow(() => view('log'));
    one('#call')?.select();
  };
  onKey('/', t('js.shack.key_call'), call);
  onKey('n', t('js.shack.key_call'), call);
  onKey('f', t('js.shack.key_freq'), () => (known() ? panel?.dial : receiver.dial)?.type());
  onKey('l', t('js.shack.key_spots'), () => spots.focus());
  onKey('p', t('js.dx.key_pause'), () => spots.pause());
  document.addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]')) return;
    if (event.ctrlKey && !event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      // To the next station of the band, as contest programs do.
      const spot = spots.next(where().freq_hz ?? 0, event.key === 'ArrowUp' ? 1 : -1);
      if (!spot) return;
      event.preventDefault();
      goToSpot(spot);
    } else if (event.altKey && !event.ctrlKey && event.key.toLowerCase() === 'f') {
      event.preventDefault();
      (known() ? panel?.dial : receiver.dial)?.type();
    } else if (event.key === 'Escape' && !event.defaultPrevented && !form?.contains(/** @type {Node} */ (event.target))) call();
  });
}

/** The time where the reader is; UTC stands in the bar. */
function clock() {
  const place = one('[data-local]');
  const tick = () => {
    const now = new Date();
    place.dateTime = now.toISOString();
    place.textContent = now.toLocaleTimeString(document.documentElement.lang || 'en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
    setTimeout(tick, 1000 - (Date.now() % 1000));
  };
  tick();
}
