//  The map's ground: pictures of land, sea and night, laid where the view is.
//
//  Three layers, drawn one over the other: the whole earth, coarse, so that there
//  is always something; a draft of the view while it moves; the view, sharp, once
//  it rests. A picture stays in use, shifted and stretched, until the next is done.

import { rgba } from '../theme.js';
import { traceEdge } from './overlay.js';
import { Painter } from './painter.js';

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./raster.js').Picture} Picture */
/** @typedef {'whole' | 'draft' | 'sharp'} Layer */

/** Most device pixels of a picture; a larger map is painted smaller and stretched. */
const MOST_PIXELS = 2_400_000;
/** A draft has a third of the pixels each way. */
const DRAFT = 1 / 3;
/** Pixels per radian of the whole earth. */
const WHOLE_SCALE = 70;
/** Stretched beyond this a sharp picture is worse than a fresh draft. */
const STRETCH = 4;

export class Ground {
  /** @type {Partial<Record<Layer, { bitmap: ImageBitmap, picture: Picture }>>} */ #layers = {};
  #painters = { whole: new Painter(), draft: new Painter(), sharp: new Painter() };
  #painted;

  /** @param {(state: { land: boolean }) => void} painted called when there is something new to draw */
  constructor(painted) { this.#painted = painted; }

  /**
   * Orders a picture of what the view shows now.
   * @param {Layer} layer @param {View} view @param {number} time milliseconds since 1970
   * @param {Record<string, string>} colours
   */
  order(layer, view, time, colours) {
    const { width, height, scale, x, y, projection: { kind, centre, extent } } = view;
    const density = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (width * height)));
    const part = layer === 'whole'
      ? { x: 0, y: 0, scale: WHOLE_SCALE, width: 2 * WHOLE_SCALE * extent.x, height: 2 * WHOLE_SCALE * extent.y }
      : { x, y, scale, width, height };
    const grain = layer === 'sharp' ? density : layer === 'draft' ? density * DRAFT : 1;
    const picture = {
      kind, centre, time, x: part.x, y: part.y,
      scale: part.scale * grain,
      width: Math.max(1, Math.round(part.width * grain)),
      height: Math.max(1, Math.round(part.height * grain)),
      colours: { sea: rgba(colours['--sea']), land: rgba(colours['--land']), night: rgba(colours['--night']) },
    };
    this.#painters[layer].order(picture, ({ bitmap, land }) => {
      this.#layers[layer]?.bitmap.close();
      this.#layers[layer] = { bitmap, picture };
      if (layer === 'sharp') this.#drop('draft');
      this.#painted({ land });
    });
  }

  /**
   * Draws the layers, clipped to the map's edge.
   * @param {CanvasRenderingContext2D} ctx @param {View} view @param {string} sea colour until there is a picture
   */
  draw(ctx, view, sea) {
    ctx.save();
    traceEdge(ctx, view);
    ctx.fillStyle = sea;
    ctx.fill();
    ctx.clip();
    ctx.imageSmoothingQuality = 'high';
    for (const name of /** @type {const} */ (['whole', 'draft', 'sharp'])) {
      const layer = this.#layers[name];
      if (!layer) continue;
      // A picture of another projection or another station shows other places.
      if (layer.picture.kind !== view.projection.kind || layer.picture.centre !== view.projection.centre) {
        this.#drop(name);
      } else if (name !== 'sharp' || !this.#layers.draft || view.scale < STRETCH * layer.picture.scale) {
        lay(ctx, view, layer);
      }
    }
    ctx.restore();
  }

  /** @param {Layer} name */
  #drop(name) {
    this.#layers[name]?.bitmap.close();
    delete this.#layers[name];
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {View} view @param {{ bitmap: ImageBitmap, picture: Picture }} layer */
function lay(ctx, view, { bitmap, picture }) {
  const ratio = view.scale / picture.scale;
  const [x, y] = view.toScreen(picture.x, picture.y);
  const [width, height] = [picture.width * ratio, picture.height * ratio];
  for (const turn of view.projection.wraps ? [-1, 0, 1] : [0]) {
    const left = x - width / 2 + turn * 2 * Math.PI * view.scale;
    if (left < view.width && left + width > 0) ctx.drawImage(bitmap, left, y - height / 2, width, height);
  }
}
