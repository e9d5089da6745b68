//  The wall: what is on the air, readable from four metres. No controls, nothing that turns pages.
//
//  What the reader needs comes first, then the newest; the map shows the last quarter of an
//  hour, the bars count it by band: heard on the own continent, and everywhere.

import { bandName, bandOrder } from '../bands.js';
import { Feed } from '../dx/feed.js';
import { Log } from '../dx/log.js';
import { pointsOf, stationOf } from '../dx/places.js';
import { ageOf, prepare } from '../dx/spot.js';
import { Spots } from '../dx/spots.js';
import { Activity, readCounts } from '../dx/strip.js';
import { fill, h, one } from '../dom.js';
import '../sb-map.js';
import { startClock } from '../utc.js';
import { number, t } from '../words.js';
import { bus } from '../ws.js';

const main = one('main');
const home = stationOf(main.dataset);
const { continent = '' } = main.dataset;
const { account = '', logbook = '', units } = document.body.dataset;
const PACE = 1000;
const QUARTER = 15;
const USUAL = ['160m', '80m', '40m', '30m', '20m', '17m', '15m', '12m', '10m', '6m'];
/** Needed stations keep a place at the top this long, milliseconds. */
const NEEDED_FOR = 10 * 60_000;
const MOST_ROWS = 20;
const ON_MAP = 40;

const spots = new Spots();
const everywhere = new Activity();
const near = new Activity();
const log = new Log(logbook, () => {
  for (const spot of spots.find(() => true)) spot.need = log.worked.need(spot);
  later();
});
const map = h('sb-map', { fill: true, compact: true, miles: units === 'imperial', label: t('js.dx.map') });
let drawing = 0;
let fetched = false;
let drawn = false;

start();

function start() {
  startClock(one('[data-utc]'));
  readCounts(one('[data-bands]'), everywhere);
  readCounts(one('[data-bands]'), near, 'near');
  map.home = home && { ...home, label: account };
  one('[data-map]').append(map);
  one('[data-around]').textContent = continent ? t('js.wall.around', { name: t(`js.continent.${continent}`) }) : '';
  // Until the first answer what the server wrote stands.
  const feed = new Feed({ spots: arrived, state: ({ loading }) => {
    fetched ||= !loading;
    later();
  } });
  log.start();
  feed.start();
  bus().addEventListener('connection', link);
  link();
  awake();
  setInterval(later, 10_000);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') location.assign('/dx'); });
}

/** @param {any[]} batch @param {boolean} live */
function arrived(batch, live) {
  for (const spot of batch) {
    prepare(spot, home);
    spot.need = log.worked.need(spot);
  }
  for (const spot of spots.add(batch, Date.now())) {
    if (!live) continue;
    everywhere.count(spot.band, Date.now());
    if (continent && spot.spotter_continent === continent) near.count(spot.band, Date.now());
  }
  later();
}

function later() {
  if (drawing) return;
  drawing = Number(setTimeout(() => {
    drawing = 0;
    if (fetched) draw();
  }, drawn ? PACE : 0));
}

function draw() {
  drawn = true;
  const now = Date.now();
  spots.age(now);
  const people = spots.find(({ skimmer }) => !skimmer);
  const list = one('[data-list]');
  // As many as there is room for: half a line says nothing.
  const line = list.firstElementChild?.offsetHeight ?? 0;
  const room = line > 0 ? Math.floor(list.parentElement.clientHeight / line) : MOST_ROWS;
  const rows = chosen(people, now).slice(0, Math.max(4, room));
  fill(list, rows.map((spot) => h('li', { 'data-band': spot.band ?? null, 'data-need': spot.need || null },
    h('span', { class: 'call' }, spot.call), h('span', { class: 'freq' }, (spot.freq_hz / 1000).toFixed(1)), h('span', { class: 'mode' }, spot.mode ?? ''),
    h('span', { class: 'from' }, spot.need ? h('b', {}, t(`js.need.${spot.need}`)) : null, h('span', {}, spot.country ?? '')),
    h('time', { datetime: spot.time }, ageOf(spot.at, now)))));
  one('[data-none]').hidden = rows.length > 0;
  map.points = pointsOf(people.filter(({ at }) => now - at < QUARTER * 60_000), ON_MAP);
  drawBands(now);
}

/** Needed stations of the last minutes, then the newest; each once. @param {any[]} people newest first @param {number} now */
function chosen(people, now) {
  const seen = new Set();
  const once = people.filter(({ call, band }) => !seen.has(`${call} ${band}`) && seen.add(`${call} ${band}`));
  const needed = once.filter(({ need, at }) => need && need !== 'ref' && now - at < NEEDED_FOR).slice(0, MOST_ROWS / 2);
  return [...needed, ...once.filter((spot) => !needed.includes(spot))].slice(0, MOST_ROWS);
}

/** @param {number} now */
function drawBands(now) {
  const bands = [...new Set([...USUAL, ...everywhere.bands.filter((band) => everywhere.bars(band, now, 1, QUARTER)[0] > 0)])]
    .sort((a, b) => bandOrder(a) - bandOrder(b));
  const counted = bands.map((band) => ({ band, all: everywhere.bars(band, now, 1, QUARTER)[0], own: near.bars(band, now, 1, QUARTER)[0] }));
  const most = Math.max(1, ...counted.map(({ all }) => all));
  fill(one('[data-bands]'), counted.map(({ band, all, own }) => {
    const bar = h('span', { class: 'meter', 'aria-hidden': 'true' }, h('i', { class: 'all' }), h('i', { class: 'own' }));
    bar.style.setProperty('--all', (all / most).toFixed(3));
    bar.style.setProperty('--own', (Math.min(own, all) / most).toFixed(3));
    return h('li', { 'data-band': band }, h('span', { class: 'name' }, bandName(band)), bar,
      h('span', { class: 'num' }, continent ? h('b', {}, number(Math.min(own, all))) : null, continent ? ' / ' : '', number(all)));
  }));
}

function link() {
  const place = one('[data-link]');
  const words = /** @type {Record<string, [string, string]>} */ ({
    online: ['open', t('js.link.online')], connecting: ['waiting', t('js.link.connecting')], offline: ['closed', t('js.link.offline')],
  });
  const [name, word] = words[bus().state] ?? words.offline;
  place.dataset.state = name;
  place.textContent = word;
}

/** Keeps the screen on where the browser can; a lock ends when the page is hidden. */
function awake() {
  const lock = async () => {
    try {
      await navigator.wakeLock?.request('screen');
    } catch {
      // Battery saver or policy: the screen then sleeps as it always does.
    }
  };
  document.addEventListener('visibilitychange', () => { if (!document.hidden) lock(); });
  lock();
}
