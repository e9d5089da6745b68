//  The map's elements beside the canvas: tools, tip, readout, band key, list.
//
//  Builds nodes and fills them with text; what happens on a press is the map's.

import { bandName, bandOrder, bandProperty } from '../bands.js';
import { timeElement } from '../utc.js';
import { bearingText, kmText, sunText, wayText, whole, WORDS } from './facts.js';

/** @typedef {import('./marks.js').Mark} Mark */
/** @typedef {import('./greatcircle.js').Place} Place */

/** Rows of the list; more would say less. */
const LIST_ROWS = 500;
/** Contacts a tip names when several share a dot. */
const TIP_ROWS = 4;

/**
 * An element with text or children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, string>} [attributes] @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @param {string} text @param {string} [label] what it does, when the text is a sign @returns {HTMLButtonElement} */
export function button(text, label) {
  return make('button', { type: 'button', ...(label ? { 'aria-label': label, title: label } : {}) }, text);
}

/** A band's chip: swatch and name. @param {string | undefined} id @returns {HTMLElement} */
export function bandChip(id) {
  const chip = make('span', { class: 'band-chip' }, bandName(id));
  chip.style.setProperty('--band', `var(${bandProperty(id)})`);
  return chip;
}

/**
 * What the tip says about the contacts of one dot.
 * @param {HTMLElement} tip @param {readonly Mark[]} items @param {Place | null} home @param {number} now
 */
export function fillTip(tip, items, home, now) {
  const rows = items.slice(0, TIP_ROWS).map(({ point }) => {
    const row = make('p', { class: 'map-tip-head' }, make('b', {}, point.call));
    if (point.band) row.append(bandChip(point.band));
    if (point.time) row.append(timeElement(point.time));
    return row;
  });
  if (items.length > TIP_ROWS) rows.push(make('p', {}, WORDS.more(whole(items.length - TIP_ROWS))));
  const place = items[0].point;
  for (const text of [wayText(place.from ?? home, place), sunText(place, now)]) {
    if (text) rows.push(make('p', {}, text));
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
  key.replaceChildren(...ids.map((id) => make('li', {}, bandChip(id))));
}

/** "240 points" @param {number} count @returns {string} */
export function countText(count) {
  if (count === 0) return WORDS.none;
  return count === 1 ? WORDS.one : WORDS.many(whole(count));
}

/**
 * The points as a table, newest first.
 * @param {HTMLElement} box @param {readonly Mark[]} marks @param {Place | null} home
 */
export function fillList(box, marks, home) {
  const shown = marks.slice(0, LIST_ROWS);
  const head = [WORDS.call, WORDS.band, WORDS.time, ...(home ? [WORDS.bearing, WORDS.distance] : [])];
  const table = make('table', {}, make('thead', {}, make('tr', {}, ...head.map((text) => (
    make('th', { scope: 'col' }, text))))));
  const body = table.createTBody();
  for (const { point } of shown) {
    const row = body.insertRow();
    const from = point.from ?? home;
    row.append(make('th', { scope: 'row' }, point.href ? make('a', { href: point.href }, point.call) : point.call));
    row.insertCell().append(point.band ? bandChip(point.band) : '');
    row.insertCell().append(point.time ? timeElement(point.time) : '');
    if (!home) continue;
    row.insertCell().append(from ? bearingText(from, point) : '');
    row.insertCell().append(from ? kmText(from, point) : '');
  }
  const note = shown.length < marks.length
    ? [make('p', {}, WORDS.newest(whole(shown.length), whole(marks.length)))] : [];
  box.replaceChildren(table, ...note);
}
