//  The filter as chips: cutting a line into words, and putting it together again.
//
//  Only the cutting is known here; what the words mean is the server's to say.

/**
 * Cuts a line into words; a value in quotes stays whole.
 * @param {string} line
 * @returns {string[]}
 */
export function cut(line) {
  const words = [];
  let word = '';
  let quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    if (/\s/.test(letter) && !quoted) {
      if (word) words.push(word);
      word = '';
    } else word += letter;
  }
  if (word) words.push(word);
  return words;
}

/**
 * Whether a word is complete enough to become a chip: `band:20m`, not `band:` nor a call being typed.
 * @param {string} word
 * @returns {boolean}
 */
export function isChip(word) {
  return /^-?[a-z_]+:./i.test(word) && (word.match(/"/g) ?? []).length % 2 === 0;
}

/**
 * The words of a line, those that make chips apart from the rest.
 * @param {string} line
 * @returns {{ chips: string[], rest: string }}
 */
export function split(line) {
  const words = cut(line);
  return { chips: words.filter(isChip), rest: words.filter((word) => !isChip(word)).join(' ') };
}

/**
 * The filter of chips and what is typed; a word still without value is left out.
 * @param {readonly string[]} chips
 * @param {string} typed
 * @returns {string}
 */
export function join(chips, typed) {
  const words = cut(typed).filter((word) => !/^-?[a-z_]+:$/i.test(word) && word !== '-');
  return [...chips, ...words].join(' ');
}

/**
 * A word of the filter with its value quoted where it has to be.
 * @param {string} key
 * @param {string} value
 * @returns {string}
 */
export function word(key, value) {
  return /[\s,"]/.test(value) ? `${key}:"${value.replaceAll('"', '')}"` : `${key}:${value}`;
}
