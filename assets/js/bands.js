//  Amateur bands as the pages know them: order, names, edges and colour.
//
//  The list is ADIF 3.1.7's band enumeration, low to high. Colours live in the
//  style sheet as custom properties (`--band-20m`); bands without a colour of
//  their own borrow their neighbour's. The server decides what band a contact
//  is on; `bandOfHertz` is for what the page shows before the server has spoken.

/**
 * @typedef {object} Band
 * @property {string} id      ADIF name, lower case: "20m"
 * @property {string} name    as shown: "20 m"
 * @property {string} short   shortest form that stays clear in a label: "20"
 * @property {number} low     lower edge, Hz, inclusive
 * @property {number} high    upper edge, Hz, inclusive
 * @property {string} colour  custom property that holds its colour: "--band-20m"
 */

/** [id, lower MHz, upper MHz, colour borrowed from] in the order of frequency. */
const TABLE = /** @type {const} */ ([
  ['2190m', 0.1357, 0.1378],
  ['630m', 0.472, 0.479],
  ['560m', 0.501, 0.504, '630m'],
  ['160m', 1.8, 2],
  ['80m', 3.5, 4],
  ['60m', 5.06, 5.45],
  ['40m', 7, 7.3],
  ['30m', 10.1, 10.15],
  ['20m', 14, 14.35],
  ['17m', 18.068, 18.168],
  ['15m', 21, 21.45],
  ['12m', 24.89, 24.99],
  ['10m', 28, 29.7],
  ['8m', 40, 45, '6m'],
  ['6m', 50, 54],
  ['5m', 54.000001, 69.9, '4m'],
  ['4m', 70, 71],
  ['2m', 144, 148],
  ['1.25m', 222, 225, '70cm'],
  ['70cm', 420, 450],
  ['33cm', 902, 928, '70cm'],
  ['23cm', 1240, 1300],
  ['13cm', 2300, 2450, '23cm'],
  ['9cm', 3300, 3500, '23cm'],
  ['6cm', 5650, 5925, '23cm'],
  ['3cm', 10000, 10500, '23cm'],
  ['1.25cm', 24000, 24250, '23cm'],
  ['6mm', 47000, 47200, '23cm'],
  ['4mm', 75500, 81000, '23cm'],
  ['2.5mm', 119980, 123000, '23cm'],
  ['2mm', 134000, 149000, '23cm'],
  ['1mm', 241000, 250000, '23cm'],
  ['submm', 300000, 7500000, '23cm'],
]);

/** All bands, lowest frequency first. @type {readonly Readonly<Band>[]} */
export const BANDS = Object.freeze(TABLE.map(([id, low, high, like]) => Object.freeze({
  id,
  name: displayName(id),
  short: shortName(id),
  low: Math.round(low * 1e6),
  high: Math.round(high * 1e6),
  colour: `--band-${like ?? id}`,
})));

const BY_ID = new Map(BANDS.map((band, order) => [band.id, { band, order }]));

/**
 * The band of an ADIF name in any case and spacing ("20M", "70 cm").
 * @param {string | null | undefined} id
 * @returns {Readonly<Band> | undefined}
 */
export function band(id) {
  return entry(id)?.band;
}

/**
 * Name for the eye: "20 m". An unknown name comes back as it is.
 * @param {string | null | undefined} id
 * @returns {string}
 */
export function bandName(id) {
  return band(id)?.name ?? String(id ?? '');
}

/**
 * Place in the order of frequency; unknown names come last. For sorting.
 * @param {string | null | undefined} id
 * @returns {number}
 */
export function bandOrder(id) {
  return entry(id)?.order ?? BANDS.length;
}

/**
 * Custom property with the band's colour; `--muted` for an unknown band.
 * @param {string | null | undefined} id
 * @returns {string}
 */
export function bandProperty(id) {
  return band(id)?.colour ?? '--muted';
}

/**
 * Band that holds a frequency.
 * @param {number} hertz
 * @returns {Readonly<Band> | undefined}
 */
export function bandOfHertz(hertz) {
  return BANDS.find((each) => hertz >= each.low && hertz <= each.high);
}

/** @param {string | null | undefined} id */
function entry(id) {
  return id == null ? undefined : BY_ID.get(String(id).replace(/\s+/g, '').toLowerCase());
}

/** @param {string} id */
function displayName(id) {
  return id === 'submm' ? 'sub-mm' : id.replace(/^([\d.]+)(\w+)$/, '$1\u00a0$2');
}

/** @param {string} id */
function shortName(id) {
  return /^\d+m$/.test(id) ? id.slice(0, -1) : id;
}
