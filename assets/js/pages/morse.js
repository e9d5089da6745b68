//  Keying one's call: space bar, mouse or finger on one key, or two paddles.
//
//  What was keyed is sent when the call is whole and the last mark has rested, or by the
//  button. The times come from the events themselves, so that a busy page does not blur them.

import { post } from '../api.js';
import { all, h, fill, one } from '../dom.js';
import { pattern, read } from '../morse/code.js';
import { Keyer } from '../morse/keyer.js';
import { Tone } from '../morse/tone.js';
import { number, t } from '../words.js';

/** Milliseconds of rest after which a whole call is sent by itself. */
const REST_MS = 1500;
/** As on the server. */
const MOST_MARKS = 200;

const place = one('[data-morse]');
if (place) start();

function start() {
  const { call } = place.dataset;
  const pad = one('[data-key]', place);
  const tone = new Tone();
  /** @type {number[]} */
  let times = [];
  let down = false;
  let sending = false;
  let shown = '';
  /** @type {any} */ let rest;

  const keyer = new Keyer({ down: () => press(performance.now()), up: () => lift(performance.now()) });
  const paddles = () => one('[name=key]:checked', place).value === 'paddles';

  /** @param {number} at */
  function press(at) {
    if (down || sending || times.length >= 2 * MOST_MARKS) return;
    down = true;
    clearTimeout(rest);
    if (!times.length) say('');
    times.push(at);
    tone.on();
    pad.classList.add('down');
    show(at);
  }

  /** @param {number} at */
  function lift(at) {
    if (!down) return;
    down = false;
    times.push(Math.max(at, times[times.length - 1] + 5));
    tone.off();
    pad.classList.remove('down');
    show(at);
    rest = setTimeout(() => {
      show(performance.now());
      if (shown === call) send();
    }, REST_MS);
  }

  /** @param {number} now */
  function show(now) {
    const heard = read(times, now);
    shown = heard.text;
    const text = one('[data-text]', place);
    // Said aloud letter by letter: only what is new.
    if (text.textContent !== heard.text) text.textContent = heard.text;
    one('[data-open]', place).textContent = heard.open.replaceAll('.', '·').replaceAll('-', '–');
    one('[data-speed]', place).textContent = heard.marks > 3 ? t('js.morse.speed', { n: Math.round(heard.wpm) }) : '';
    all('[data-letter]', place).forEach((letter, at) => {
      letter.classList.toggle('right', heard.text[at] === call[at]);
      letter.classList.toggle('wrong', heard.text[at] !== undefined && heard.text[at] !== call[at]);
    });
    for (const button of all('[data-send], [data-again]', place)) button.disabled = !times.length;
  }
  // A letter ends by waiting: looked at only while somebody keys.
  setInterval(() => { if (times.length && !down && !sending) show(performance.now()); }, 150);

  /** @param {string} words @param {string} [kind] */
  function say(words, kind = '') {
    const state = one('[data-said]', place);
    state.className = kind ? `said ${kind}` : 'said';
    state.textContent = words;
  }

  function again() {
    clearTimeout(rest);
    times = [];
    down = false;
    tone.off();
    pad.classList.remove('down');
    show(0);
  }

  async function send() {
    clearTimeout(rest);
    if (sending || !times.length || down) return;
    sending = true;
    const first = times[0];
    const keyed = times.map((time) => Math.round((time - first) * 10));
    try {
      const { nonce } = await challenge;
      const sent = await post('/account/morse/answer', { nonce, key: paddles() ? 'paddles' : 'straight', times: keyed });
      say(t('js.morse.taken', { n: Math.round(sent.wpm) }), 'good');
      const mark = one('[data-proven]', place);
      mark.hidden = false;
    } catch (error) {
      say(/** @type {any} */ (error).errors?.[0]?.message ? sentence(/** @type {any} */ (error).errors[0].message) : /** @type {Error} */ (error).message, 'bad');
    } finally {
      // Each challenge is good for one answer.
      challenge = ask();
      sending = false;
      again();
      // Its button is out of use now; the next space is meant for the key.
      if (!paddles() && (document.activeElement === document.body || document.activeElement?.matches('[data-send]'))) pad.focus();
    }
  }

  async function ask() {
    return post('/account/morse', {});
  }
  let challenge = ask();
  challenge.catch((error) => say(error.message, 'bad'));
  // A challenge lives for ten minutes; one that nobody has begun to answer is renewed before.
  setInterval(() => {
    if (times.length || sending || document.hidden) return;
    challenge = ask();
    challenge.catch(() => {});
  }, 8 * 60_000);

  /* One key: the pad by pointer, the space bar anywhere but in a field. */
  pad.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
    if (event.button) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    pad.focus({ preventScroll: true });
    press(event.timeStamp);
  });
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) {
    pad.addEventListener(name, (/** @type {Event} */ event) => lift(event.timeStamp));
  }
  pad.addEventListener('contextmenu', (/** @type {Event} */ event) => event.preventDefault());
  /* Two paddles. */
  for (const button of all('[data-paddle]', place)) {
    const sign = button.dataset.paddle;
    button.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
      event.preventDefault();
      button.setPointerCapture(event.pointerId);
      keyer.press(sign);
    });
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      button.addEventListener(name, () => keyer.release(sign));
    }
    button.addEventListener('contextmenu', (/** @type {Event} */ event) => event.preventDefault());
  }

  /** Which key of the keyboard is what. @param {KeyboardEvent} event @returns {'' | 'key' | '.' | '-'} */
  function meaning(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return '';
    const target = /** @type {HTMLElement} */ (event.target);
    const elsewhere = target.closest('input, select, textarea, a, button, summary') && target !== pad && !target.matches('[data-paddle]');
    if (elsewhere) return '';
    if (!paddles()) return event.code === 'Space' ? 'key' : '';
    if (event.code === 'Comma' || event.code === 'ArrowLeft') return '.';
    if (event.code === 'Period' || event.code === 'ArrowRight') return '-';
    return '';
  }
  document.addEventListener('keydown', (event) => {
    const what = meaning(event);
    if (!what) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    if (what === 'key') press(event.timeStamp);
    else keyer.press(what);
  }, true);
  document.addEventListener('keyup', (event) => {
    if (event.code === 'Space' && !paddles() && down) {
      event.preventDefault();
      lift(event.timeStamp);
    }
    if (event.code === 'Comma' || event.code === 'ArrowLeft') keyer.release('.');
    if (event.code === 'Period' || event.code === 'ArrowRight') keyer.release('-');
  }, true);
  // Whoever leaves the page with the key down has let go of it.
  globalThis.addEventListener('blur', () => {
    if (!paddles()) lift(performance.now());
    keyer.release('.');
    keyer.release('-');
  });

  one('[data-send]', place).addEventListener('click', send);
  one('[data-again]', place).addEventListener('click', () => {
    again();
    say('');
    if (!paddles()) pad.focus();
  });

  /* How one keys, and what one hears: remembered by this browser. */
  const speed = one('[name=speed]', place);
  const volume = one('[name=volume]', place);
  const words = () => {
    keyer.speed = Number(speed.value);
    one('[data-speed-words]', place).textContent = t('js.morse.speed', { n: Number(speed.value) });
    tone.volume = Number(volume.value) / 100;
    one('[data-volume-words]', place).textContent = tone.volume ? `${number(Number(volume.value))}\u00a0%` : t('js.morse.silent');
    const two = paddles();
    for (const part of all('[data-for]', place)) part.hidden = (part.dataset.for === 'paddles') !== two;
  };
  for (const control of all('[name=key], [name=speed], [name=volume]', place)) {
    control.addEventListener('input', () => {
      again();
      words();
      keep();
    });
  }
  function keep() {
    try {
      localStorage.setItem('morse', JSON.stringify({ key: paddles() ? 'paddles' : 'straight', speed: speed.value, volume: volume.value }));
    } catch { /* A browser that keeps nothing asks again. */ }
  }
  try {
    const kept = JSON.parse(localStorage.getItem('morse') ?? '{}');
    if (kept.key === 'paddles') one('[name=key][value=paddles]', place).checked = true;
    if (kept.speed) speed.value = kept.speed;
    if (kept.volume) volume.value = kept.volume;
  } catch { /* As if nothing was kept. */ }
  words();
  show(0);
  // The pattern is there to look at, letter by letter.
  fill(one('[data-call]', place), [...call].map((letter) => h('span', { class: 'letter', 'data-letter': true },
    h('span', { class: 'call' }, letter),
    h('span', { class: 'signs', 'aria-hidden': 'true' }, pattern(letter).replaceAll('.', '·').replaceAll('-', '–')))));
}

/** @param {string} words */
function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
