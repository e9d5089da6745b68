//  Work that shows a robot's master that an account costs something: a text is looked for
//  such that the SHA-256 of "token:text" begins with enough zero bits. Synchronous, for a
//  worker; the browser's own digest is asynchronous and many times slower for short texts.

/** Fractional parts of the cube roots of the first 64 primes (FIPS 180-4 4.2.2), and of the square roots of 8. */
const [K, START] = constants();

/**
 * The first text, counting from `from`, whose digest has the zero bits.
 * @param {string} token
 * @param {number} bits at most 32
 * @param {number} [from]
 * @param {number} [most] tries before giving up
 * @returns {string | null}
 */
export function search(token, bits, from = 0, most = Infinity) {
  const start = bytes(`${token}:`);
  for (let n = from; n < from + most; n += 1) {
    const text = String(n);
    const message = new Uint8Array(start.length + text.length);
    message.set(start);
    for (let i = 0; i < text.length; i += 1) message[start.length + i] = text.charCodeAt(i);
    if (Math.clz32(sha256(message)[0]) >= bits) return text;
  }
  return null;
}

/**
 * The eight words of a message's digest.
 * @param {Uint8Array} message
 * @returns {Int32Array}
 */
export function sha256(message) {
  const padded = pad(message);
  const state = Int32Array.from(START);
  const w = new Int32Array(64);
  for (let at = 0; at < padded.byteLength; at += 64) block(state, w, padded, at);
  return state;
}

/** A digest in hexadecimal. @param {Int32Array} words */
export function hex(words) {
  return [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** @param {Int32Array} state @param {Int32Array} w @param {DataView} padded @param {number} at */
function block(state, w, padded, at) {
  for (let t = 0; t < 16; t += 1) w[t] = padded.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15];
    const y = w[t - 2];
    const s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
    const s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t += 1) {
    const big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const one = (h + big1 + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
    const big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const two = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  const add = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i += 1) state[i] += add[i];
}

/** @param {number} word @param {number} by */
function rotated(word, by) {
  return (word >>> by) | (word << (32 - by));
}

/** The message with its end mark and length, in whole blocks. @param {Uint8Array} message */
function pad(message) {
  const length = Math.ceil((message.length + 9) / 64) * 64;
  const whole = new Uint8Array(length);
  whole.set(message);
  whole[message.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(length - 4, message.length << 3);
  return view;
}

/** @param {string} text ASCII */
function bytes(text) {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** @returns {[Int32Array, Int32Array]} */
function constants() {
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const part = (/** @type {number} */ x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  return [Int32Array.from(primes, (p) => part(Math.cbrt(p))), Int32Array.from(primes.slice(0, 8), (p) => part(Math.sqrt(p)))];
}
