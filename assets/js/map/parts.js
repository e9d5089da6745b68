//  The map's elements beside the canvas: tools, tip, readout, band key, list.
//
//  Builds nodes and fills them with text; what happens on a press is the map's.

import { bandName, bandOrder, bandProperty } from '../bands.js';
import { h } from '../dom.js';
import { timeElement } from '../utc.js';
import { t } from '../words.js';
import { bearingText, kmText, sunText, wayText } from './facts.js';

/** @typedef {import('./marks.js').Mark} Mark */
/** @typedef {import('./greatcircle.js').Place} Place */

/** Rows of the list; more would say less. */
const LIST_ROWS = 500;
/** Contacts a tip names when several share a dot. */
const TIP_ROWS = 4;

/** @param {string} text @param {string} [label] what it does, when the text is a sign @returns {HTMLButtonElement} */
export function button(text, label) {
  return h('button', { type: 'button', 'aria-label': label, title: label }, text);
}

/** A band's chip: swatch and name. @param {string | undefined} id @returns {HTMLElement} */
export function bandChip(id) {
  const chip = h('span', { class: 'band-chip' }, bandName(id));
  chip.style.setProperty('--band', `var(${bandProperty(id)})`);
  return chip;
}

/**
 * What the tip says about the contacts of one dot.
 * @param {HTMLElement} tip @param {readonly Mark[]} items @param {Place | null} home @param {number} now
 */
export function fillTip(tip, items, home, now) {
  const rows = items.slice(0, TIP_ROWS).map(({ point }) => {
    const row = h('p', { class: 'map-tip-head' }, h('b', {}, point.call));
    if (point.band) row.append(bandChip(point.band));
    if (point.time) row.append(timeElement(point.time));
    return row;
  });
  if (items.length > TIP_ROWS) rows.push(h('p', {}, t('js.map.more', { count: items.length - TIP_ROWS })));
  const place = items[0].point;
  for (const text of [wayText(place.from ?? home, place), sunText(place, now)]) {
    if (text) rows.push(h('p', {}, text));
  }
  tip.replaceChildren(...rows);
}

/**
 * Puts the tip beside a spot of the stage, inside of it.
 * @param {HTMLElement} tip @param {number} x @param {number} y @param {HTMLElement} stage
 */
export function placeTip(tip, x, y, stage) {
  const { offsetWidth, offsetHeight } = tip;
  const { clientWidth: width, clientHeight: height } = stage;
  const left = x + 14 + offsetWidth <= width ? x + 14 : Math.max(4, x - 14 - offsetWidth);
  const top = Math.max(4, Math.min(y - offsetHeight / 2, height - offsetHeight - 4));
  tip.style.setProperty('translate', `${Math.round(left)}px ${Math.round(top)}px`);
}

/** The bands on the map, low to high. @param {HTMLElement} key @param {readonly Mark[]} marks */
export function fillKey(key, marks) {
  const ids = [...new Set(marks.map(({ point }) => point.band).filter((id) => id !== undefined))]
    .sort((a, b) => bandOrder(a) - bandOrder(b));
  key.replaceChildren(...ids.map((id) => h('li', {}, bandChip(id))));
}

/** "240 points" @param {number} count @returns {string} */
export function countText(count) {
  if (count === 0) return t('js.map.none');
  return count === 1 ? t('js.map.one') : t('js.map.many', { count });
}

/**
 * The points as a table, newest first.
 * @param {HTMLElement} box @param {readonly Mark[]} marks @param {Place | null} home
 */
export function fillList(box, marks, home) {
  const shown = marks.slice(0, LIST_ROWS);
  const head = ['call', 'band', 'time', ...(home ? ['bearing', 'distance'] : [])].map((key) => t(`js.map.${key}`));
  const table = h('table', {}, h('thead', {}, h('tr', {}, ...head.map((text) => (
    h('th', { scope: 'col' }, text))))));
  const body = table.createTBody();
  for (const { point } of shown) {
    const row = body.insertRow();
    const from = point.from ?? home;
    row.append(h('th', { scope: 'row' }, point.href ? h('a', { href: point.href }, point.call) : point.call));
    row.insertCell().append(point.band ? bandChip(point.band) : '');
    row.insertCell().append(point.time ? timeElement(point.time) : '');
    if (!home) continue;
    row.insertCell().append(from ? bearingText(from, point) : '');
    row.insertCell().append(from ? kmText(from, point) : '');
  }
  const note = shown.length < marks.length
    ? [h('p', {}, t('js.map.newest', { shown: shown.length, all: marks.length }))] : [];
  box.replaceChildren(table, ...note);
}
