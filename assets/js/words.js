//  Words for people, from the catalogue that the server put into the page.
//
//  Keys begin with `js.`; `{name}` is filled in. A key nobody wrote shows itself,
//  so that it is seen. Numbers are grouped and counted in the page's language; where `n` is
//  one, the key with `_one` behind it says it better, if there is one.

/** @type {Record<string, string> | null} */
let words = null;

/** @returns {Record<string, string>} */
function catalogue() {
  if (words) return words;
  const block = globalThis.document?.getElementById('words');
  try {
    words = JSON.parse(block?.textContent || '{}');
  } catch {
    words = {};
  }
  return /** @type {Record<string, string>} */ (words);
}

/**
 * The text for a key.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const texts = catalogue();
  const one = values.n === 1 ? texts[`${key}_one`] : undefined;
  const text = one ?? texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

/** The page's language. */
export function language() {
  return globalThis.document?.documentElement?.lang || 'en';
}

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/**
 * A number with its thousands grouped.
 * @param {number} value
 * @param {number} [digits] after the point
 * @returns {string}
 */
export function number(value, digits = 0) {
  const key = `${language()} ${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format.format(value);
}

/**
 * A size for people: `820 kB`, `4.2 MB`.
 * @param {number} bytes
 * @returns {string}
 */
export function size(bytes) {
  if (bytes < 1000) return `${bytes}\u00a0B`;
  if (bytes < 1e6) return `${number(bytes / 1e3)}\u00a0kB`;
  return `${number(bytes / 1e6, bytes < 1e8 ? 1 : 0)}\u00a0MB`;
}

/**
 * A span of time for people: `40 s`, `3 min`, `2 h 10 min`.
 * @param {number} seconds
 * @returns {string}
 */
export function span(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) return `${whole}\u00a0s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 90) return `${minutes}\u00a0min`;
  return `${Math.floor(minutes / 60)}\u00a0h ${minutes % 60}\u00a0min`;
}
