//  Radios by the appliance: their relays have dialled it, the page asks it and hears of them on its own bus.

import { ApiError, get, post } from '../api.js';
import { recall, remember } from '../dx/memory.js';
import { bus } from '../ws.js';
import { changed, listed, tuned } from './state.js';

const KNOWN = 'rig.known';
/** A relay learns what its radio can do just after it answers, milliseconds. */
const SOON = 1000;

/** Whether this browser has seen a radio here: pages that only might use one ask for it then. */
export const hasSeenOne = () => recall(KNOWN) === 'yes';

/** Events: `change`. */
export class RigLink extends EventTarget {
  /** @type {Map<string, import('./state.js').View>} */ views = new Map();
  /** Why the list could not be had; null while it can. @type {ApiError | null} */ fault = null;
  /** Whether the list was had once. */ known = false;
  /** Radios whose abilities were asked for. @type {Set<string>} */ #asked = new Set();
  /** Told of since the list was asked for. @type {Set<string>} */ #newer = new Set();

  /** Begins to listen. */
  start() {
    bus().subscribe('rig', ({ type, payload }) => this.#take(type, payload));
    bus().addEventListener('gap', () => this.load());
    bus().addEventListener('connection', () => this.dispatchEvent(new Event('change')));
    this.load();
  }

  /** Whether what is shown is what is. */
  get live() { return bus().state === 'online'; }

  /** Asks which radios there are. */
  async load() {
    this.#newer = new Set();
    try {
      const { items } = await get('/rigs', { stay: true });
      this.views = listed(this.views, items ?? [], this.#newer);
      this.fault = null;
      if (this.views.size) remember(KNOWN, 'yes');
    } catch (error) {
      this.fault = /** @type {ApiError} */ (error);
    }
    this.known = true;
    this.dispatchEvent(new Event('change'));
  }

  /** Moves a radio. @param {string} name @param {import('./tune.js').Wish} wish @returns {Promise<any>} where it stands then */
  async tune(name, wish) {
    const answer = await post(`/rigs/${encodeURIComponent(name)}/tune`, wish, { stay: true });
    const view = this.views.get(name);
    if (view) this.views.set(name, tuned(view, answer));
    this.dispatchEvent(new Event('change'));
    return answer;
  }

  /** Turns the rotator of a radio. @param {string} name @param {number} azimuth degrees */
  rotate(name, azimuth) {
    return post(`/rigs/${encodeURIComponent(name)}/rotate`, { azimuth }, { stay: true });
  }

  /** @param {string} type @param {any} payload */
  #take(type, payload) {
    const view = changed(this.views.get(payload?.rig), type, payload);
    if (!view) return;
    this.#newer.add(view.name);
    // What a radio can do stands in the list alone, and there when it has answered its relay.
    const radio = `${view.name} ${view.state.model}`;
    const abilities = view.linked && view.state.connected && view.facts.model !== view.state.model && !this.#asked.has(radio);
    if (abilities) this.#asked.add(radio);
    this.views.set(view.name, view);
    remember(KNOWN, 'yes');
    this.dispatchEvent(new Event('change'));
    if (abilities && this.known) setTimeout(() => this.load(), SOON);
  }
}
