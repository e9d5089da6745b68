import assert from 'node:assert/strict';
import { test } from 'node:test';

import { character, pattern, read } from './code.js';

/** Downs and ups of a text; `slip` moves each length by its share, in turns. */
function keyed(text, { wpm = 20, dash = 3, between = 3, slips = [0.1, -0.08, 0.04, -0.12, 0.07] } = {}) {
  const unit = 1200 / wpm;
  let turn = 0;
  const length = (units) => {
    turn += 1;
    return units * unit * (1 + slips[turn % slips.length]);
  };
  let now = 500;
  const times = [];
  [...text].forEach((letter, at) => {
    if (at) now += length(between);
    [...pattern(letter)].forEach((sign, place) => {
      if (place) now += length(1);
      times.push(now);
      now += length(sign === '-' ? dash : 1);
      times.push(now);
    });
  });
  return times;
}

test('every character has one pattern', () => {
  for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/') assert.equal(character(pattern(letter)), letter);
  assert.equal(character('.-.-.-.-'), '*');
  assert.equal(pattern('ü'), '');
});

test('what is keyed is read at any speed, by any steady hand', () => {
  for (const call of ['W1AW', 'N0CALL', 'K6BP', 'OH2BH', 'JA1XYZ/P', 'E51EE', '3Y0J', 'S5HE', 'TM0T']) {
    for (const wpm of [5, 13, 20, 40]) {
      for (const [dash, between] of [[3, 3], [2.7, 4], [3.6, 6]]) {
        const times = keyed(call, { wpm, dash, between });
        const heard = read(times, times.at(-1) + 20 * (1200 / wpm));
        assert.equal(heard.text, call, `${wpm} words per minute`);
        assert.equal(heard.open, '');
        assert.ok(Math.abs(heard.wpm / wpm - 1) < 0.2, `${heard.wpm} for ${wpm}`);
      }
    }
  }
});

test('the character that goes on is shown in dots and dashes until it has ended', () => {
  const times = keyed('W1');
  const going = read(times.slice(0, 6), times[5] + 30);
  assert.deepEqual([going.text, going.open, going.marks], ['', '.--', 3]);
  assert.equal(read(times.slice(0, 6), times[5] + 400).text, 'W');
  assert.equal(read(times.slice(0, 7), times[6] + 400).open, '', 'the key is down: the letter before has ended');
});

test('nothing is read from nothing', () => {
  assert.deepEqual(read([]), { text: '', open: '', wpm: 0, marks: 0 });
  assert.deepEqual(read([100]), { text: '', open: '', wpm: 0, marks: 0 });
});
