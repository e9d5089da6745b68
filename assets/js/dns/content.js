//  The content of a record as fields of a form, and back.
//
//  Canonical text comes from the server, so cutting it is simple: words, and texts in double quotes with `\"`, `\\`
//  and `\DDD`. What a field looks like is said by the server's list of types (`form`: word, text, words). Nothing is
//  judged here: the server's rules are the only ones.

/** @typedef {{ name: string, text: string, form: 'word' | 'text' | 'words' }} Field */

/** Octets of a text that stand alone in a record. */
const PIECE = 255;

/**
 * Cuts content into words and quoted texts, each as it stands.
 * @param {string} content
 * @returns {string[]}
 */
export function tokens(content) {
  return content.match(/"(?:\\.|[^"\\])*"|[^\s"]+/g) ?? [];
}

/**
 * The values of a form's fields.
 * @param {Field[]} fields
 * @param {string} content canonical
 * @returns {string[]} one for each field
 */
export function split(fields, content) {
  const rest = tokens(content);
  return fields.map((field, place) => {
    const last = place === fields.length - 1;
    if (field.form === 'text') return texts(last ? rest.splice(0) : rest.splice(0, 1));
    if (field.form === 'words') return words(rest, field.name, last);
    return rest.shift() ?? '';
  });
}

/**
 * Content out of the values of a form's fields.
 * @param {Field[]} fields
 * @param {string[]} values
 * @returns {string}
 */
export function join(fields, values) {
  const parts = fields.map((field, place) => {
    const value = (values[place] ?? '').trim();
    if (field.form !== 'text') return value.replace(/\s+/g, ' ');
    return isQuoted(value) ? value : quote(value);
  });
  return parts.filter(Boolean).join(' ');
}

/**
 * A text in quotes.
 * @param {string} text
 * @returns {string}
 */
export function quote(text) {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Whether somebody wrote the quotes. @param {string} text */
function isQuoted(text) {
  return /^"(?:\\.|[^"\\])*"(?:\s+"(?:\\.|[^"\\])*")*$/.test(text);
}

/**
 * A text without its quotes; several stay as they stand, unless a long one was cut into them.
 * @param {string[]} pieces
 * @returns {string}
 */
function texts(pieces) {
  const octets = pieces.map(unquote);
  const cut = octets.slice(0, -1).every((piece) => piece.length === PIECE);
  if (!cut) return pieces.join(' ');
  const all = new Uint8Array(octets.flatMap((piece) => [...piece]));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(all);
  } catch {
    return pieces.join(' ');
  }
}

/** @param {string} text with or without quotes @returns {number[]} octets */
function unquote(text) {
  const inner = text.startsWith('"') ? text.slice(1, -1) : text;
  const octets = [];
  for (let at = 0; at < inner.length;) {
    const code = /^\\(\d{3})/.exec(inner.slice(at, at + 4));
    if (code) {
      octets.push(Number(code[1]));
      at += 4;
      continue;
    }
    if (inner[at] === '\\') at += 1;
    const letter = String.fromCodePoint(inner.codePointAt(at) ?? 0x5c);
    octets.push(...new TextEncoder().encode(letter));
    at += letter.length;
  }
  return octets;
}

/**
 * Words that belong together: a latitude ends at its N or S, what comes last takes all.
 * @param {string[]} rest is taken from
 * @param {string} name
 * @param {boolean} last
 */
function words(rest, name, last) {
  if (last) return rest.splice(0).join(' ');
  const ends = name === 'latitude' ? /^[NS]$/i : name === 'longitude' ? /^[EW]$/i : /./;
  const end = rest.findIndex((word) => ends.test(word));
  return rest.splice(0, end < 0 ? rest.length : end + 1).join(' ');
}

/**
 * Whether a row has all words of a search in it.
 * @param {string} text
 * @param {string} q
 */
export function matches(text, q) {
  const low = text.toLowerCase();
  return q.toLowerCase().split(/\s+/).every((word) => low.includes(word));
}
