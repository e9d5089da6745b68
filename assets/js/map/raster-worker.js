//  Paints pictures away from the page's thread.
//
//  Takes `{id, picture}`, answers `{id, bitmap, land}`; `land` is false when the land
//  mask could not be had. One picture after the other, in the order they came.

import { loadLand } from './land.js';
import { paintRows } from './raster.js';

const landing = loadLand();

/** @type {Promise<unknown>} */
let last = Promise.resolve();

self.onmessage = (event) => {
  last = last.then(() => paint(event.data));
};

/** @param {{ id: number, picture: import('./raster.js').Picture }} order */
async function paint({ id, picture }) {
  const land = await landing;
  const image = new ImageData(picture.width, picture.height);
  paintRows(image.data, picture, land, 0, picture.height);
  const bitmap = await createImageBitmap(image);
  self.postMessage({ id, bitmap, land: land !== null }, { transfer: [bitmap] });
}
