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
 * @param {Record<string, any>} record as the record's own interface names its fields
 * @returns {string[]}
 */
export function answerLines(record) {
  const street = [record.street, record.po_box && `PO Box ${record.po_box}`].filter(Boolean).join(', ');
  const region = [record.state, record.zip].filter(Boolean).join(' ');
  const place = [street, record.city, region, record.country].filter(Boolean).join(', ');
  const term = [record.class, record.expires && `– ${record.expires}`].filter(Boolean).join(' ');
  return [record.name, place, [record.grid, term].filter(Boolean).join(' · ')].filter(Boolean).map(String);
}
