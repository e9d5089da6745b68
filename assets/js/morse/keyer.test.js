import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Keyer } from './keyer.js';

/** A keyer on a clock that the test winds. */
function bench() {
  const times = [];
  let now = 0;
  /** @type {{ at: number, run: () => void }[]} */
  const due = [];
  const keyer = new Keyer({
    down: () => times.push(now),
    up: () => times.push(now),
    wait: (run, ms) => due.push({ at: now + ms, run }),
  });
  keyer.speed = 12;
  const until = (time) => {
    for (;;) {
      due.sort((a, b) => a.at - b.at);
      if (!due.length || due[0].at > time) break;
      const next = due.shift();
      now = next.at;
      next.run();
    }
    now = time;
  };
  const signs = () => {
    let text = '';
    for (let at = 0; at + 1 < times.length; at += 2) text += times[at + 1] - times[at] > 200 ? '-' : '.';
    return text;
  };
  return { keyer, until, signs, times };
}

test('a paddle held makes its element again and again, evenly', () => {
  const { keyer, until, signs, times } = bench();
  keyer.press('.');
  until(450);
  keyer.release('.');
  until(2000);
  assert.equal(signs(), '...');
  assert.deepEqual(times, [0, 100, 200, 300, 400, 500]);
});

test('both held make them in turns', () => {
  const { keyer, until, signs } = bench();
  keyer.press('-');
  keyer.press('.');
  until(950);
  keyer.release('-');
  keyer.release('.');
  until(3000);
  assert.equal(signs(), '-.-.');
});

test('what is tapped while an element sounds comes after it', () => {
  const { keyer, until, signs } = bench();
  keyer.press('-');
  until(50);
  keyer.press('.');
  until(60);
  keyer.release('.');
  keyer.release('-');
  until(2000);
  assert.equal(signs(), '-.');
});

test('nothing sounds when nothing is pressed', () => {
  const { until, times } = bench();
  until(1000);
  assert.deepEqual(times, []);
});
