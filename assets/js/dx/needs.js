//  What a spot would be in the log: a new entity, a new band, a new mode, worked before.
//
//  The server sends one bitmap of what was worked; every spot is looked up in it here, so that
//  all pages share the same messages. Bit `(band * classes + class) * 2` of an entity, lowest
//  bit of a byte first, says worked, the next one confirmed.

/** Bands from 6 metres up count grids. */
const GRID_FROM = 50_000_000;
const PROGRAMMES = ['pota', 'sota', 'iota', 'wwff'];

export class Worked {
  /** @type {Map<string, number>} */ #bands = new Map();
  /** @type {Map<string, number>} */ #classes = new Map();
  /** @type {Map<number, Uint8Array>} */ #entities = new Map();
  /** Four letters each, by band. @type {Map<string, Set<string>>} */ #grids = new Map();
  /** @type {Map<string, Set<string>>} */ #refs = new Map();
  /** Whether anything is known. */
  known = false;

  /** Takes the server's answer. @param {any} answer */
  read(answer) {
    this.#bands = new Map((answer.bands ?? []).map((/** @type {string} */ name, /** @type {number} */ n) => [name, n]));
    this.#classes = new Map((answer.classes ?? []).map((/** @type {string} */ name, /** @type {number} */ n) => [name, n]));
    this.#entities = new Map(Object.entries(answer.entities ?? {}).map(([dxcc, hex]) => [Number(dxcc), bytes(String(hex))]));
    this.#grids = new Map(Object.entries(answer.grids ?? {}).map(([band, text]) => [band, new Set(String(text).match(/.{4}/g) ?? [])]));
    this.#refs = new Map(PROGRAMMES.map((name) => [name, new Set(answer.refs?.[name] ?? [])]));
    this.known = true;
  }

  /** One contact more. @param {{ dxcc?: number, band?: string, class?: string, grid?: string, refs?: Record<string, string> }} contact */
  add({ dxcc, band, class: kind, grid, refs }) {
    const bit = this.#bit(band, kind);
    if (dxcc && bit >= 0) {
      let map = this.#entities.get(dxcc);
      if (!map || map.length * 8 <= bit) {
        const longer = new Uint8Array(Math.ceil((this.#bands.size * this.#classes.size * 2) / 8));
        longer.set(map ?? []);
        map = longer;
        this.#entities.set(dxcc, map);
      }
      map[bit >> 3] |= 1 << (bit & 7);
    }
    if (grid && band) {
      const grids = this.#grids.get(band) ?? new Set();
      this.#grids.set(band, grids.add(grid.slice(0, 4).toUpperCase()));
    }
    for (const [name, ref] of Object.entries(refs ?? {})) {
      for (const each of [ref].flat()) this.#refs.get(name)?.add(each);
    }
  }

  /**
   * What a spot would be, the strongest first.
   * @param {any} spot
   * @returns {string} `entity`, `band`, `mode`, `slot`, `grid`, `ref`, or nothing
   */
  need(spot) {
    if (!this.known) return '';
    if (spot.dxcc) {
      const map = this.#entities.get(spot.dxcc);
      if (!map) return 'entity';
      const band = this.#bands.get(spot.band);
      const kind = this.#classes.get(spot.class);
      if (band !== undefined && !this.#any(map, (b) => b === band)) return 'band';
      if (kind !== undefined && !this.#any(map, (_, c) => c === kind)) return 'mode';
      if (band !== undefined && kind !== undefined && !has(map, this.#bit(spot.band, spot.class))) return 'slot';
    }
    if (spot.grid && spot.freq_hz >= GRID_FROM && !this.#grids.get(spot.band)?.has(spot.grid.slice(0, 4).toUpperCase())) return 'grid';
    if (PROGRAMMES.some((name) => spot[name] && !this.#refs.get(name)?.has(spot[name]))) return 'ref';
    return '';
  }

  /**
   * What the log has of an entity on a band in a kind of mode.
   * @param {number | undefined} dxcc @param {string} band @param {string} kind
   * @returns {'' | 'worked' | 'confirmed'}
   */
  slot(dxcc, band, kind) {
    const map = this.#entities.get(dxcc ?? 0);
    const bit = this.#bit(band, kind);
    if (!map || bit < 0 || !has(map, bit)) return '';
    return has(map, bit + 1) ? 'confirmed' : 'worked';
  }

  /** @param {string | undefined} band @param {string | undefined} kind @returns {number} below 0 where there is none */
  #bit(band, kind) {
    const [b, c] = [this.#bands.get(band ?? ''), this.#classes.get(kind ?? '')];
    return b === undefined || c === undefined ? -1 : (b * this.#classes.size + c) * 2;
  }

  /** @param {Uint8Array} map @param {(band: number, kind: number) => boolean} which */
  #any(map, which) {
    const kinds = this.#classes.size;
    for (let band = 0; band < this.#bands.size; band += 1) {
      for (let kind = 0; kind < kinds; kind += 1) if (which(band, kind) && has(map, (band * kinds + kind) * 2)) return true;
    }
    return false;
  }
}

/** @param {Uint8Array} map @param {number} bit */
function has(map, bit) {
  return ((map[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}

/** @param {string} hex */
function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
