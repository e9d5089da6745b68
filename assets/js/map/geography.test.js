import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { bearing, destination, distanceKm, locator, pathPoints, placeOf, wrapLon } from './greatcircle.js';
import { landShare, levelFor, pyramid } from './land.js';
import { azimuthal, projection, world } from './projection.js';
import { elevation, subsolar, sunTimes } from './sun.js';

const LONDON = { lat: 51.5, lon: -0.13 };
const NEW_YORK = { lat: 40.71, lon: -74.01 };
const TOKYO = { lat: 35.68, lon: 139.69 };
const TROMSO = { lat: 69.65, lon: 18.96 };

/** @param {number} actual @param {number} wanted @param {number} within @param {string} [what] */
function near(actual, wanted, within, what) {
  assert.ok(Math.abs(actual - wanted) <= within, `${what ?? ''} ${actual} is not ${wanted} ± ${within}`);
}

test('distance and bearing of known paths', () => {
  near(distanceKm(LONDON, NEW_YORK), 5570, 5);
  near(bearing(LONDON, NEW_YORK), 288.3, 0.3);
  near(bearing(NEW_YORK, LONDON), 51.2, 0.3);
  near(distanceKm(LONDON, TOKYO), 9559, 8);
});

test('identical places and antipodes have a distance', () => {
  assert.equal(distanceKm(LONDON, LONDON), 0);
  near(distanceKm(LONDON, { lat: -51.5, lon: 179.87 }), 20015, 1);
});

test('a destination lies at its distance and bearing', () => {
  for (let degrees = 0; degrees < 360; degrees += 37) {
    const there = destination(TOKYO, degrees, 7000);
    near(distanceKm(TOKYO, there), 7000, 1e-6);
    near(bearing(TOKYO, there), degrees, 1e-6);
  }
});

test('a path begins and ends where it should and keeps its step', () => {
  const points = pathPoints(LONDON, TOKYO, 250);
  assert.equal(points[0], LONDON);
  assert.equal(points.at(-1), TOKYO);
  for (let n = 1; n < points.length; n += 1) assert.ok(distanceKm(points[n - 1], points[n]) <= 250.01);
  assert.equal(pathPoints(LONDON, LONDON).length, 2);
});

test('a locator names the middle of its field', () => {
  assert.deepEqual(placeOf('JO'), { lat: 55, lon: 10 });
  assert.deepEqual(placeOf('JO22'), { lat: 52.5, lon: 5 });
  for (const text of ['FN31pr', 'AA00aa', 'RR99xx', 'jo31lk']) {
    const place = placeOf(text);
    assert.ok(place);
    assert.equal(locator(place).toLowerCase(), text.toLowerCase());
  }
  assert.ok(Math.abs(placeOf('JO22ab34').lon - placeOf('JO22ab').lon) < 1 / 24);
  assert.equal(placeOf('22JO'), null);
  assert.equal(placeOf(''), null);
});

test('locators', () => {
  assert.equal(locator({ lat: 52.5, lon: 4.9 }).slice(0, 4), 'JO22');
  assert.equal(locator({ lat: 48.14666, lon: 11.60833 }), 'JN58td');
  assert.equal(locator({ lat: -34.91, lon: -56.21166 }), 'GF15vc');
  assert.equal(locator({ lat: 90, lon: 180 }), 'AR09ax');
});

test('longitudes wrap at the antimeridian', () => {
  assert.equal(wrapLon(190), -170);
  assert.equal(wrapLon(-190), 170);
  assert.equal(wrapLon(180), -180);
  assert.equal(wrapLon(-180), -180);
});

test('each projection undoes itself all over the world', () => {
  for (const kind of ['azimuthal', 'world']) {
    for (const centre of [LONDON, TOKYO, { lat: 89.9, lon: 0 }, { lat: -45, lon: 179 }]) {
      const map = projection(kind, centre);
      for (let lat = -88; lat <= 88; lat += 11) {
        for (let lon = -179; lon < 180; lon += 23) {
          const back = map.unproject(...map.project({ lat, lon }));
          assert.ok(back);
          near(distanceKm({ lat, lon }, back), 0, 1e-3, `${kind} ${lat} ${lon}`);
        }
      }
    }
  }
});

test('azimuthal: distance from the middle and direction are true', () => {
  const [x, y] = azimuthal(LONDON).project(NEW_YORK);
  near(Math.hypot(x, y) * 6371, distanceKm(LONDON, NEW_YORK), 0.01);
  near((Math.atan2(x, y) * 180) / Math.PI + 360, bearing(LONDON, NEW_YORK), 1e-6);
});

