//  Orders pictures from the worker, and paints them here in slices where no worker starts.
//
//  Each painter (one layer of one map) has at most one order out; of further ones
//  only the newest is kept, so that a slow machine never works through a backlog.

import { loadLand } from './land.js';
import { paintRows } from './raster.js';

/** @typedef {import('./raster.js').Picture} Picture */
/** @typedef {{ bitmap: ImageBitmap, land: boolean }} Painted land: whether the mask was at hand */
/** @typedef {{ picture: Picture, done: (painted: Painted, picture: Picture) => void }} Order */

/** Longest slice of painting on the page's own thread, milliseconds. */
const SLICE_MS = 8;

export class Painter {
  /** @type {Order | null} */ #next = null;
  #busy = false;

  /**
   * Orders a picture; `done` is called unless a newer order overtakes this one.
   * @param {Picture} picture @param {Order['done']} done
   */
  order(picture, done) {
    this.#next = { picture, done };
    if (!this.#busy) void this.#work();
  }

  /** Forgets the order not yet begun. */
  forget() { this.#next = null; }

  async #work() {
    this.#busy = true;
    while (this.#next) {
      const { picture, done } = this.#next;
      this.#next = null;
      const painted = await produce(picture);
      if (this.#next) painted.bitmap.close();
      else done(painted, picture);
    }
    this.#busy = false;
  }
}

/** @type {Worker | null | undefined} undefined: not tried yet; null: there is none */
let worker;
/** @type {Map<number, { picture: Picture, give: (painted: Painted) => void }>} */
const waiting = new Map();
let ids = 0;

/** @param {Picture} picture @returns {Promise<Painted>} */
function produce(picture) {
  if (worker === undefined) worker = hire();
  if (!worker) return paintHere(picture);
  const hand = worker;
  return new Promise((give) => {
    ids += 1;
    waiting.set(ids, { picture, give });
    hand.postMessage({ id: ids, picture });
  });
}

/** @returns {Worker | null} */
function hire() {
  try {
    const hand = new Worker(new URL('./raster-worker.js', import.meta.url), { type: 'module' });
    hand.onmessage = ({ data }) => {
      waiting.get(data.id)?.give(data);
      waiting.delete(data.id);
    };
    hand.onerror = () => {
      // It did not load or broke: take its orders over and do without from now on.
      hand.terminate();
      worker = null;
      for (const [id, { picture, give }] of waiting) {
        waiting.delete(id);
        void paintHere(picture).then(give);
      }
    };
    return hand;
  } catch {
    return null;
  }
}

/** @type {Promise<import('./land.js').Level[] | null> | undefined} */
let landing;

/** @param {Picture} picture @returns {Promise<Painted>} */
async function paintHere(picture) {
  landing ??= loadLand();
  const land = await landing;
  const image = new ImageData(picture.width, picture.height);
  let row = 0;
  while (row < picture.height) {
    const until = performance.now() + SLICE_MS;
    while (row < picture.height && performance.now() < until) {
      const to = Math.min(picture.height, row + 4);
      paintRows(image.data, picture, land, row, to);
      row = to;
    }
    await new Promise((go) => { setTimeout(go); });
  }
  return { bitmap: await createImageBitmap(image), land: land !== null };
}
