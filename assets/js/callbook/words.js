//  What the callbook's pages say of licences, and what is worth asking for.
//
//  Pure: values in, values out.

/** Characters from which the server completes. */
const LEAST = 2;

/**
 * Whether a text in the box is worth completing: long enough, and the beginning of something.
 * @param {string} text
 * @returns {boolean}
 */
export function worthAsking(text) {
  const typed = text.trim();
  return typed.length >= LEAST && !/[:"]$/.test(typed) && /[\p{L}\p{N}]/u.test(typed);
}

/**
 * What stands behind a call in the list of completions: who, where, and a word where the licence does not run.
 * @param {Record<string, any>} hit
 * @returns {string}
 */
export function asideOf(hit) {
  const place = [hit.city, hit.state || hit.country].filter(Boolean).join(', ');
  const state = hit.status && hit.status !== 'active' ? hit.status : '';
  return [hit.name, hit.class, place, state].filter(Boolean).join(' · ');
}

/**
 * Address of a call's page.
 * @param {string} call
 * @returns {string}
 */
export function recordAddress(call) {
  return `/callbook/${encodeURIComponent(call)}`;
}

/**
 * Address of a search; of the empty box where there is nothing to search for.
 * @param {string} q
 * @returns {string}
 */
export function searchAddress(q) {
  const text = q.trim();
  return text ? `/callbook?${new URLSearchParams({ q: text })}` : '/callbook';
}

/**
 * The lines of another callbook's answer, without what it does not tell.
 * @param {Record<string, any>} answer
 * @returns {string[]}
 */
export function answerLines(answer) {
  const place = [answer.qth, answer.country].filter(Boolean).join(', ');
  return [answer.name, place, [answer.grid, answer.class].filter(Boolean).join(' · ')].filter(Boolean).map(String);
}

/**
 * How another callbook says contacts are confirmed: names of the ways that it says yes to, and the manager.
 * @param {Record<string, any>} answer
 * @returns {{ via: string, ways: string[] }}
 */
export function answerQsl(answer) {
  return { via: answer.qsl_via ?? '', ways: ['lotw', 'eqsl', 'bureau', 'direct'].filter((way) => answer[way] === true) };
}
