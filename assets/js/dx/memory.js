//  What this browser remembers of the cluster's page; without storage it lasts as long as the page.

/** @type {Map<string, string>} */
const kept = new Map();

/** @param {string} key @returns {string} empty where nothing is remembered */
export function recall(key) {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return kept.get(key) ?? '';
  }
}

/** @param {string} key @param {string} value empty to forget */
export function remember(key, value) {
  kept.set(key, value);
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // Storage may be forbidden or full.
  }
}
