import assert from 'node:assert/strict';
import test from 'node:test';
import { everything, NEEDS, parts, readFilter, same, wants, writeFilter } from './filter.js';

const spot = (/** @type {any} */ more = {}) => ({
  call: 'JA1XYZ', band: '20m', mode: 'CW', class: 'cw', continent: 'AS', spotter: 'W3LPL', spotter_continent: 'NA', skimmer: false, need: '', ...more,
});

test('without a filter all that people spotted is shown, and machines are not', () => {
  assert.equal(wants(everything())(spot()), true);
  assert.equal(wants(everything())(spot({ skimmer: true })), false);
  assert.equal(wants({ ...everything(), skimmers: true })(spot({ skimmer: true })), true);
  assert.deepEqual(writeFilter(everything()), {});
});

test('a filter survives the way through the address', () => {
  const text = 'bands=20m,40m&modes=cw,FT8&cont=AS&de_cont=EU&ref=pota&calls=JA*,K1A*&spotters=W3*&skimmer=all&needs=entity,band&unworked=true';
  const filter = readFilter(new URLSearchParams(text));
  assert.equal(filter.calls, 'JA K1A de:W3');
  assert.equal(decodeURIComponent(String(new URLSearchParams(writeFilter(filter)))).replaceAll('+', ' '),
    'bands=20m,40m&modes=cw,FT8&cont=AS&de_cont=EU&ref=pota&calls=JA*,K1A*&spotters=W3*&needs=entity,band&skimmer=all&unworked=true');
  assert.equal(parts(filter), 10);
  assert.ok(same(filter, readFilter(writeFilter(filter))));
});

test('what nobody knows in an address is passed over', () => {
  const filter = readFilter(new URLSearchParams('bands=20M&cont=XX&ref=none&needs=wish&logbook=K6BP'));
  assert.deepEqual(filter, { ...everything(), bands: ['20m'] });
  assert.deepEqual(readFilter({ needs: 'any' }).needs, NEEDS);
});

test('every list must hold the spot, any entry of a list will do', () => {
  const filter = { ...everything(), bands: ['20m', '40m'], modes: ['cw', 'FT8'] };
  assert.equal(wants(filter)(spot()), true);
  assert.equal(wants(filter)(spot({ mode: 'FT8', class: 'data' })), true);
  assert.equal(wants(filter)(spot({ mode: 'FT4', class: 'data' })), false);
  assert.equal(wants(filter)(spot({ band: '15m' })), false);
  assert.equal(wants({ ...everything(), modes: ['SSB'] })(spot({ mode: 'USB', class: 'phone' })), true);
});

test('calls are found by their beginnings, also behind a stroke, and spotters by de:', () => {
  const of = (/** @type {string} */ calls) => wants({ ...everything(), calls });
  assert.equal(of('ja1')(spot()), true);
  assert.equal(of('K1 JA')(spot()), true);
  assert.equal(of('1XYZ')(spot()), false);
  assert.equal(of('dl1')(spot({ call: '9A/DL1ABC' })), true);
  assert.equal(of('de:w3')(spot()), true);
  assert.equal(of('ja de:k1')(spot()), false);
});

test('needed and worked come from the log', () => {
  assert.equal(wants({ ...everything(), needs: ['entity'] })(spot({ need: 'entity' })), true);
  assert.equal(wants({ ...everything(), needs: ['entity'] })(spot({ need: 'band' })), false);
  const worked = { worked: (/** @type {any} */ each) => each.call === 'JA1XYZ' };
  assert.equal(wants({ ...everything(), unworked: true }, worked)(spot()), false);
  assert.equal(wants({ ...everything(), unworked: true }, worked)(spot({ call: 'JA2' })), true);
});
