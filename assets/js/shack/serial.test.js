import assert from 'node:assert/strict';
import test from 'node:test';

import { after, readSerial, Serials, serialText } from './serial.js';

test('numbers have three digits at least and are read with or without noughts', () => {
  assert.deepEqual([1, 42, 1234].map(serialText), ['001', '042', '1234']);
  assert.deepEqual(['001', ' 42 ', '0', '', 'EU', '12a', '9999999', null].map(readSerial), [1, 42, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([after(1), after(999_999)], [2, 1]);
});

test('each contest of each logbook counts by itself', () => {
  const own = new Serials('K6BP');
  assert.equal(own.next('CQ-WPX'), 1);
  own.sent('CQ-WPX', '001');
  own.sent('cq-wpx ', '002');
  assert.equal(own.next('CQ-WPX'), 3);
  assert.equal(own.next(''), 1);
  assert.equal(new Serials('W6CLUB').next('CQ-WPX'), 1);
  // Typed by hand it goes on from there; what is no number counts nothing.
  own.sent('CQ-WPX', '100');
  own.sent('CQ-WPX', 'none');
  assert.equal(own.next('CQ-WPX'), 101);
});

test('a number taken back is given again, unless another followed', () => {
  const own = new Serials('N0CALL');
  own.sent('', '005');
  own.back('', '004');
  assert.equal(own.next(''), 6);
  own.back('', '005');
  assert.equal(own.next(''), 5);
});
