//  A record of the callbook: the map, and what other callbooks know.
//
//  Those are asked when the page is there already; what they say or why they do not stands beside, never in its way.

import { get } from '../api.js';
import { answerLines, answerQsl } from '../callbook/words.js';
import { fill, h, one } from '../dom.js';
import { placeOf } from '../map/greatcircle.js';
import '../sb-map.js';
import { t } from '../words.js';

/** Other callbooks have so long to answer, all of them together, milliseconds. */
const PATIENCE = 8000;

const call = one('[data-record]').dataset.record;
const stage = one('[data-map]');
if (stage) drawMap();
const elsewhere = one('[data-elsewhere]');
if (elsewhere) ask(one('[data-answers]', elsewhere));

function drawMap() {
  const { lat, lon, homeGrid } = stage.dataset;
  const { account, units } = document.body.dataset;
  const place = { lat: Number(lat), lon: Number(lon) };
  const own = homeGrid ? placeOf(homeGrid) : null;
  const map = h('sb-map', { fill: true, miles: units === 'imperial', label: call });
  stage.append(map);
  // One's own record shows one's own place, once.
  const isOwn = call === account;
  map.home = isOwn ? { ...place, label: call } : own && { ...own, label: account };
  map.points = isOwn ? [] : [{ ...place, call }];
}

/** @param {HTMLElement} place */
async function ask(place) {
  try {
    const found = await get(`/callbook/${encodeURIComponent(call)}/elsewhere`, { signal: AbortSignal.timeout(PATIENCE), stay: true });
    const answers = found.items ?? [];
    fill(place, answers.length === 0 ? h('p', { class: 'muted' }, t('js.callbook.no_answers'))
      : h('ul', { class: 'answers' }, answers.map((/** @type {any} */ each) => answer(each))));
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    const what = name === 'TimeoutError' || name === 'AbortError' ? t('js.callbook.slow') : message;
    fill(place, h('p', { class: 'warn' }, h('span', { 'aria-hidden': 'true' }, '△ '), t('js.callbook.failed', { what })));
  }
}

/** One callbook's answer, or in words why there is none. @param {any} each as the interface tells it */
function answer({ name, state, message, answer: told }) {
  if (!told) {
    const expected = state === 'not_found';
    return h('li', {}, h('p', { class: expected ? 'muted' : 'warn' }, expected ? null : h('span', { 'aria-hidden': 'true' }, '△ '), message));
  }
  const { via, ways } = answerQsl(told);
  const qsl = [via && t('js.callbook.via', { via }), ...ways.map((way) => t(`js.callbook.qsl_${way}`))].filter(Boolean).join(' · ');
  return h('li', {},
    h('h3', {}, h('span', {}, name), told.page ? h('a', { class: 'small', href: told.page, rel: 'noopener noreferrer' }, told.call) : h('span', { class: 'call small' }, told.call)),
    answerLines(told).map((line) => h('p', { class: 'lines' }, line)),
    qsl ? h('p', { class: 'lines muted' }, qsl) : null,
    told.limited ? h('p', { class: 'lines muted small' }, message) : null);
}
