//  Which part of the plane is on the screen: size, middle and zoom.
//
//  Screen coordinates are CSS pixels from the top left corner. At zoom 1 the whole
//  map fits; the middle never strays so far that the map leaves the screen.

/** @typedef {import('./projection.js').Projection} Projection */

const MAX_ZOOM = 24;
/** Space around the azimuthal disc for the bearing labels, pixels. */
const RIM = 18;

export class View {
  /** @type {Projection} */ projection;
  /** Middle of the screen on the plane. */
  x = 0;
  y = 0;
  zoom = 1;
  width = 1;
  height = 1;

  /** @param {Projection} projection */
  constructor(projection) { this.projection = projection; }

  /** Pixels per radian. @returns {number} */
  get scale() {
    const { kind, extent } = this.projection;
    const rim = kind === 'azimuthal' ? 2 * RIM : 0;
    const fit = Math.min((this.width - rim) / (2 * extent.x), (this.height - rim) / (2 * extent.y));
    return Math.max(1, fit) * this.zoom;
  }

  /** @returns {boolean} whether the whole map is shown */
  get whole() { return this.zoom <= 1; }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.#keep();
  }

  /** @param {Projection} projection */
  show(projection) {
    this.projection = projection;
    this.home();
  }

  home() {
    this.zoom = 1;
    this.x = 0;
    this.y = 0;
  }

  /** Plane to screen. @param {number} x @param {number} y @returns {[number, number]} */
  toScreen(x, y) {
    const { scale } = this;
    return [this.width / 2 + this.#beside(x - this.x) * scale, this.height / 2 - (y - this.y) * scale];
  }

  /** Place to screen. @param {import('./greatcircle.js').Place} place @returns {[number, number]} */
  locate(place) { return this.toScreen(...this.projection.project(place)); }

  /** Screen to place; null beside the map. @param {number} left @param {number} top */
  placeAt(left, top) { return this.projection.unproject(...this.toPlane(left, top)); }

  /** Screen to plane. @param {number} left @param {number} top @returns {[number, number]} */
  toPlane(left, top) {
    const { scale } = this;
    return [this.x + (left - this.width / 2) / scale, this.y - (top - this.height / 2) / scale];
  }

  /** Moves the picture. @param {number} right @param {number} down pixels @returns {boolean} whether it moved */
  pan(right, down) {
    const { scale } = this;
    return this.#move(this.x - right / scale, this.y + down / scale, this.zoom);
  }

  /**
   * Zooms; what is under the given point stays there.
   * @param {number} factor @param {number} [left] @param {number} [top]
   * @returns {boolean} whether it changed
   */
  zoomBy(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.toPlane(left, top);
    const zoom = Math.max(1, Math.min(MAX_ZOOM, this.zoom * factor));
    const ratio = this.zoom / zoom;
    return this.#move(x + (this.x - x) * ratio, y + (this.y - y) * ratio, zoom);
  }

  /** @param {number} x @param {number} y @param {number} zoom */
  #move(x, y, zoom) {
    const before = [this.x, this.y, this.zoom];
    this.x = x;
    this.y = y;
    this.zoom = zoom;
    this.#keep();
    return before[0] !== this.x || before[1] !== this.y || before[2] !== this.zoom;
  }

  #keep() {
    const { scale } = this;
    const { extent, wraps, kind } = this.projection;
    const rim = kind === 'azimuthal' ? RIM : 0;
    // Half a pixel to spare is rounding, not room.
    const spare = (/** @type {number} */ half, /** @type {number} */ screen) => {
      const left = half - (screen / 2 - rim) / scale;
      return left * scale < 0.5 ? 0 : left;
    };
    this.x = wraps ? turn(this.x) : clamp(this.x, spare(extent.x, this.width));
    this.y = clamp(this.y, spare(extent.y, this.height));
  }

  /** On a map that repeats, the copy of x nearest to the middle. @param {number} x */
  #beside(x) { return this.projection.wraps ? turn(x) : x; }
}

/** @param {number} value @param {number} limit */
function clamp(value, limit) {
  return Math.max(-limit, Math.min(limit, value));
}

/** An angle as -pi up to but not including pi. @param {number} x */
function turn(x) {
  const full = 2 * Math.PI;
  return ((((x + Math.PI) % full) + full) % full) - Math.PI;
}
