//  Where the station is: the centre of maps, the start of distances.
//
//  In the own logbook the grid set under Settings decides; in others, and without one,
//  what the contacts say.

import { get } from '../api.js';
import { placeOf } from '../map/greatcircle.js';

/** @typedef {{ lat: number, lon: number, grid?: string }} Home */

/**
 * The place to measure from.
 * @param {Home | null | undefined} found what the server answered
 * @returns {Home | null}
 */
export function homeOf(found) {
  const { grid } = document.body.dataset;
  const own = grid ? placeOf(grid) : null;
  return own ? { ...own, grid } : found ?? null;
}

/** The place to measure from; null where nothing tells it. @param {string} logbook @returns {Promise<Home | null>} */
export async function findHome(logbook) {
  const own = homeOf(null);
  if (own) return own;
  try {
    return homeOf((await get('/logbook/points', { query: { logbook, limit: 1 } })).home);
  } catch {
    // Without the own place there is no map and no distance, and all else works.
    return null;
  }
}
