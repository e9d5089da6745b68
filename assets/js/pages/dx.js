//  The DX cluster's page: filter, live table, map and band map, panel of a spot, form, alerts.
//
//  All spots go one way: the feed tells them, the store keeps them, the list shows what the
//  filter wants, and table, map, band map and strip draw from the list at their own pace.

import { Chips } from '../dx/chips.js';
import { columns, orderOf, stateOf } from '../dx/columns.js';
import { SpotPanel } from '../dx/detail.js';
import { Feed } from '../dx/feed.js';
import { everything, readFilter, wants, writeFilter } from '../dx/filter.js';
import { Log } from '../dx/log.js';
import { recall, remember } from '../dx/memory.js';
import { pointsOf, stationOf } from '../dx/places.js';
import { SavedFilters } from '../dx/saved.js';
import { sound } from '../dx/sound.js';
import { prepare } from '../dx/spot.js';
import { SpotForm } from '../dx/spotform.js';
import { List, Spots } from '../dx/spots.js';
import { Strip } from '../dx/strip.js';
import { all, fill, h, one, settle } from '../dom.js';
import { makeGrip } from '../grip.js';
import { onKey } from '../keys.js';
import { kilohertz } from '../log/qso.js';
import { densityBoxes } from '../looks.js';
import { hasSeenOne, RigLink } from '../rig/link.js';
import { tuneMode } from '../rig/modes.js';
import { Radio } from '../rig/radio.js';
import '../sb-bandmap.js';
import '../sb-map.js';
import '../sb-table.js';
import { toast } from '../sb-toast.js';
import { age, formatClock } from '../utc.js';
import { number, t } from '../words.js';
import { bus } from '../ws.js';

const { logbook = '', account = '', units, role } = document.body.dataset;
const main = one('main');
const home = stationOf(main.dataset);
const { continent = '' } = main.dataset;
/** How often what is not the table draws anew, milliseconds. */
const PACE = 1500;
const CLOCK = 10_000;
const TYPING = 150;
/** Newest stations on the map. */
const ON_MAP = 80;
const NEWEST = '-time';
/** Spots that come closer together do not light up, milliseconds. */
const CALM = 1000;
/** Needs that are worth a tone; others are marked only. */
const LOUD = new Set(['entity', 'band', 'mode']);
/** What is read out is no more than this often, milliseconds. */
const NEWS_PAUSE = 5000;

const spots = new Spots();
const list = new List(spots);
/** Listeners have no radio here, and most who have one have used it on the page made for it. */
const radio = role === 'swl' || !hasSeenOne() ? null : new Radio(new RigLink(), null);
const log = new Log(logbook, () => marksChanged());
const table = one('sb-table');
const bandmap = h('sb-bandmap');
const map = h('sb-map', { fill: true, miles: units === 'imperial', label: t('js.dx.map') });
const sum = h('div', { class: 'sum' });
const pauseButton = h('button', { type: 'button', class: 'button', 'aria-keyshortcuts': 'p', onclick: () => pause(!list.paused) });
const state = { sort: NEWEST, loading: true, /** @type {Error | null} */ error: null, since: 0, newsAt: 0, cameAt: 0 };
let held = false;
let waiting = 0;
let drawing = 0;

const filter = startFilter();
let wanted = wants(filter, { worked: (spot) => log.has(spot) });
const chips = new Chips(one('[data-chips]'), filter, { changed: () => filterChanged(), continent: () => continent, knowsLog: () => log.worked.known });
const saved = new SavedFilters({ filter: () => filter, set: (other) => setFilter(other) });
chips.lead(saved.element);
const strip = new Strip(one('[data-strip]'), (band) => chips.band(band));
const form = one('[data-spot-form]') ? new SpotForm(one('[data-spot-form]'), one('[data-spot]'), () => table.focus()) : null;
const panel = new SpotPanel(one('[data-detail]'), {
  logbook, home: () => home, filter: (call) => setFilter({ ...everything(), skimmers: filter.skimmers, calls: call }),
  again: form ? (spot) => form.open(spot) : null,
  tune: () => (radio?.usable ? tune : null),
  shown: (spot) => { bandmap.chosen = spot.seq; if (spot.band) bandmap.band = spot.band; },
  closed: () => {
    bandmap.chosen = 0;
    table.removeAttribute('opened');
    table.focus();
  },
});
const feed = new Feed({ spots: arrived, state: ({ loading, error }) => {
  state.loading = loading;
  state.error = error;
  // What an empty table says depends on it.
  if (!loading && list.items.length === 0) table.setSource(source());
  drawSum();
} });

