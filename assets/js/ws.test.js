import assert from 'node:assert/strict';
import test from 'node:test';
import { Bus, Firehose, retryDelay } from './ws.js';

/** A browser in miniature: sockets and timers that the test moves by hand. */
function surroundings() {
  /** @type {any[]} */
  const sockets = [];
  /** @type {{ run: () => void, ms: number, gone?: boolean }[]} */
  const timers = [];
  class FakeSocket {
    /** @param {string} url */
    constructor(url) {
      this.url = url;
      /** @type {any[]} */
      this.sent = [];
      sockets.push(this);
    }
    /** @param {string} text */
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.gone = true; }
    open() { this.onopen?.({}); }
    /** @param {any} message */
    says(message) { this.onmessage?.({ data: JSON.stringify(message) }); }
    /** @param {number} code @param {string} [reason] */
    ends(code, reason = '') { this.onclose?.({ code, reason }); }
  }
  return {
    sockets,
    timers,
    /** Runs the waiting timers, as if their time had come. */
    elapse() {
      for (const timer of timers.splice(0)) if (!timer.gone) timer.run();
    },
    around: {
      WebSocket: /** @type {any} */ (FakeSocket),
      setTimeout: (/** @type {() => void} */ run, /** @type {number} */ ms) => {
        const timer = { run, ms, gone: false };
        timers.push(timer);
        return timer;
      },
      clearTimeout: (/** @type {any} */ timer) => { if (timer) timer.gone = true; },
      random: () => 0.5,
    },
  };
}

/** @param {EventTarget} target @param {string} type */
function heard(target, type) {
  /** @type {any[]} */
  const list = [];
  target.addEventListener(type, (event) => list.push(/** @type {CustomEvent} */ (event).detail));
  return list;
}

test('waits grow, are spread, and stay under half a minute', () => {
  assert.equal(retryDelay(0, {}, 0), 100);
  assert.equal(retryDelay(0, {}, 1), 600);
  assert.ok(retryDelay(3, {}, 1) > retryDelay(2, {}, 1));
  assert.equal(retryDelay(500, {}, 1), 30_100);
});

test('a full or restarting server is given time, and its hint counts', () => {
  assert.ok(retryDelay(0, { code: 1013 }, 0) >= 5_000);
  assert.ok(retryDelay(0, { code: 1001 }, 0) >= 1_000);
  assert.equal(retryDelay(0, { code: 1013, reason: 'retry-after: 20' }, 0), 20_000);
  assert.equal(retryDelay(0, { code: 1013, reason: 'Retry-After=20' }, 1), 30_000);
});

test('the firehose comes back and resumes after the last message', () => {
  const { sockets, elapse, around } = surroundings();
  const hose = new Firehose('/ws/firehose?types=qso', around);
  const states = heard(hose, 'connection');
  const contacts = heard(hose, 'qso');
  hose.start();
  sockets[0].open();
  assert.equal(new URL(sockets[0].url).searchParams.get('since'), null);
  sockets[0].says({ type: 'hello', seq: 10, oldest: 1 });
  sockets[0].says({ type: 'qso', seq: 11, qso: { call: 'K1ABC' } });
  sockets[0].ends(1006);
  elapse();
  sockets[1].open();
  assert.equal(new URL(sockets[1].url).searchParams.get('since'), '11');
  sockets[1].says({ type: 'hello', seq: 12, oldest: 1 });
  sockets[1].says({ type: 'qso', seq: 11, qso: { call: 'K1ABC' } });
  sockets[1].says({ type: 'qso', seq: 12, qso: { call: 'G4XYZ' } });
  assert.deepEqual(contacts.map((each) => each.qso.call), ['K1ABC', 'G4XYZ']);
  assert.deepEqual(states.map((each) => each.state), ['connecting', 'online', 'offline', 'connecting', 'online']);
});

test('a quiet firehose resumes from the number it was greeted with', () => {
  const { sockets, elapse, around } = surroundings();
  const hose = new Firehose('/ws/firehose', around);
  hose.start();
  sockets[0].open();
  sockets[0].says({ type: 'hello', seq: 42 });
  sockets[0].ends(1001);
  elapse();
  assert.equal(new URL(sockets[1].url).searchParams.get('since'), '42');
});

test('a server that counts anew is not mistaken for a repeat', () => {
  const { sockets, around } = surroundings();
  const hose = new Firehose('/ws/firehose', around);
  hose.seq = 900;
  const gaps = heard(hose, 'gap');
  const contacts = heard(hose, 'qso');
  hose.start();
  sockets[0].open();
  sockets[0].says({ type: 'hello', seq: 3 });
  sockets[0].says({ type: 'gap', from: 0, to: 3 });
  sockets[0].says({ type: 'qso', seq: 2 });
  assert.equal(gaps.length, 1);
  assert.equal(contacts.length, 1);
  assert.equal(hose.seq, 3);
});

test('a refused visitor is not retried', () => {
  const { sockets, timers, around } = surroundings();
  const hose = new Firehose('/ws/firehose', around);
  hose.start();
  sockets[0].ends(4401);
  assert.equal(hose.state, 'offline');
  assert.equal(hose.reason, 'unauthenticated');
  assert.equal(timers.filter((each) => !each.gone).length, 0);
});

