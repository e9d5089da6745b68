//  Land and sea from the 1-bit mask `assets/geo/land.bin`.
//
//  2880 x 1440 cells of an eighth of a degree; row 0 is the northernmost, column
//  0 begins at 180 W, lowest bit first. Smaller copies, each cell the mean of four,
//  give calm coasts when a pixel covers many cells. The mask leaves out small
//  islands: it draws the map and decides nothing.

const WIDTH = 2880;
const HEIGHT = 1440;
const LEVELS = 5;

/** @typedef {{ width: number, height: number, cells: Uint8Array }} Level land share per cell, 0 to 255 */

/**
 * Fetches the mask; resolves to null when it cannot be had, and the map does without land.
 * @param {URL | string} [url]
 * @returns {Promise<Level[] | null>}
 */
export async function loadLand(url = new URL('../../geo/land.bin', import.meta.url)) {
  try {
    const response = await fetch(url);
    if (!response.ok) return null;
    return pyramid(new Uint8Array(await response.arrayBuffer()));
  } catch {
    return null;
  }
}

/**
 * The mask as shares of land, full size first, each further level half as wide.
 * @param {Uint8Array} bits
 * @returns {Level[]}
 */
export function pyramid(bits) {
  if (bits.length !== (WIDTH * HEIGHT) / 8) throw new RangeError(`land mask of ${bits.length} bytes`);
  const cells = new Uint8Array(WIDTH * HEIGHT);
  for (let n = 0; n < cells.length; n += 1) cells[n] = (bits[n >> 3] >> (n & 7)) & 1 ? 255 : 0;
  /** @type {Level[]} */
  const levels = [{ width: WIDTH, height: HEIGHT, cells }];
  while (levels.length < LEVELS) levels.push(halved(levels[levels.length - 1]));
  return levels;
}

/**
 * The level whose cells come closest to a pixel of so many degrees.
 * @param {number} degrees
 * @returns {number}
 */
export function levelFor(degrees) {
  const level = Math.round(Math.log2(degrees / (360 / WIDTH)) - 0.4);
  return Math.max(0, Math.min(LEVELS - 1, level));
}

/**
 * Share of land around a place, between the four nearest cells.
 * @param {Level} level
 * @param {number} lat degrees @param {number} lon degrees, -180 to 180
 * @returns {number} 0 sea to 255 land
 */
export function landShare({ width, height, cells }, lat, lon) {
  const column = ((lon + 180) * width) / 360 - 0.5;
  const row = ((90 - lat) * height) / 180 - 0.5;
  const x = Math.floor(column);
  const y = Math.floor(row);
  const right = column - x;
  const down = row - y;
  const x0 = x < 0 ? x + width : x;
  const x1 = x + 1 >= width ? x + 1 - width : x + 1;
  const y0 = (y < 0 ? 0 : y) * width;
  const y1 = (y + 1 >= height ? height - 1 : y + 1) * width;
  const north = cells[y0 + x0] + (cells[y0 + x1] - cells[y0 + x0]) * right;
  const south = cells[y1 + x0] + (cells[y1 + x1] - cells[y1 + x0]) * right;
  return north + (south - north) * down;
}

/** @param {Level} from @returns {Level} */
function halved(from) {
  const width = from.width / 2;
  const height = from.height / 2;
  const cells = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = 2 * y * from.width + 2 * x;
      const sum = from.cells[at] + from.cells[at + 1]
        + from.cells[at + from.width] + from.cells[at + from.width + 1];
      cells[y * width + x] = (sum + 2) >> 2;
    }
  }
  return { width, height, cells };
}