start();

function start() {
  table.setup({
    columns: columns(units === 'imperial'), source: source(), sort: state.sort, state: stateOf,
    key: (/** @type {any} */ spot) => String(spot.seq), empty: blank,
  });
  table.append(sum);
  table.addEventListener('open', (/** @type {any} */ event) => show(event.detail.item));
  table.addEventListener('sort', (/** @type {any} */ event) => {
    state.sort = event.detail.sort;
    shown();
  });
  // A row must not change between the press and the click.
  table.addEventListener('pointerdown', () => { held = true; });
  for (const kind of ['pointerup', 'pointercancel']) addEventListener(kind, () => setTimeout(letGo, 0));
  map.home = home && { ...home, label: account };
  map.addEventListener('choose', (/** @type {any} */ event) => {
    event.preventDefault();
    show(event.detail.spot);
  });
  bandmap.continent = continent;
  bandmap.band = recall('dx.band') || '20m';
  bandmap.addEventListener('choose', (/** @type {any} */ event) => show(event.detail));
  bandmap.addEventListener('band', (/** @type {any} */ event) => remember('dx.band', event.detail));
  one('[data-map]').append(map);
  one('[data-bandmap]').append(bandmap);
  makeGrip(one('[data-place]'), { side: 'start', label: t('js.dx.resize'), property: '--place', key: 'dx.place' });
  tools();
  views();
  keys();
  search();
  filterChanged();
  log.start();
  feed.start();
  radio?.addEventListener('change', () => {
    bandmap.tuned = radio.view?.state.freq_hz ?? null;
    panel.tunable();
  });
  radio?.start();
  bus().addEventListener('connection', linked);
  setInterval(ticked, CLOCK);
}

/** Rows for the table: held still until it takes the present list. */
function source() {
  let { items } = list;
  return {
    renew: () => { items = list.items; },
    fetch: async (/** @type {number} */ offset, /** @type {number} */ limit) => (
      { items: items.slice(offset, offset + limit), total: items.length, totalExact: true }),
  };
}

/** @param {any[]} batch @param {boolean} live */
function arrived(batch, live) {
  const now = Date.now();
  for (const spot of batch) {
    prepare(spot, home);
    spot.need = log.worked.need(spot);
  }
  const fresh = spots.add(batch, now);
  if (live) for (const spot of fresh) strip.activity.count(spot.band, now);
  const taken = list.take(fresh);
  if (taken.length) {
    if (held) waiting += taken.length;
    else if (live && state.sort === NEWEST) {
      // Light that never goes out tells nothing, and costs a frame each.
      table.arrived(taken.map(({ seq }) => String(seq)), now - state.cameAt > CALM);
      state.cameAt = now;
    }
    else table.refresh();
  }
  if (live) tell(fresh.filter((spot) => wanted(spot)));
  drawPause();
  if (live) drawLater();
  else drawNow();
}

function letGo() {
  held = false;
  if (waiting) table.arrived([]);
  waiting = 0;
}

/** Sound and quiet words for what is needed. @param {any[]} fresh */
function tell(fresh) {
  const loud = fresh.filter((spot) => (filter.needs.length ? filter.needs.includes(spot.need) : LOUD.has(spot.need)));
  if (loud.length === 0) return;
  sound.play();
  const now = performance.now();
  if (list.paused || now - state.newsAt < NEWS_PAUSE) return;
  state.newsAt = now;
  const spot = loud[loud.length - 1];
  one('[data-news]').textContent = t('js.dx.news', { need: t(`js.need.${spot.need}`), call: spot.call, freq: kilohertz(spot.freq_hz) });
}

