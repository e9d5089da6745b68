//  Morse: the table of characters, and what a keying says while it goes on.
//
//  This is for the eyes of whoever keys; the server judges by itself. Times are downs and
//  ups in turns, in milliseconds. As on the server, the unit of time is the one that marks
//  and gaps fit best: marks are one or three of it, gaps one, three or more.

/** @type {Record<string, string>} */
const TABLE = {
  A: '.-', B: '-...', C: '-.-.', D: '-..', E: '.', F: '..-.', G: '--.', H: '....', I: '..', J: '.---', K: '-.-', L: '.-..', M: '--',
  N: '-.', O: '---', P: '.--.', Q: '--.-', R: '.-.', S: '...', T: '-', U: '..-', V: '...-', W: '.--', X: '-..-', Y: '-.--', Z: '--..',
  0: '-----', 1: '.----', 2: '..---', 3: '...--', 4: '....-', 5: '.....', 6: '-....', 7: '--...', 8: '---..', 9: '----.',
  '/': '-..-.', '?': '..--..', '.': '.-.-.-', ',': '--..--', '=': '-...-',
};

const CHARACTERS = new Map(Object.entries(TABLE).map(([character, pattern]) => [pattern, character]));

/** The dots and dashes of a character; empty for one that the table lacks. @param {string} character */
export function pattern(character) {
  return TABLE[character.toUpperCase()] ?? '';
}

/** The character that dots and dashes make; `*` for none. @param {string} marks */
export function character(marks) {
  return CHARACTERS.get(marks) ?? '*';
}

/**
 * What was keyed so far.
 * @param {number[]} times downs and ups in turns; an up may still be missing
 * @param {number} [now] when the gap after the last mark has come to, so that a character ends by waiting
 * @returns {{ text: string, open: string, wpm: number, marks: number }}
 *   the finished characters, the dots and dashes of the one that goes on, words per minute
 */
export function read(times, now = 0) {
  const whole = times.slice(0, times.length - (times.length % 2));
  const marks = [];
  const gaps = [];
  for (let at = 0; at < whole.length; at += 2) {
    marks.push(whole[at + 1] - whole[at]);
    if (at + 2 < times.length) gaps.push(times[at + 2] - whole[at + 1]);
  }
  if (!marks.length) return { text: '', open: '', wpm: 0, marks: 0 };
  const unit = unitOf(marks, gaps);
  const dash = border(marks, unit);
  const between = border(gaps, unit);
  const signs = marks.map((mark) => (mark > dash ? '-' : '.'));
  let text = '';
  let open = '';
  signs.forEach((sign, at) => {
    open += sign;
    const rest = at < gaps.length ? gaps[at] : now > 0 ? now - whole[whole.length - 1] : 0;
    if (rest > between) {
      text += character(open);
      open = '';
    }
  });
  // By the dots: dashes are stretched by many a fist.
  const dot = mean(marks.filter((_, at) => signs[at] === '.')) ?? (mean(marks) ?? 0) / 3;
  return { text, open, wpm: 1200 / dot, marks: marks.length };
}

/** @param {number[]} marks @param {number[]} gaps */
function unitOf(marks, gaps) {
  let best = { misfit: Infinity, unit: 60 };
  for (let unit = 20; unit <= 400; unit *= 1.02) {
    let misfit = 0;
    for (const mark of marks) misfit += off(mark / unit);
    for (const gap of gaps) misfit += gap > 3 * unit ? Math.log(gap / unit / 3) ** 2 / 20 : off(gap / unit) / 2;
    if (misfit < best.misfit) best = { misfit, unit };
  }
  return best.unit;
}

/** How far a length is from one or three, as a squared ratio. @param {number} length */
function off(length) {
  return Math.min(Math.log(length) ** 2, Math.log(length / 3) ** 2);
}

/** The length between short and long ones. @param {number[]} lengths @param {number} unit */
function border(lengths, unit) {
  let short = Math.log(unit);
  let long = Math.log(3 * unit);
  for (let round = 0; round < 8; round += 1) {
    const middle = (short + long) / 2;
    const logs = lengths.map(Math.log);
    short = mean(logs.filter((length) => length <= middle)) ?? short;
    long = mean(logs.filter((length) => length > middle)) ?? long;
  }
  return Math.exp((short + long) / 2);
}

/** @param {number[]} numbers */
function mean(numbers) {
  return numbers.length ? numbers.reduce((sum, each) => sum + each, 0) / numbers.length : null;
}
