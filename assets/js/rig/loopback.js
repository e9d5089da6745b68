//  The relay on this very computer, by its loopback address: for who runs it beside the browser and does without the
//  appliance's link.
//
//  Only asked after somebody chose it, because browsers ask for leave to reach one's own computer, and only when a
//  click led there. A page that the relay does not know shows a code first, and gets a token for it.

import { LiveSocket } from '../ws.js';
import { recall, remember } from '../dx/memory.js';
import { blank, changed, tuned } from './state.js';

/** Where relays listen unless told otherwise. */
export const RELAY = 'http://127.0.0.1:8089';
/** Where a relay is set up, for who sits at it. */
export const SETUP = `${RELAY}/setup`;
const KEY = 'rig.loopback';
const TOKEN = 'rig.loopback.token';
const PATIENCE = 8_000;

/** What the relay refused, in its words. */
export class RelayError extends Error {
  /** @param {number} status 0 when nothing was answered @param {any} problem */
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `${status}`);
    this.name = 'RelayError';
    this.status = status;
    this.problem = problem ?? {};
    this.code = this.problem.code ?? '';
    this.errors = Array.isArray(this.problem.errors) ? this.problem.errors : [];
  }
}

/**
 * Asks the relay.
 * @param {string} method @param {string} path @param {any} [json]
 * @returns {Promise<any>}
 * @throws {RelayError} with status 0 where nothing answers, or the browser does not let the page ask
 */
export async function askRelay(method, path, json) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Shackbox-Action'] = 'execute';
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  const token = recall(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  /** @type {any} */
  const request = { method, headers, body: json === undefined ? undefined : JSON.stringify(json), credentials: 'omit', signal: AbortSignal.timeout(PATIENCE), targetAddressSpace: 'loopback' };
  let response;
  try {
    response = await fetch(`${RELAY}${path}`, request);
  } catch (error) {
    throw new RelayError(0, { detail: /** @type {Error} */ (error).message });
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new RelayError(response.status, body);
  return body;
}

/** Whether the browser lets this page reach its own computer. @returns {Promise<'granted' | 'prompt' | 'denied' | 'unknown'>} */
export async function permission() {
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      return (await navigator.permissions.query(/** @type {any} */ ({ name }))).state;
    } catch {
      // This browser has another name for it, or does not ask.
    }
  }
  return 'unknown';
}

class RelaySocket extends LiveSocket {
  address() { return `${RELAY.replace('http', 'ws')}/ws`; }

  opened() {
    const token = recall(TOKEN);
    if (token) this.send({ type: 'token', token });
    this.look();
  }

  /** Says whether anybody looks. */
  look() { this.send({ type: 'watch', visible: !document.hidden }); }
}

/** Events: `change`. */
export class Loopback extends EventTarget {
  /** @type {import('./state.js').View} */ view = blank('loopback');
  /** @type {RelaySocket | null} */ #socket = null;

  /** Whether this browser is to use it. */
  get on() { return recall(KEY) === 'yes'; }

  /** Takes up what was chosen on an earlier visit. */
  start() {
    if (this.on) this.#listen();
  }

  /** Uses it from now on. @param {string} [token] given for a code */
  use(token) {
    if (token) remember(TOKEN, token);
    remember(KEY, 'yes');
    this.#listen();
    this.#tell();
  }

  /** Lets go of it. */
  leave() {
    remember(KEY, '');
    this.#socket?.stop();
    this.#socket = null;
    this.view = blank('loopback');
    this.#tell();
  }

  /** @param {import('./tune.js').Wish} wish @returns {Promise<any>} where the radio stands then */
  async tune(wish) {
    const answer = await askRelay('POST', '/api/qsy', wish);
    this.view = tuned(this.view, answer);
    this.#tell();
    return answer;
  }

  #listen() {
    if (this.#socket) {
      this.#socket.reconnect();
      return;
    }
    const socket = new RelaySocket();
    this.#socket = socket;
    socket.addEventListener('message', (/** @type {any} */ { detail }) => {
      const { type, v: _, ...told } = detail ?? {};
      const view = changed(this.view, type, { ...told, rig: 'loopback' });
      if (!view) return;
      this.view = view;
      this.#tell();
      if (type === 'state' && !view.facts.model) this.#facts();
    });
    socket.addEventListener('connection', () => {
      this.view = { ...this.view, linked: socket.state === 'online' };
      this.#tell();
    });
    document.addEventListener('visibilitychange', () => socket.look());
    socket.start();
  }

  /** What the radio can do; without it all buttons are shown. */
  async #facts() {
    this.view.facts = { model: '?' };
    try {
      const [{ facts }, { queue }] = await Promise.all([askRelay('GET', '/api/rig'), askRelay('GET', '/status')]);
      this.view = { ...this.view, facts: { model: '?', ...facts }, queue: queue ?? this.view.queue };
      this.#tell();
    } catch {
      // It moves without it.
    }
  }

  #tell() { this.dispatchEvent(new Event('change')); }
}
