//  Which points share a mark, and which marks have room for a label.
//
//  Both go through the points in the order given, so the first ones (the newest)
//  head the clusters and win the room. Pure: pixels in, pixels out.

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */
/**
 * @template T
 * @typedef {{ x: number, y: number, items: T[] }} Cluster at the place of its first item
 */
/**
 * @template T
 * @typedef {{ mark: T, x: number, y: number, width: number, align: 'left' | 'right' | 'center' }} Label
 *   x: the end named by align; y: the middle
 */

/** Free space at either end of a label, pixels. */
const AIR = 2;

/**
 * Joins points closer than `reach` to the first of their neighbourhood.
 * @template T
 * @param {Iterable<{ x: number, y: number, item: T }>} points
 * @param {number} reach pixels
 * @returns {Cluster<T>[]}
 */
export function cluster(points, reach) {
  /** @type {Map<number, Cluster<T>[]>} */
  const cells = new Map();
  const key = (/** @type {number} */ column, /** @type {number} */ row) => column * 65_536 + row;
  /** @type {Cluster<T>[]} */
  const clusters = [];
  for (const { x, y, item } of points) {
    const column = Math.floor(x / reach);
    const row = Math.floor(y / reach);
    let near = null;
    for (let n = 0; n < 9 && !near; n += 1) {
      const cell = cells.get(key(column + (n % 3) - 1, row + Math.floor(n / 3) - 1));
      near = cell?.find((each) => (each.x - x) ** 2 + (each.y - y) ** 2 < reach * reach) ?? null;
    }
    if (near) {
      near.items.push(item);
      continue;
    }
    const fresh = { x, y, items: [item] };
    clusters.push(fresh);
    const home = key(column, row);
    const cell = cells.get(home);
    if (cell) cell.push(fresh);
    else cells.set(home, [fresh]);
  }
  return clusters;
}

/**
 * Finds room for labels beside their marks: right, left, above, below; without room there is none.
 * @template {{ x: number, y: number, radius: number }} T
 * @param {readonly T[]} marks in the order of importance
 * @param {(mark: T) => number} measure width of the mark's label, 0 for none
 * @param {{ bounds: Box, height: number, gap?: number, taken?: Box[], limit?: number }} room
 * @returns {Label<T>[]}
 */
export function placeLabels(marks, measure, { bounds, height, gap = 3, taken = [], limit = 120 }) {
  const shelf = new Shelf(64);
  for (const box of taken) shelf.add(box);
  for (const { x, y, radius } of marks) {
    shelf.add({ left: x - radius, top: y - radius, right: x + radius, bottom: y + radius });
  }
  /** @type {Label<T>[]} */
  const labels = [];
  for (const mark of marks) {
    if (labels.length >= limit) break;
    const width = measure(mark);
    if (width <= 0) continue;
    for (const { label, box } of sides(mark, width, height, gap)) {
      if (!within(box, bounds) || shelf.meets(box)) continue;
      shelf.add(box);
      labels.push(label);
      break;
    }
  }
  return labels;
}

/**
 * @template {{ x: number, y: number, radius: number }} T
 * @param {T} mark @param {number} width @param {number} height @param {number} gap
 * @returns {{ label: Label<T>, box: Box }[]}
 */
function sides(mark, width, height, gap) {
  const { x, y, radius } = mark;
  const away = radius + gap;
  const half = height / 2;
  const rise = radius + half + 1;
  const right = x + away;
  const left = x - away;
  return [
    { label: { mark, width, x: right, y, align: 'left' }, box: box(right, y - half, width, height) },
    { label: { mark, width, x: left, y, align: 'right' }, box: box(left - width, y - half, width, height) },
    { label: { mark, width, x, y: y - rise, align: 'center' }, box: box(x - width / 2, y - rise - half, width, height) },
    { label: { mark, width, x, y: y + rise, align: 'center' }, box: box(x - width / 2, y + rise - half, width, height) },
  ];
}

/** The label's box with a little air at its ends. @param {number} left @param {number} top @param {number} width @param {number} height @returns {Box} */
function box(left, top, width, height) {
  return { left: left - AIR, top, right: left + width + AIR, bottom: top + height };
}

/** @param {Box} a @param {Box} b @returns {boolean} whether they overlap */
export function meet(a, b) {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

/** @param {Box} inner @param {Box} outer */
function within(inner, outer) {
  return inner.left >= outer.left && inner.right <= outer.right
    && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

/** Boxes on a coarse grid, so that a meeting is looked for among neighbours only. */
class Shelf {
  /** @type {Map<string, Box[]>} */ #cells = new Map();
  #size;

  /** @param {number} size of a cell, pixels */
  constructor(size) { this.#size = size; }

  /** @param {Box} box */
  add(box) {
    for (const cell of this.#cellsOf(box)) {
      const list = this.#cells.get(cell);
      if (list) list.push(box);
      else this.#cells.set(cell, [box]);
    }
  }

  /** @param {Box} box @returns {boolean} */
  meets(box) {
    for (const cell of this.#cellsOf(box)) {
      const hit = this.#cells.get(cell)?.some((each) => meet(each, box));
      if (hit) return true;
    }
    return false;
  }

  /** @param {Box} box */
  * #cellsOf({ left, top, right, bottom }) {
    for (let row = Math.floor(top / this.#size); row <= Math.floor(bottom / this.#size); row += 1) {
      for (let column = Math.floor(left / this.#size); column <= Math.floor(right / this.#size); column += 1) {
        yield `${column},${row}`;
      }
    }
  }
}
