//  Which spots are shown: a plain object, its text in the address, and what it wants.
//
//  Lists have the names of the server's filter (`bands=20m,40m&modes=cw`), so an address can be
//  opened without script and a saved filter works anywhere. Every list given must hold the spot;
//  within a list any entry may.

import { hasMode, PROGRAMMES } from './spot.js';

/**
 * @typedef {object} Filter
 * @property {string[]} bands      ADIF names
 * @property {string[]} modes      classes in lower case, modes in upper
 * @property {string[]} cont       of the spotted station
 * @property {string[]} de_cont    of the spotter
 * @property {string[]} ref        programmes
 * @property {string} calls        as typed: beginnings of calls, `de:` before those of spotters
 * @property {boolean} skimmers    whether machines are heard too
 * @property {string[]} needs      kinds of need; empty: all spots
 * @property {boolean} unworked    without stations worked lately on the band in the kind of mode
 */

const LISTS = /** @type {const} */ (['bands', 'modes', 'cont', 'de_cont', 'ref']);
/** All kinds of need, the strongest first. */
export const NEEDS = ['entity', 'band', 'mode', 'slot', 'grid', 'ref'];
export const CONTINENTS = ['EU', 'NA', 'SA', 'AF', 'AS', 'OC', 'AN'];

/** A filter that wants all that people spotted. @returns {Filter} */
export function everything() {
  return { bands: [], modes: [], cont: [], de_cont: [], ref: [], calls: '', skimmers: false, needs: [], unworked: false };
}

/**
 * Reads a filter from an address or from what was saved; what is not known is passed over.
 * @param {URLSearchParams | Record<string, any>} given
 * @returns {Filter}
 */
export function readFilter(given) {
  const entries = given instanceof URLSearchParams ? [...given] : Object.entries(given ?? {});
  const filter = everything();
  /** @type {string[]} */
  const words = [];
  for (const [name, value] of entries) {
    const list = (Array.isArray(value) ? value : String(value).split(',')).map((each) => String(each).trim()).filter(Boolean);
    if (name === 'bands') filter.bands = list.map((each) => each.toLowerCase());
    else if (name === 'modes') filter.modes = list.map((each) => (['cw', 'phone', 'data'].includes(each.toLowerCase()) ? each.toLowerCase() : each.toUpperCase()));
    else if (name === 'cont' || name === 'de_cont') filter[name] = list.map((each) => each.toUpperCase()).filter((each) => CONTINENTS.includes(each));
    else if (name === 'ref') filter.ref = list.map((each) => each.toLowerCase()).filter((each) => PROGRAMMES.includes(each));
    else if (name === 'needs') filter.needs = list.includes('any') ? [...NEEDS] : NEEDS.filter((each) => list.includes(each));
    else if (name === 'calls') words.push(...list.map((each) => each.replace(/\*$/, '')));
    else if (name === 'spotters') words.push(...list.map((each) => `de:${each.replace(/\*$/, '')}`));
    else if (name === 'skimmer') filter.skimmers = list[0] === 'true' || list[0] === 'all';
    else if (name === 'unworked') filter.unworked = list[0] === 'true';
  }
  filter.calls = words.join(' ');
  return filter;
}

/**
 * The filter as named texts, for the address and for the server; nothing where it wants all.
 * @param {Filter} filter
 * @returns {Record<string, string>}
 */
export function writeFilter(filter) {
  /** @type {Record<string, string>} */
  const texts = {};
  for (const name of LISTS) if (filter[name].length) texts[name] = filter[name].join(',');
  const { calls, spotters } = words(filter.calls);
  if (calls.length) texts.calls = calls.map((each) => `${each}*`).join(',');
  if (spotters.length) texts.spotters = spotters.map((each) => `${each}*`).join(',');
  if (filter.needs.length) texts.needs = filter.needs.length === NEEDS.length ? 'any' : filter.needs.join(',');
  if (filter.skimmers) texts.skimmer = 'all';
  if (filter.unworked) texts.unworked = 'true';
  return texts;
}

/** Whether two filters want the same. @param {Filter} one @param {Filter} other */
export function same(one, other) {
  return JSON.stringify(writeFilter(one)) === JSON.stringify(writeFilter(other));
}

/** How many parts of a filter are set. @param {Filter} filter */
export const parts = (filter) => Object.keys(writeFilter(filter)).length;

/**
 * What a filter wants, as a question to ask of many spots.
 * @param {Filter} filter
 * @param {{ worked?: (spot: any) => boolean }} [log] whether a station was worked lately
 * @returns {(spot: any) => boolean}
 */
export function wants(filter, log = {}) {
  const [bands, cont, deCont] = [new Set(filter.bands), new Set(filter.cont), new Set(filter.de_cont)];
  const needs = new Set(filter.needs);
  const { calls, spotters } = words(filter.calls);
  return (spot) => (filter.skimmers || !spot.skimmer)
    && (bands.size === 0 || bands.has(spot.band))
    && (filter.modes.length === 0 || filter.modes.some((mode) => hasMode(spot, mode)))
    && (cont.size === 0 || cont.has(spot.continent))
    && (deCont.size === 0 || deCont.has(spot.spotter_continent))
    && (filter.ref.length === 0 || filter.ref.some((programme) => spot[programme]))
    && (needs.size === 0 || needs.has(spot.need))
    && begins(calls, spot.call) && begins(spotters, spot.spotter)
    && !(filter.unworked && log.worked?.(spot));
}

/** @param {readonly string[]} starts @param {string} call */
function begins(starts, call) {
  return starts.length === 0 || starts.some((start) => call.startsWith(start)
    // 9A/DL1ABC is found by DL1 too.
    || call.includes(`/${start}`));
}

/** @param {string} text */
function words(text) {
  const all = text.toUpperCase().split(/[\s,]+/).map((each) => each.replace(/\*$/, '')).filter(Boolean);
  return {
    calls: all.filter((each) => !each.startsWith('DE:')),
    spotters: all.filter((each) => each.startsWith('DE:')).map((each) => each.slice(3)).filter(Boolean),
  };
}
