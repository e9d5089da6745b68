import assert from 'node:assert/strict';
import test from 'node:test';
import { bearingText, kmText, placeText, sunText, wayText } from './facts.js';
import { cluster, meet, placeLabels } from './labels.js';
import { dotAt, layOut, makeDots, makeMarks } from './marks.js';
import { ringStep } from './overlay.js';
import { azimuthal, world } from './projection.js';
import { nightShare, paintRows } from './raster.js';
import { subsolar } from './sun.js';
import { View } from './view.js';

const HOME = { lat: 52, lon: 5 };
const TOKYO = { lat: 35.68, lon: 139.69 };

/** @param {import('./projection.js').Projection} projection @param {number} [width] @param {number} [height] */
function view(projection, width = 700, height = 500) {
  const made = new View(projection);
  made.resize(width, height);
  return made;
}

/** @param {readonly number[]} actual @param {readonly number[]} wanted */
function close(actual, wanted) {
  actual.forEach((value, n) => assert.ok(Math.abs(value - wanted[n]) < 1e-6, `${actual} is not ${wanted}`));
}

test('at zoom 1 the whole map fits and does not move', () => {
  for (const projection of [azimuthal(HOME), world(HOME)]) {
    const seen = view(projection);
    const { extent } = projection;
    for (const [x, y] of [seen.toScreen(0, extent.y), seen.toScreen(0, -extent.y)]) {
      assert.ok(x >= 0 && x <= 700 && y >= 0 && y <= 500);
    }
    assert.equal(seen.pan(0, 50), false);
  }
});

test('what is under the pointer stays there while zooming', () => {
  const seen = view(azimuthal(HOME));
  const before = seen.toPlane(300, 220);
  assert.ok(seen.zoomBy(3, 300, 220));
  close(seen.toPlane(300, 220), before);
});

test('zoom has limits, and panning stops at the map’s edge', () => {
  const seen = view(azimuthal(HOME));
  seen.zoomBy(1e9);
  assert.equal(seen.zoomBy(2), false);
  seen.pan(1e9, 0);
  const before = seen.x;
  assert.equal(seen.pan(10, 0), false);
  assert.equal(seen.x, before);
  seen.home();
  assert.deepEqual([seen.x, seen.y, seen.zoom], [0, 0, 1]);
});

test('the world map turns around without end', () => {
  const seen = view(world(HOME));
  seen.pan(-2 * Math.PI * seen.scale, 0);
  assert.ok(Math.abs(seen.x) < 1e-6);
  seen.pan(400, 0);
  const [x] = seen.locate(TOKYO);
  assert.ok(x >= 0 && x <= 700);
});

test('screen and place are inverses', () => {
  for (const projection of [azimuthal(HOME), world(HOME)]) {
    const seen = view(projection);
    seen.zoomBy(4, 350, 100);
    const place = seen.placeAt(320, 180);
    assert.ok(place);
    close(seen.locate(place), [320, 180]);
  }
  assert.equal(view(azimuthal(HOME)).placeAt(2, 2), null);
});

test('points that touch join the first of them', () => {
  const clusters = cluster([
    { x: 10, y: 10, item: 'a' }, { x: 14, y: 10, item: 'b' }, { x: 40, y: 10, item: 'c' }, { x: -3, y: -3, item: 'd' },
  ], 10);
  assert.deepEqual(clusters.map(({ items }) => items), [['a', 'b'], ['c'], ['d']]);
});

test('labels never overlap each other, dots or what is taken', () => {
  const marks = Array.from({ length: 120 }, (_, n) => (
    { x: (n * 7919) % 600, y: (n * 104_729) % 400, radius: 4 }));
  const taken = [{ left: 0, top: 0, right: 100, bottom: 40 }];
  const bounds = { left: 0, top: 0, right: 600, bottom: 400 };
  const labels = placeLabels(marks, () => 50, { bounds, height: 14, taken });
  assert.ok(labels.length > 10);
  const boxes = labels.map(({ x, y, width, align }) => {
    const left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2;
    return { left, top: y - 7, right: left + width, bottom: y + 7 };
  });
  boxes.forEach((box, n) => {
    assert.ok(box.left >= 0 && box.top >= 0 && box.right <= 600 && box.bottom <= 400);
    assert.ok(!meet(box, taken[0]));
    for (const other of boxes.slice(n + 1)) assert.ok(!meet(box, other));
    for (const { x, y, radius } of marks) {
      assert.ok(!meet(box, { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }));
    }
  });
});

