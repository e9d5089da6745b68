//  The spots this page keeps: so many, so long, machines apart from people, newest first.
//
//  Machines hear a hundred times more than people say: they have a store of their own, so that
//  they never push out what somebody typed. A list on top shows what a filter wants; while it
//  pauses, what comes waits and is counted.

/** Most spots of each kind. */
export const MOST = 2500;
/** Longest that a spot is kept, milliseconds. */
export const LONGEST = 4 * 3_600_000;

export class Spots {
  /** Oldest first. @type {any[]} */ #people = [];
  /** @type {any[]} */ #machines = [];
  /** @type {Set<number>} */ #known = new Set();

  /**
   * Takes spots in, in any order.
   * @param {readonly any[]} spots
   * @param {number} now
   * @returns {any[]} those that were not here, oldest first
   */
  add(spots, now) {
    const fresh = spots.filter((spot) => {
      if (this.#known.has(spot.seq)) return false;
      this.#known.add(spot.seq);
      return true;
    }).sort((a, b) => a.seq - b.seq);
    for (const spot of fresh) insert(spot.skimmer ? this.#machines : this.#people, spot);
    this.#trim(this.#people, now);
    this.#trim(this.#machines, now);
    return fresh;
  }

  /** How many are kept. */
  get size() { return this.#people.length + this.#machines.length; }

  /** Number of the newest; 0 without any. */
  get last() { return Math.max(this.#people.at(-1)?.seq ?? 0, this.#machines.at(-1)?.seq ?? 0); }

  /**
   * All that are wanted, newest first.
   * @param {(spot: any) => boolean} wanted
   * @returns {any[]}
   */
  find(wanted) {
    const found = [];
    let [a, b] = [this.#people.length - 1, this.#machines.length - 1];
    while (a >= 0 || b >= 0) {
      const person = this.#people[a];
      const machine = this.#machines[b];
      const next = !machine || (person && person.seq > machine.seq) ? person : machine;
      if (next === person) a -= 1;
      else b -= 1;
      if (wanted(next)) found.push(next);
    }
    return found;
  }

  /** Lets go of what is too old. @param {number} now */
  age(now) {
    this.#trim(this.#people, now);
    this.#trim(this.#machines, now);
  }

  /** @param {any[]} spots @param {number} now */
  #trim(spots, now) {
    let gone = Math.max(0, spots.length - MOST);
    while (gone < spots.length && now - spots[gone].at > LONGEST) gone += 1;
    for (const spot of spots.splice(0, gone)) this.#known.delete(spot.seq);
  }
}

/** Newer ones come at the end: the place is found from there. @param {any[]} spots @param {any} spot */
function insert(spots, spot) {
  let at = spots.length;
  while (at > 0 && spots[at - 1].seq > spot.seq) at -= 1;
  spots.splice(at, 0, spot);
}

/** What is shown: the wanted of the store, in an order, unless it pauses. */
export class List {
  /** Newest first, or as sorted. @type {any[]} */ items = [];
  /** @type {any[]} */ #waiting = [];
  #store;
  /** @type {(spot: any) => boolean} */ #wanted = () => true;
  /** @type {((a: any, b: any) => number) | null} */ #order = null;
  #paused = false;

  /** @param {Spots} store */
  constructor(store) {
    this.#store = store;
  }

  get paused() { return this.#paused; }

  /** How many wait for the list to go on. */
  get waiting() { return this.#waiting.length; }

  /** Shows by another filter or in another order; what waits, waits on. @param {(spot: any) => boolean} wanted @param {((a: any, b: any) => number) | null} order null: newest first */
  show(wanted, order) {
    this.#wanted = wanted;
    this.#order = order;
    const held = new Set(this.#waiting);
    this.items = this.#store.find((spot) => wanted(spot) && !held.has(spot));
    if (order) this.items.sort(order);
  }

  /** Reads the store again by the same filter. */
  again() {
    this.show(this.#wanted, this.#order);
  }

  /**
   * New spots came.
   * @param {readonly any[]} fresh oldest first, in the store already
   * @returns {any[]} those now shown
   */
  take(fresh) {
    const wanted = fresh.filter(this.#wanted);
    if (wanted.length === 0) return [];
    if (this.#paused) {
      this.#waiting.push(...wanted);
      if (this.#waiting.length > MOST) this.#waiting.splice(0, this.#waiting.length - MOST);
      return [];
    }
    this.#put(wanted);
    return wanted;
  }

  /** Holds the list as it is. */
  pause() {
    this.#paused = true;
  }

  /** Goes on, with what waited. @returns {any[]} those now shown */
  resume() {
    this.#paused = false;
    const wanted = this.#waiting.splice(0).filter(this.#wanted);
    this.#put(wanted);
    return wanted;
  }

  /** @param {any[]} wanted oldest first */
  #put(wanted) {
    this.items = [...[...wanted].reverse(), ...this.items].slice(0, 2 * MOST);
    if (this.#order) this.items.sort(this.#order);
    else if (this.items.length > wanted.length && wanted.length && wanted[0].seq < this.items[wanted.length].seq) {
      this.items.sort((a, b) => b.seq - a.seq);
    }
  }
}