/** @param {any} spot */
function show(spot) {
  table.setAttribute('opened', '');
  panel.show(spot);
}

/** Leads the radio to a spot. @param {any} spot */
async function tune(spot) {
  const mode = tuneMode(spot);
  await radio?.tune({ freq_hz: spot.freq_hz, ...(mode ? { mode } : {}) });
  if (radio?.fault) toast(radio.fault);
}

/** The filter at the start: of the address, else of the last visit. */
function startFilter() {
  const address = new URLSearchParams(location.search);
  const named = readFilter(address);
  if (Object.keys(writeFilter(named)).length) return named;
  return readFilter(new URLSearchParams(recall('dx.filter')));
}

/** @param {import('../dx/filter.js').Filter} other */
function setFilter(other) {
  one('#dx-calls').value = other.calls;
  chips.set(other);
}

/** Shows by the filter as it is now, and keeps it in the address and for the next visit. */
function filterChanged() {
  wanted = wants(filter, { worked: (spot) => log.has(spot) });
  const text = new URLSearchParams(writeFilter(filter)).toString().replaceAll('%2C', ',');
  history.replaceState(null, '', text ? `?${text}` : location.pathname);
  remember('dx.filter', text);
  one('[data-filter-error]').textContent = '';
  feed.machines = filter.skimmers;
  if (filter.unworked) log.lately().catch((error) => { one('[data-filter-error]').textContent = error.message; });
  shown();
}

/** Needs may be others: what is shown is marked, and chosen, anew. */
function marksChanged() {
  for (const spot of spots.find(() => true)) spot.need = log.worked.need(spot);
  chips.draw();
  if (filter.needs.length || filter.unworked) shown();
  else table.repaint();
}

/** The list by filter and order, from its top. */
function shown() {
  list.show(wanted, orderOf(state.sort));
  table.setSource(source());
  strip.draw(filter.bands);
  drawNow();
}

/** All but the table, which draws by itself. */
function drawNow() {
  drawSum();
  strip.draw(filter.bands);
  if (main.dataset.view === 'bands') bandmap.spots = list.items;
  else if (main.dataset.view === 'map' || innerWidth >= 1000) map.points = pointsOf(list.items, ON_MAP);
}

/** Map, strip and sums follow at a calmer pace than the table. */
function drawLater() {
  if (drawing) return;
  drawing = Number(setTimeout(() => {
    drawing = 0;
    drawNow();
  }, PACE));
}

function ticked() {
  spots.age(Date.now());
  drawLater();
}

/** @param {boolean} on */
function pause(on) {
  if (on) list.pause();
  else {
    list.resume();
    table.refresh();
  }
  one('[data-news]').setAttribute('aria-live', on ? 'off' : 'polite');
  main.classList.toggle('paused', on);
  drawPause();
  drawNow();
}

function drawPause() {
  const text = list.paused ? t('js.dx.resume', { n: list.waiting }) : t('js.dx.pause');
  if (pauseButton.textContent !== text) pauseButton.textContent = text;
  pauseButton.setAttribute('aria-pressed', String(list.paused));
  pauseButton.title = list.paused ? t('js.dx.waiting', { n: list.waiting }) : '';
}

function linked() {
  if (bus().state === 'online') state.since = 0;
  else state.since ||= Date.now();
  drawSum();
}

/** How many, how new, and whether it is live. */
function drawSum() {
  const newest = list.items.reduce((latest, { at }) => Math.max(latest, at), 0);
  const words = t('js.dx.sum', { n: list.items.length });
  fill(one('[data-count]'), words);
  const stale = state.since && Date.now() - state.since > 2000;
  fill(sum, h('span', {}, words),
    newest ? h('span', {}, t('js.dx.newest', { age: age(newest) })) : null,
    list.paused ? h('strong', {}, t('js.dx.waiting', { n: list.waiting })) : null,
    stale ? h('span', { class: 'warn' }, `▲ ${t('js.dx.stale', { time: formatClock(state.since) })}`) : null,
    state.error ? h('span', { class: 'bad' }, `✕ ${state.error.message}`) : null,
    h('span', { class: 'end hint' }, t('js.dx.hint')));
}

