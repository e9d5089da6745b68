//  Live data: one WebSocket per address and browser tab, shared by everyone on the page.
//
//  `connect(url)` follows the firehose and resumes by `seq`; `bus()` is the
//  pages' own channel bus and resumes by message id. Both come back by
//  themselves: exponential back-off with full jitter, at once when the network
//  returns, and not at all when the server refuses this visitor. A page hidden
//  for long lets go of its sockets and takes up where it was when shown again.
//  What to do about a gap is the page's business: it hears a `gap` event.

/** @typedef {'online' | 'connecting' | 'offline'} State */
/**
 * @typedef {object} Surroundings what a socket needs of the browser; tests bring their own
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random  0 to 1
 */

/** First and longest wait before a new try, milliseconds. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** A connection that held this long starts the back-off anew. */
const STEADY_AFTER = 10_000;
/** A hidden page lets go of its sockets after this long. */
const HIDDEN_LIMIT = 5 * 60_000;
/** A timer late by this much means the machine slept: the socket is not to be trusted. */
const SLEPT = 3 * 60_000;
const SLEEP_CHECK = 30_000;

/** Close codes after which another try would only be refused again. */
const REFUSED = new Map([[1008, 'refused'], [4401, 'unauthenticated'], [4403, 'forbidden']]);

/**
 * How long to wait before the next try.
 * @param {number} tries failed tries so far
 * @param {{ code?: number, reason?: string }} close why the last connection ended
 * @param {number} random 0 to 1
 * @returns {number} milliseconds
 */
export function retryDelay(tries, close, random) {
  const hint = /retry[-_ ]?after\D{0,3}(\d{1,4})/i.exec(close.reason ?? '');
  // The server's word counts; spread the crowd it was said to over half as long again.
  if (hint) return Number(hint[1]) * 1000 * (1 + random / 2);
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries, 10));
  // 1013: we were too slow or the server is full. 1001: it restarts, give it a moment.
  const floor = close.code === 1013 ? 5_000 : close.code === 1001 ? 1_000 : 100;
  return floor + random * ceiling;
}

/**
 * A socket that comes back. Events: `connection` (detail `{state, reason, retryIn}`), `message`
 * (detail: the parsed JSON). Subclasses say where to connect and what to keep.
 */
export class LiveSocket extends EventTarget {
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {any} */ #retry = null;
  /** @type {any} */ #steady = null;
  #tries = 0;
  #wanted = false;
  /** @type {State} */ #state = 'offline';
  #reason = '';
  /** @type {Surroundings} */ #around;

