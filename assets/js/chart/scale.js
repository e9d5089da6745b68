//  The arithmetic of charts: ticks, columns, stacks, labels that keep apart.
//
//  Pure: numbers in, numbers out. Values that are not numbers count as absent.

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {string} [band]              ADIF name; gives the colour
 * @property {(number | null)[]} values   one per x
 */
/**
 * @typedef {object} ChartData
 * @property {'bars' | 'line' | 'heat'} kind
 * @property {string[]} x                 labels of the columns
 * @property {string[]} [names]           the same in full, for what is read out and for the table
 * @property {Series[]} series            stacked, drawn as lines, or the rows of a heat map
 * @property {string} [unit]              for instance "contacts"
 * @property {string[]} [bands]           band of each column, to colour bars of a single series
 * @property {number} [mark]              column to mark, for instance the present hour
 */

/**
 * Round tick values that cover a range.
 * @param {number} low @param {number} high @param {number} [about] how many are wanted
 * @returns {number[]} at least two, evenly spaced; first <= low, last >= high
 */
export function ticks(low, high, about = 4) {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, n) => tidy((first + n) * step));
}

/** Ticks for counts: never between whole numbers. @param {number} high @param {number} [about] @returns {number[]} */
export function countTicks(high, about = 4) {
  const made = ticks(0, Math.max(1, high), about);
  return made.every(Number.isInteger) ? made : ticks(0, Math.max(1, Math.ceil(high)), 1);
}

/**
 * Digits after the point that tell the ticks apart.
 * @param {readonly number[]} values
 * @returns {number}
 */
export function digits(values) {
  for (let n = 0; n < 6; n += 1) {
    if (values.every((value) => Math.abs(value - Number(value.toFixed(n))) < 1e-9 * Math.max(1, Math.abs(value)))) return n;
  }
  return 6;
}

/** @param {unknown} value @returns {number | null} */
export function numeric(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Sum of each column over all series; negative values do not stack. @param {ChartData} data @returns {number[]} */
export function totals({ x, series }) {
  return x.map((_, n) => series.reduce((sum, { values }) => sum + Math.max(0, numeric(values[n]) ?? 0), 0));
}

/**
 * Ticks for lines: from zero when zero is near, else around the values.
 * @param {readonly Series[]} series
 * @returns {number[]}
 */
export function lineTicks(series) {
  const values = series.flatMap((each) => each.values.map(numeric)).filter((value) => value !== null);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const fromZero = low >= 0 && low < high * 0.6;
  return values.length === 0 ? [0, 1] : ticks(fromZero ? 0 : low, high);
}

/** @param {ChartData} data @returns {number} greatest value of all series, 0 without one */
export function greatest({ series }) {
  return Math.max(0, ...series.flatMap(({ values }) => values.map((value) => numeric(value) ?? 0)));
}

/**
 * Every how many columns a label fits.
 * @param {number} widest width of the widest label @param {number} step from column to column
 * @returns {number}
 */
export function labelEvery(widest, step) {
  const need = Math.max(1, Math.ceil((widest + 6) / Math.max(step, 0.001)));
  return [1, 2, 3, 4, 5, 6, 10, 12, 20, 24, 25, 50, 100].find((each) => each >= need) ?? need;
}

/**
 * Moves labels apart that would overlap, as little as needed, keeping their order.
 * @param {readonly number[]} wanted middles @param {number} height of a label
 * @param {number} low @param {number} high limits of the middles
 * @returns {number[]} in the order given
 */
export function keepApart(wanted, height, low, high) {
  const order = wanted.map((_, n) => n).sort((a, b) => wanted[a] - wanted[b]);
  const placed = order.map((n) => Math.max(low, Math.min(high, wanted[n])));
  for (let n = 1; n < placed.length; n += 1) placed[n] = Math.max(placed[n], placed[n - 1] + height);
  // What was pushed beyond the end pushes back.
  for (let n = placed.length - 1, limit = high; n >= 0; n -= 1, limit -= height) {
    placed[n] = Math.min(placed[n], n === placed.length - 1 ? high : placed[n + 1] - height, limit);
  }
  const result = new Array(wanted.length);
  order.forEach((n, at) => { result[n] = placed[at]; });
  return result;
}

/** Strength of a heat cell: 0 for nothing, else from visible to full. @param {number} value @param {number} most @returns {number} 0 to 1 */
export function heat(value, most) {
  if (!(value > 0) || !(most > 0)) return 0;
  return 0.1 + 0.9 * Math.min(1, value / most) ** 0.65;
}

/** @typedef {readonly [number, number, number, number]} Rgba 0 to 255, alpha unused */

/** @param {Rgba} from @param {Rgba} to @param {number} share 0 to 1 @returns {Rgba} */
export function mix(from, to, share) {
  const at = (/** @type {0 | 1 | 2} */ n) => from[n] + (to[n] - from[n]) * share;
  return [at(0), at(1), at(2), 1];
}

/** Contrast of two colours as WCAG reckons it, 1 to 21. @param {Rgba} a @param {Rgba} b @returns {number} */
export function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** @param {Rgba} colour */
function luminance(colour) {
  const linear = (/** @type {number} */ byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

/** @param {number} value */
function tidy(value) {
  return Number(value.toPrecision(12));
}