test('the first mark wins the room', () => {
  const marks = [{ x: 50, y: 50, radius: 3 }, { x: 52, y: 60, radius: 3 }];
  const bounds = { left: 45, top: 40, right: 90, bottom: 70 };
  const labels = placeLabels(marks, () => 30, { bounds, height: 14 });
  assert.equal(labels[0].mark, marks[0]);
});

test('marks are newest first; points without a position are left out', () => {
  const marks = makeMarks([
    { call: 'OLD', lat: 1, lon: 1, time: '2026-01-01T00:00:00Z' },
    { call: 'NEW', lat: 1, lon: 1, time: '2026-02-01T00:00:00Z' },
    { call: 'BAD', lat: Number.NaN, lon: 1 },
    { call: 'UNTIMED', lat: 1, lon: 1 },
  ]);
  assert.deepEqual(marks.map(({ point }) => point.call), ['NEW', 'OLD', 'UNTIMED']);
});

test('paths are straight on the azimuthal map and bend on the world map', () => {
  const marks = makeMarks([{ call: 'JA1XYZ', ...TOKYO }]);
  layOut(marks, azimuthal(HOME), HOME);
  assert.equal(marks[0].path?.length, 2);
  layOut(marks, world(HOME), HOME);
  assert.ok((marks[0].path?.length ?? 0) > 20);
  layOut(marks, world(HOME), null);
  assert.equal(marks[0].path, null);
});

test('a dot is found with a little slack', () => {
  const seen = view(azimuthal(HOME));
  const marks = makeMarks([{ call: 'JA1XYZ', ...TOKYO }]);
  layOut(marks, seen.projection, HOME);
  const dots = makeDots(marks, seen);
  const [x, y] = seen.locate(TOKYO);
  assert.equal(dotAt(dots, x + 5, y, 4)?.items[0].point.call, 'JA1XYZ');
  assert.equal(dotAt(dots, x + 30, y, 4), null);
});

test('rings are round numbers that fit the view', () => {
  const seen = view(azimuthal(HOME), 700, 700);
  assert.equal(ringStep(seen, false), 5000);
  seen.zoomBy(8);
  assert.equal(ringStep(seen, false), 500);
  seen.zoomBy(1e9);
  assert.ok(ringStep(seen, false) >= 50);
});

test('what is said of a place', () => {
  const now = Date.UTC(2026, 10, 21, 12);
  assert.equal(bearingText(HOME, { lat: 60, lon: 5 }), '000°');
  assert.match(kmText(HOME, TOKYO), /^9,\d{3}\u00a0km$/);
  assert.match(wayText(HOME, TOKYO), /^0\d\d° · 9,\d{3}\u00a0km · 5,\d{3}\u00a0mi$/);
  assert.equal(wayText(HOME, HOME), '');
  assert.equal(sunText({ lat: 80, lon: 0 }, now), 'js.map.sun_down');
  assert.equal(sunText({ lat: -80, lon: 0 }, now), 'js.map.sun_up');
  assert.match(placeText(HOME, TOKYO, now), /^PM95\w\w · .*km.*mi · js\.map\.sun$/);
});

test('night comes smoothly between 0 and -18 degrees', () => {
  const at = (/** @type {number} */ degrees) => nightShare(Math.sin((degrees * Math.PI) / 180));
  assert.equal(at(10), 0);
  assert.equal(at(-18.1), 1);
  assert.ok(Math.abs(at(-9) - 0.5) < 0.01);
  for (let degrees = 0; degrees > -18; degrees -= 1) assert.ok(at(degrees - 1) >= at(degrees));
});

test('a picture is transparent outside, bright below the sun and dark opposite', () => {
  const time = Date.UTC(2026, 10, 21, 12);
  const sun = subsolar(time);
  const size = 101;
  for (const kind of /** @type {const} */ (['azimuthal', 'world'])) {
    const pixels = new Uint8ClampedArray(size * size * 4);
    paintRows(pixels, {
      kind, centre: kind === 'world' ? { lat: 0, lon: sun.lon } : sun, x: 0, y: 0,
      scale: 50 / Math.PI, width: size, height: size, time,
      colours: { sea: [200, 200, 200, 1], land: [0, 255, 0, 1], night: [0, 0, 0, 0.5] },
    }, null, 0, size);
    const at = (/** @type {number} */ x, /** @type {number} */ y) => [...pixels.slice((y * size + x) * 4, (y * size + x) * 4 + 4)];
    assert.equal(at(1, 1)[3], 0, kind);
    assert.deepEqual(at(50, 50), [200, 200, 200, 255], kind);
    assert.deepEqual(at(2, 50), [100, 100, 100, 255], kind);
  }
});
