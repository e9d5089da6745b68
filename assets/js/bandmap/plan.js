//  Which part of a band is for what, by region: what the band map shades.
//
//  Segments in kilohertz of IARU regions 1, 2 and 3 as operators use them. They colour a
//  picture and decide nothing: a spot's mode is the server's word.

/** @typedef {'cw' | 'data' | 'beacon' | 'phone'} Use */
/** @typedef {{ use: Use, low: number, high: number }} Segment Hertz */

/** Band: [use, from kHz] in order, then where the last one ends; a list of three stands for the regions. */
const PLAN = /** @type {Record<string, { parts: [Use, number | number[]][], end: number | number[] }>} */ ({
  '160m': { parts: [['cw', 1800], ['data', 1838], ['phone', 1843]], end: 2000 },
  '80m': { parts: [['cw', 3500], ['data', 3570], ['phone', [3620, 3600, 3600]]], end: [3800, 4000, 3900] },
  '40m': { parts: [['cw', 7000], ['data', 7040], ['phone', [7050, 7125, 7050]]], end: [7200, 7300, 7300] },
  '30m': { parts: [['cw', 10100], ['data', 10130]], end: 10150 },
  '20m': { parts: [['cw', 14000], ['data', 14070], ['phone', 14112]], end: 14350 },
  '17m': { parts: [['cw', 18068], ['data', 18095], ['beacon', 18109], ['phone', 18111]], end: 18168 },
  '15m': { parts: [['cw', 21000], ['data', 21070], ['phone', [21149, 21150, 21150]]], end: 21450 },
  '12m': { parts: [['cw', 24890], ['data', 24915], ['phone', 24931]], end: 24990 },
  '10m': { parts: [['cw', 28000], ['data', 28070], ['beacon', 28190], ['phone', 28300]], end: 29700 },
  '6m': { parts: [['cw', 50000], ['phone', 50100], ['data', 50300], ['phone', 50500]], end: 52000 },
  '2m': { parts: [['cw', 144000], ['phone', 144150], ['beacon', 144400], ['data', 144490], ['phone', 144500]], end: 146000 },
});

/** What a band map shows of a band that is far wider than what is used of it, kilohertz. @type {Record<string, [number, number]>} */
const USED = { '60m': [5330, 5410], '6m': [50000, 50500], '2m': [144000, 144500], '70cm': [432000, 432500] };

/** IARU region of a continent, 0 to 2. @param {string | undefined} continent */
export function region(continent) {
  if (continent === 'NA' || continent === 'SA') return 1;
  return continent === 'AS' || continent === 'OC' ? 2 : 0;
}

/**
 * The segments of a band, lowest first.
 * @param {string} band ADIF name @param {string | undefined} continent
 * @returns {Segment[]}
 */
export function segments(band, continent) {
  const plan = PLAN[band];
  if (!plan) return [];
  const which = region(continent);
  const khz = (/** @type {number | number[]} */ value) => (Array.isArray(value) ? value[which] : value) * 1000;
  return plan.parts.map(([use, from], n) => (
    { use, low: khz(from), high: khz(plan.parts[n + 1]?.[1] ?? plan.end) }));
}

/**
 * What is shown of a band at first.
 * @param {{ id: string, low: number, high: number }} band @param {string | undefined} continent
 * @returns {[number, number]} Hertz
 */
export function extent(band, continent) {
  const used = USED[band.id];
  if (used) return [used[0] * 1000, used[1] * 1000];
  const parts = segments(band.id, continent);
  const top = band.id === '10m' ? 28_700_000 : parts.at(-1)?.high;
  return [band.low, top ?? band.high];
}