test('azimuthal: middle, antipode and outside', () => {
  const map = azimuthal(LONDON);
  assert.deepEqual(map.project(LONDON), [0, 0]);
  near(Math.hypot(...map.project({ lat: -51.5, lon: 179.87 })), Math.PI, 1e-6);
  assert.equal(map.unproject(3, 3), null);
});

test('world: the station’s meridian is in the middle', () => {
  assert.equal(world(TOKYO).project(TOKYO)[0], 0);
  assert.ok(world(TOKYO).project({ lat: 0, lon: -170 })[0] > 0);
  assert.equal(world(TOKYO).unproject(0, 1.6), null);
});

test('the sun stands where the almanac says', () => {
  near(subsolar(Date.UTC(2026, 5, 21, 12)).lat, 23.44, 0.02, 'solstice');
  near(subsolar(Date.UTC(2026, 2, 20, 14, 46)).lat, 0, 0.02, 'equinox');
  // Early November the sundial is 16.4 minutes ahead: overhead 4.1 degrees further west at mean noon.
  near(subsolar(Date.UTC(2026, 10, 3, 12)).lon, -4.11, 0.05, 'equation of time');
  near(subsolar(Date.UTC(2026, 1, 11, 12)).lon, 3.55, 0.05, 'equation of time');
});

test('elevation is 90 below the sun and -90 opposite', () => {
  const now = Date.UTC(2026, 10, 21, 9, 32);
  const sun = subsolar(now);
  near(elevation(sun, now), 90, 0.01);
  near(elevation({ lat: -sun.lat, lon: wrapLon(sun.lon + 180) }, now), -90, 0.01);
});

test('sunrise and sunset as printed', () => {
  const minutes = (/** @type {number} */ ms) => (ms % 86_400_000) / 60_000;
  const london = sunTimes(LONDON, Date.UTC(2026, 5, 21, 12));
  assert.ok(typeof london === 'object');
  near(minutes(london.rise), 3 * 60 + 43, 1.5);
  near(minutes(london.set), 20 * 60 + 21, 1.5);
  const tokyo = sunTimes(TOKYO, Date.UTC(2026, 11, 31, 20));
  assert.ok(typeof tokyo === 'object');
  near(minutes(tokyo.rise), 21 * 60 + 51, 1.5);
  near(minutes(tokyo.set), 7 * 60 + 38, 1.5);
});

test('rise comes before set, on either side of the moment’s noon', () => {
  for (let lon = -180; lon < 180; lon += 30) {
    const now = Date.UTC(2026, 3, 5, 17);
    const times = sunTimes({ lat: 10, lon }, now);
    assert.ok(typeof times === 'object');
    assert.ok(times.rise < times.set && times.set - times.rise < 13 * 3_600_000);
    near((times.rise + times.set) / 2 - now, 0, 12.2 * 3_600_000);
  }
});

test('polar day and polar night', () => {
  assert.equal(sunTimes(TROMSO, Date.UTC(2026, 5, 21)), 'day');
  assert.equal(sunTimes(TROMSO, Date.UTC(2026, 11, 21)), 'night');
});

test('a pixel picks the land level of its size', () => {
  assert.equal(levelFor(0.01), 0);
  assert.equal(levelFor(0.125), 0);
  assert.equal(levelFor(0.5), 2);
  assert.equal(levelFor(20), 4);
});

test('the mask is read lowest bit first, west to east, north to south', () => {
  const bits = new Uint8Array(518_400);
  bits[0] = 0b1;
  const [full, half] = pyramid(bits);
  assert.equal(full.cells[0], 255);
  assert.equal(full.cells[1], 0);
  assert.equal(half.cells[0], 64);
  near(landShare(full, 89.9375, -179.9375), 255, 0.01);
  near(landShare(full, 89.9375, -179.875), 127.5, 0.01);
  near(landShare(full, 89.9375, 180), 127.5, 0.01, 'across the antimeridian');
  assert.throws(() => pyramid(new Uint8Array(5)), RangeError);
});

const MASK = new URL('../../geo/land.bin', import.meta.url);
test('land and sea where they are', { skip: !existsSync(MASK) && 'assets/geo/land.bin is not there' }, () => {
  const [full] = pyramid(readFileSync(MASK));
  for (const [lat, lon] of [[48.85, 2.35], [-80, 10], [66.5, -175], [35, 139]]) {
    assert.equal(landShare(full, lat, lon), 255, `${lat} ${lon}`);
  }
  for (const [lat, lon] of [[90, 0], [30, -40], [42, 50.5], [0, -179.9]]) {
    assert.equal(landShare(full, lat, lon), 0, `${lat} ${lon}`);
  }
});
