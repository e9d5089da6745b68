//  Meters: strength while receiving, power, standing wave and level control while transmitting.

import { fill, h } from '../dom.js';
import { t } from '../words.js';

/** The scale of strength: from S1 to 60 dB over S9, in dB relative to S9. */
const WEAKEST = -48;
const STRONGEST = 60;
/** S9 stands here on the bar. */
const NINE = 0.6;
const DB_PER_S = 6;
/** Standing wave from which a transmitter suffers. */
const BAD_SWR = 2.5;
const HIGHEST_SWR = 5;

/** `S7`, `S9 +20`. @param {number} db relative to S9 */
export function strengthText(db) {
  if (db > 2) return `S9 +${Math.round(db)}`;
  return `S${Math.max(0, Math.min(9, Math.round(9 + db / DB_PER_S)))}`;
}

/** Share of the bar. @param {number} db */
export function strengthShare(db) {
  const share = db <= 0 ? NINE * (1 - db / WEAKEST) : NINE + (1 - NINE) * (db / STRONGEST);
  return Math.max(0, Math.min(1, share));
}

/**
 * The bars for what a radio tells.
 * @param {Record<string, any>} meters @param {boolean} transmitting @param {number | undefined} watts most power
 * @returns {{ id: string, label: string, text: string, share: number, bad: boolean }[]}
 */
export function bars(meters, transmitting, watts) {
  const has = (/** @type {string} */ name) => Number.isFinite(meters[name]);
  const list = [];
  if (!transmitting) {
    if (has('strength_db')) list.push({ id: 's', label: 'S', text: strengthText(meters.strength_db), share: strengthShare(meters.strength_db), bad: false });
    return list;
  }
  if (has('power')) list.push({ id: 'power', label: 'PWR', text: watts ? `${Math.round(meters.power * watts)}\u00a0W` : `${Math.round(meters.power * 100)}\u00a0%`, share: clamped(meters.power), bad: false });
  if (has('swr')) list.push({ id: 'swr', label: 'SWR', text: meters.swr.toFixed(1), share: clamped((meters.swr - 1) / (HIGHEST_SWR - 1)), bad: meters.swr >= BAD_SWR });
  if (has('alc')) list.push({ id: 'alc', label: 'ALC', text: `${Math.round(meters.alc * 100)}\u00a0%`, share: clamped(meters.alc), bad: meters.alc >= 1 });
  return list;
}

/** @param {number} share */
const clamped = (share) => Math.max(0, Math.min(1, share));

/** Draws bars into their place, reusing what stands there. @param {HTMLElement} place @param {ReturnType<typeof bars>} list */
export function drawBars(place, list) {
  const key = list.map(({ id }) => id).join();
  if (place.dataset.bars !== key) {
    place.dataset.bars = key;
    fill(place, list.length === 0 ? h('p', { class: 'muted small' }, t('js.rig.no_meter'))
      : list.map(({ id, label }) => h('div', { class: `meter ${id}` }, h('span', { class: 'muted small' }, label), h('span', { class: 'track' }, h('i')), h('output', { class: 'num small' }))));
  }
  list.forEach(({ text, share, bad }, n) => {
    const row = /** @type {HTMLElement} */ (place.children[n]);
    row.style.setProperty('--share', String(share));
    row.classList.toggle('bad', bad);
    const out = /** @type {HTMLElement} */ (row.lastElementChild);
    if (out.textContent !== text) out.textContent = text;
  });
}