/** What stands where no spot does. */
function blank() {
  if (spots.size === 0) {
    if (state.loading) return h('div', { class: 'empty' }, h('p', {}, t('js.dx.loading')));
    return h('div', { class: 'empty' }, h('h2', {}, t('js.dx.empty')),
      h('p', {}, role === 'administrator' ? t('js.dx.empty_admin') : t('js.dx.empty_help')));
  }
  return h('div', { class: 'empty' }, h('h2', {}, t('js.dx.none')),
    h('p', {}, t('js.dx.none_help', { n: number(spots.find((spot) => !spot.skimmer || filter.skimmers).length) })),
    h('div', { class: 'actions' }, h('button', { type: 'button', class: 'button', onclick: () => setFilter(everything()) }, t('js.dx.clear'))));
}

/** Looks and sound, alerts, pause. */
function tools() {
  const tone = h('input', { type: 'checkbox', checked: sound.on, onchange: () => { tone.checked = sound.toggle(); } });
  const alerts = (/** @type {string} */ kind) => h('button', { type: 'button', class: kind, onclick: async () => {
    look.open = false;
    (await import('../dx/alerts.js')).openAlerts();
  } }, t('js.alert.title'));
  const look = h('details', { class: 'menu' }, h('summary', {}, t('js.dx.look')), h('div', { class: 'sheet' },
    h('a', { href: '/wall' }, t('js.dx.wall')), alerts('item narrow'), h('label', { title: t('js.dx.sound_help') }, tone, t('js.dx.sound')),
    h('hr'), table.columnBoxes(), h('hr'), densityBoxes()));
  fill(one('[data-tools]'), look, alerts('button wide'), pauseButton);
  drawPause();
}

/** Map or band map; on a phone the list in their place. */
function views() {
  const buttons = all('[data-views] button');
  const narrow = matchMedia('(max-width: 999px)');
  const set = (/** @type {string} */ view) => {
    main.dataset.view = view;
    one('[data-map]').hidden = view === 'bands';
    one('[data-bandmap]').hidden = view !== 'bands';
    draw();
    drawNow();
  };
  const draw = () => {
    const { view } = main.dataset;
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.to === view || (!narrow.matches && view === 'list' && button.dataset.to === 'map')));
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      remember('dx.view', button.dataset.to);
      set(button.dataset.to);
    });
  }
  const usual = () => set(recall('dx.view') || (narrow.matches ? 'list' : 'map'));
  narrow.addEventListener('change', usual);
  usual();
}

function keys() {
  onKey('/', t('js.dx.key_find'), () => one('#dx-calls').select());
  onKey('p', t('js.dx.key_pause'), () => pause(!list.paused));
  onKey('m', t('js.dx.key_map'), () => one(`[data-views] [data-to=${main.dataset.view === 'bands' ? 'map' : 'bands'}]`).click());
  if (radio) onKey('t', t('js.dx.key_tune'), () => { if (panel.spot && radio.usable) tune(panel.spot); });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) panel.close();
  });
}

/** The box for calls filters as one types. */
function search() {
  const box = one('#dx-calls');
  box.value = filter.calls;
  const typed = () => {
    if (filter.calls === box.value.trim()) return;
    filter.calls = box.value.trim();
    chips.draw();
    filterChanged();
  };
  box.addEventListener('input', settle(typed, TYPING));
  box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      typed();
      table.focus();
    } else if (event.key === 'Escape') {
      if (box.value === '') table.focus();
      box.value = '';
      typed();
    } else return;
    event.preventDefault();
  });
  one('[data-filter]').addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
}