test('tries that fail wait longer; a steady connection starts anew', () => {
  const { sockets, timers, elapse, around } = surroundings();
  const hose = new Firehose('/ws/firehose', around);
  const states = heard(hose, 'connection');
  hose.start();
  for (let n = 0; n < 3; n += 1) {
    sockets.at(-1).ends(1006);
    elapse();
  }
  const waits = states.filter((each) => each.retryIn).map((each) => each.retryIn);
  assert.deepEqual(waits, [350, 600, 1100]);
  sockets.at(-1).open();
  assert.equal(timers.at(-1)?.ms, 10_000);
  elapse();
  sockets.at(-1).ends(1006);
  assert.equal(states.at(-1).retryIn, 350);
});

test('stop lets go, start takes up again, stray events of the old socket are ignored', () => {
  const { sockets, around } = surroundings();
  const hose = new Firehose('/ws/firehose', around);
  const contacts = heard(hose, 'qso');
  hose.start();
  sockets[0].open();
  hose.stop('hidden');
  assert.equal(sockets[0].gone, true);
  assert.equal(hose.reason, 'hidden');
  sockets[0].says({ type: 'qso', seq: 1 });
  sockets[0].ends(1000);
  assert.equal(contacts.length, 0);
  hose.start();
  assert.equal(sockets.length, 2);
});

test('garbage on the line is skipped', () => {
  const { sockets, around } = surroundings();
  const hose = new Firehose('/ws/firehose', around);
  const all = heard(hose, 'message');
  hose.start();
  sockets[0].open();
  sockets[0].onmessage({ data: '{"type":' });
  sockets[0].says(null);
  sockets[0].says({ type: 'qso', seq: 1 });
  assert.equal(all.length, 1);
});

test('the bus subscribes on opening and again with the last id after a break', () => {
  const { sockets, elapse, around } = surroundings();
  const bus = new Bus('/websocket', around);
  /** @type {any[]} */
  const jobs = [];
  bus.subscribe('jobs', (message) => jobs.push(message));
  bus.subscribe('notifications', () => {});
  assert.equal(sockets.length, 1);
  sockets[0].open();
  assert.deepEqual(sockets[0].sent, [
    { event_name: 'subscribe', data: { channels: ['jobs', 'notifications'], last: 0 } },
  ]);
  sockets[0].says([{ id: 7, channel: 'jobs', message: { type: 'progress', payload: { done: 1 } } }]);
  assert.deepEqual(jobs, [{ type: 'progress', payload: { done: 1 }, id: 7 }]);
  sockets[0].ends(1013);
  elapse();
  sockets[1].open();
  assert.deepEqual(sockets[1].sent, [
    { event_name: 'subscribe', data: { channels: ['jobs'], last: 7 } },
    { event_name: 'subscribe', data: { channels: ['notifications'], last: 0 } },
  ]);
});

test('coming back to a silent channel counts as a gap, coming first does not', () => {
  const { sockets, elapse, around } = surroundings();
  const bus = new Bus('/websocket', around);
  const gaps = heard(bus, 'gap');
  bus.subscribe('logbook', () => {});
  sockets[0].open();
  assert.equal(gaps.length, 0);
  sockets[0].ends(1001);
  elapse();
  sockets[1].open();
  assert.deepEqual(gaps, [{ type: 'gap' }]);
});

test('every channel resumes from what the page was made with, however late it is taken up', () => {
  const { sockets, around } = surroundings();
  const bus = new Bus('/websocket', around, 41);
  bus.subscribe('logbook', () => {});
  sockets[0].open();
  bus.subscribe('jobs', () => {});
  assert.deepEqual(sockets[0].sent.map((each) => each.data), [
    { channels: ['logbook'], last: 41 },
    { channels: ['jobs'], last: 41 },
  ]);
});

test('the last listener to leave a channel unsubscribes it', () => {
  const { sockets, around } = surroundings();
  const bus = new Bus('/websocket', around);
  let count = 0;
  const leave = bus.subscribe('jobs', () => { count += 1; });
  const leaveToo = bus.subscribe('jobs', () => { count += 1; });
  sockets[0].open();
  leave();
  sockets[0].says([{ id: 1, channel: 'jobs', message: { type: 'x', payload: null } }]);
  assert.equal(count, 1);
  leaveToo();
  leaveToo();
  assert.deepEqual(sockets[0].sent.at(-1), { event_name: 'unsubscribe', data: { channels: ['jobs'] } });
});

test('the bus tells of a gap and skips what it does not know', () => {
  const { sockets, around } = surroundings();
  const bus = new Bus('/websocket', around);
  const gaps = heard(bus, 'gap');
  bus.subscribe('jobs', () => {});
  sockets[0].open();
  sockets[0].says({ type: 'gap', from: 3, to: 9 });
  sockets[0].says([{ id: 1, channel: 'other', message: {} }, null]);
  sockets[0].says(null);
  assert.deepEqual(gaps, [{ type: 'gap', from: 3, to: 9 }]);
});

test('one listener’s fault does not silence the others', () => {
  const { sockets, around } = surroundings();
  const bus = new Bus('/websocket', around);
  let count = 0;
  bus.subscribe('jobs', () => { throw new Error('broken page'); });
  bus.subscribe('jobs', () => { count += 1; });
  sockets[0].open();
  sockets[0].says([{ id: 1, channel: 'jobs', message: { type: 'x', payload: null } }]);
  assert.equal(count, 1);
});