  /** @param {Partial<Surroundings>} [around] */
  constructor(around = {}) {
    super();
    this.#around = {
      WebSocket: around.WebSocket ?? globalThis.WebSocket,
      setTimeout: around.setTimeout ?? ((run, ms) => setTimeout(run, ms)),
      clearTimeout: around.clearTimeout ?? ((timer) => clearTimeout(timer)),
      random: around.random ?? Math.random,
    };
  }

  /** @returns {State} */
  get state() { return this.#state; }

  /** Why it is offline, one word; empty while online or connecting. */
  get reason() { return this.#reason; }

  /** Address of the next connection. @returns {string} */
  address() { throw new TypeError('address() is the subclass’s to give'); }

  /** Called once per connection, before any message. */
  opened() {}

  /** @param {any} message parsed JSON */
  received(message) { this.emit('message', message); }

  /** Connects, and keeps connected until `stop`. */
  start() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#open();
  }

  /** Lets go of the connection; `start` takes it up again. @param {string} [reason] */
  stop(reason = 'closed') {
    this.#wanted = false;
    this.#drop();
    this.#become('offline', reason);
  }

  /** Tries at once instead of waiting; drops a connection that cannot be trusted. */
  reconnect() {
    if (!this.#wanted) return;
    this.#drop();
    this.#open();
  }

  /** Ends a wait early; leaves a working connection alone. */
  hurry() {
    if (this.#wanted && !this.#socket) this.reconnect();
  }

  /** @param {unknown} message @returns {boolean} whether it could be sent */
  send(message) {
    if (this.#state !== 'online' || !this.#socket) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** @param {string} type @param {any} detail */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #open() {
    this.#become('connecting', '');
    let socket;
    try {
      socket = new this.#around.WebSocket(this.address());
    } catch {
      this.#closed({ code: 1006 });
      return;
    }
    this.#socket = socket;
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#steady = this.#around.setTimeout(() => { this.#tries = 0; }, STEADY_AFTER);
      this.#become('online', '');
      this.opened();
    };
    socket.onmessage = (event) => {
      if (socket !== this.#socket || typeof event.data !== 'string') return;
      let message;
      try {
        message = JSON.parse(event.data);
      } catch {
        return;
      }
      this.received(message);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event);
    };
  }

  /** @param {{ code?: number, reason?: string }} close */
  #closed(close) {
    this.#socket = null;
    this.#around.clearTimeout(this.#steady);
    const refused = REFUSED.get(close.code ?? 0);
    if (refused) {
      this.#wanted = false;
      this.#become('offline', refused);
      return;
    }
    const wait = retryDelay(this.#tries, close, this.#around.random());
    this.#tries += 1;
    this.#become('offline', globalThis.navigator?.onLine === false ? 'network' : 'waiting', wait);
    this.#retry = this.#around.setTimeout(() => this.#open(), wait);
  }

  #drop() {
    this.#around.clearTimeout(this.#retry);
    this.#around.clearTimeout(this.#steady);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** @param {State} state @param {string} reason @param {number} [retryIn] milliseconds */
  #become(state, reason, retryIn) {
    if (state === this.#state && reason === this.#reason && retryIn === undefined) return;
    this.#state = state;
    this.#reason = reason;
    this.emit('connection', { state, reason, retryIn });
  }
}

/**
 * The firehose. Events besides `LiveSocket`'s: one per message type (`qso`, `spot`, ..., detail: the
 * whole message), `hello`, and `gap` (detail `{from, to}`: fetch again what the page shows).
 */
export class Firehose extends LiveSocket {
  #path;
  /** Highest sequence number known; a new connection resumes from it. @type {number | null} */
  seq = null;
  /** Number of the last message passed on; what is not above it is a repeat. */
  #passed = -1;

  /** @param {string} path @param {Partial<Surroundings>} [around] */
  constructor(path, around) {
    super(around);
    this.#path = path;
  }

  address() {
    const url = absolute(this.#path);
    if (this.seq !== null) url.searchParams.set('since', String(this.seq));
    return url.href;
  }

  /** @param {any} message */
  received(message) {
    const { type, seq } = message ?? {};
    if (typeof type !== 'string') return;
    if (type === 'hello') {
      // A number below ours: the server counts anew, so what comes is not a repeat.
      if (this.seq !== null && seq < this.seq) this.#passed = -1;
      if (this.seq === null || seq < this.seq) this.seq = Number(seq) || 0;
    } else if (typeof seq === 'number') {
      if (seq <= this.#passed) return;
      this.#passed = seq;
      this.seq = Math.max(this.seq ?? 0, seq);
    }
    this.emit('message', message);
    if (type !== 'message' && type !== 'connection') this.emit(type, message);
  }
}

/**
 * The pages' bus: channels of `{type, payload}` messages over `/websocket`; `gap` events as on the firehose, and
 * without numbers where a new connection could not resume.
 */
export class Bus extends LiveSocket {
  #path;
  /** Listeners and the last id heard, per channel. @type {Map<string, { last: number, listeners: Set<(message: any) => void> }>} */
  #channels = new Map();
  /** Whether there was a connection before. */
  #returns = false;
  #since;

  /**
   * @param {string} path
   * @param {Partial<Surroundings>} [around]
   * @param {number} [since] number of the last message before the page was made: channels begin behind it, however late they are taken up
   */
  constructor(path, around, since = 0) {
    super(around);
    this.#path = path;
    this.#since = since;
  }

  address() { return absolute(this.#path).href; }

  /**
   * Listens to a channel; the first listener connects, the last to leave lets go.
   * @param {string} channel
   * @param {(message: { type: string, payload: any, id: number }) => void} listener
   * @returns {() => void} stops listening
   */
  subscribe(channel, listener) {
    let entry = this.#channels.get(channel);
    if (!entry) {
      entry = { last: this.#since, listeners: new Set() };
      this.#channels.set(channel, entry);
      this.#ask('subscribe', [channel], entry.last);
    }
    const { listeners } = entry;
    listeners.add(listener);
    this.start();
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#channels.delete(channel);
      this.#ask('unsubscribe', [channel]);
    };
  }

  opened() {
    /** @type {Map<number, string[]>} */
    const byLast = new Map();
    for (const [channel, { last }] of this.#channels) {
      byLast.set(last, [...(byLast.get(last) ?? []), channel]);
    }
    for (const [last, channels] of byLast) this.#ask('subscribe', channels, last);
    // A channel that was silent has no place to resume from: whether something was missed is not known.
    if (this.#returns && byLast.has(0)) this.emit('gap', { type: 'gap' });
    this.#returns = true;
  }

  /** @param {any} frame */
  received(frame) {
    for (const item of Array.isArray(frame) ? frame : [frame]) {
      if (item?.type === 'gap') this.emit('gap', item);
      const { id, channel, message } = item ?? {};
      const entry = this.#channels.get(channel);
      if (!entry || !message) continue;
      if (typeof id === 'number' && id > entry.last) entry.last = id;
      for (const listener of [...entry.listeners]) {
        try {
          listener({ ...message, id });
        } catch (error) {
          // One page's fault must not silence the others.
          globalThis.reportError?.(error);
        }
      }
      this.emit('message', { id, channel, message });
    }
  }

  /** @param {string} event @param {string[]} channels @param {number} [last] */
  #ask(event, channels, last) {
    this.send({ event_name: event, data: { channels, ...(last === undefined ? {} : { last }) } });
  }
}

/** This tab's sockets by address. @type {Map<string, LiveSocket>} */
const sockets = new Map();

/**
 * The firehose at an address, shared within the tab and connected.
 * @param {string} url for instance "/ws/firehose?types=qso"
 * @returns {Firehose}
 */
export function connect(url) {
  return /** @type {Firehose} */ (shared(url, () => {
    const socket = new Firehose(url);
    const since = absolute(url).searchParams.get('since');
    if (since) socket.seq = Number(since);
    socket.start();
    return socket;
  }));
}

/**
 * This tab's bus; it connects with its first subscription.
 * @param {string} [url]
 * @returns {Bus}
 */
export function bus(url = '/websocket') {
  return /** @type {Bus} */ (shared(url, () => new Bus(url, {}, Number(document.body.dataset.seq) || 0)));
}

/** @param {string} url @param {() => LiveSocket} make */
function shared(url, make) {
  let socket = sockets.get(url);
  if (!socket) {
    if (sockets.size === 0) watchPage();
    socket = make();
    sockets.set(url, socket);
  }
  return socket;
}

let staysWhileHidden = false;

/** Keeps sockets open on a page that nobody looks at, where it tells by other means. @param {boolean} on */
export function keepWhileHidden(on) {
  staysWhileHidden = on;
}

/** Hidden pages let go, shown pages return, a returning network or a slept machine reconnects. */
function watchPage() {
  /** @type {LiveSocket[]} */
  let resting = [];
  const rest = (/** @type {string} */ reason) => {
    const awake = [...sockets.values()].filter((each) => each.state !== 'offline' || each.reason === 'waiting');
    resting = [...new Set([...resting, ...awake])];
    for (const each of awake) each.stop(reason);
  };
  const wake = () => {
    for (const each of resting.splice(0)) each.start();
    for (const each of sockets.values()) each.hurry();
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => { if (!staysWhileHidden) rest('hidden'); }, HIDDEN_LIMIT);
    else wake();
  });
  // An open socket would keep the page out of the back/forward cache.
  addEventListener('pagehide', () => rest('hidden'));
  addEventListener('pageshow', wake);
  addEventListener('online', wake);
  let checked = Date.now();
  setInterval(() => {
    const slept = Date.now() - checked > SLEPT;
    checked = Date.now();
    if (slept) for (const each of sockets.values()) each.reconnect();
  }, SLEEP_CHECK);
}

/** @param {string} path @returns {URL} ws or wss, as the page is http or https */
function absolute(path) {
  const url = new URL(path, globalThis.location?.href ?? 'ws://localhost/');
  if (url.protocol.startsWith('http')) url.protocol = url.protocol.replace('http', 'ws');
  return url;
}
