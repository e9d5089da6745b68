//  The dashboard: map of the contacts, counts, the last ten, charts; kept up to date.

import { get } from '../api.js';
import { band, bandName, bandOrder } from '../bands.js';
import { all, fill, h, one, settle } from '../dom.js';
import { homeOf } from '../log/home.js';
import { modeOf } from '../log/qso.js';
import '../sb-chart.js';
import '../sb-map.js';
import { timeElement } from '../utc.js';
import { number, t } from '../words.js';
import { bus } from '../ws.js';

const { logbook } = document.body.dataset;
const REFRESH_MS = 1000;
const LAST = 10;

const stage = one('[data-map]');
if (stage) start();
else {
  bus().subscribe('logbook', ({ payload }) => { if (payload?.logbook === logbook) location.reload(); });
  bus().addEventListener('gap', () => location.reload());
}

function start() {
  const map = h('sb-map', { fill: true, miles: document.body.dataset.units === 'imperial' });
  stage.append(map);
  const choice = one('[data-map-span]');
  const draw = () => points(map, choice.value).catch((error) => note(error.message));
  choice.addEventListener('change', draw);
  draw();
  counts();
  const refresh = settle(() => {
    draw();
    counts();
    last();
  }, REFRESH_MS);
  bus().subscribe('logbook', ({ payload }) => { if (payload?.logbook === logbook) refresh(); });
  // After a connection lost, what was missed is fetched again.
  bus().addEventListener('gap', refresh);
}

/** @param {any} map @param {string} span */
async function points(map, span) {
  const hours = { '24h': 24, '7d': 168 }[span];
  const from = hours ? new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 19) + 'Z' : undefined;
  const { home: found, items } = await get('/logbook/points', { query: { logbook, from, limit: hours ? 500 : 200 } });
  const home = homeOf(found);
  map.home = home ? { ...home, label: logbook } : null;
  map.points = items.map((/** @type {any} */ each) => ({ ...each, time: each.start, href: `/logbook?q=call:${encodeURIComponent(each.call)}` }));
  if (!home) note(t('js.dash.no_home'));
  else note(items.length ? '' : t('js.dash.no_points'));
}

/** @param {string} text */
function note(text) {
  one('[data-map-note]').textContent = text;
}

async function counts() {
  const stats = await get('/logbook/stats', { query: { logbook } });
  for (const place of all('[data-stat]')) {
    const value = stats[place.dataset.stat];
    if (value !== undefined) place.textContent = number(value);
  }
  const bands = [...stats.bands].sort((a, b) => bandOrder(a.band) - bandOrder(b.band));
  chart('bands', {
    kind: 'bars', unit: t('js.dash.unit'), x: bands.map((each) => band(each.band)?.short ?? each.band), names: bands.map((each) => bandName(each.band)), bands: bands.map((each) => each.band),
    series: [{ name: t('js.dash.contacts'), values: bands.map((each) => each.qsos) }],
  });
  chart('years', byYear(stats.years));
}

/** @param {any[]} years */
function byYear(years) {
  const sorted = [...years].sort((a, b) => a.year - b.year);
  const first = sorted[0]?.year ?? 0;
  const span = sorted.length ? sorted[sorted.length - 1].year - first + 1 : 0;
  // Years without a contact keep their place.
  const line = Array.from({ length: span }, (_, n) => sorted.find((each) => each.year === first + n) ?? { year: first + n, qsos: 0, bands: {} });
  const used = [...new Set(line.flatMap((each) => Object.keys(each.bands ?? {})))].sort((a, b) => bandOrder(a) - bandOrder(b));
  const series = used.length ? used.map((name) => ({ name: bandName(name), band: name, values: line.map((each) => each.bands?.[name] ?? 0) }))
    : [{ name: t('js.dash.contacts'), values: line.map((each) => each.qsos) }];
  return { kind: 'bars', unit: t('js.dash.unit'), x: line.map((each) => String(each.year)), series };
}

/** @param {string} name @param {any} data */
function chart(name, data) {
  const place = one(`[data-chart=${name}]`);
  if (!place) return;
  let element = place.querySelector('sb-chart');
  if (!element) {
    const heading = place.closest('.panel').querySelector('h2').textContent;
    element = h('sb-chart', { fill: true, label: heading });
    place.append(element);
  }
  element.data = data;
}

async function last() {
  const { items } = await get('/logbook/qsos', { query: { logbook, limit: LAST } });
  fill(one('[data-last] tbody'), items.map((/** @type {any} */ qso) => h('tr', {},
    h('td', { class: 'nowrap muted' }, timeElement(qso.start)),
    h('td', { class: 'call' }, h('a', { href: `/logbook?q=call:${encodeURIComponent(qso.call)}` }, qso.call)),
    h('td', { class: 'nowrap' }, h('span', { class: 'chip band', 'data-band': qso.band }, bandName(qso.band))),
    h('td', {}, modeOf(qso)), h('td', { class: 'muted' }, qso.country ?? ''))));
}
