//  The members who allow it, on a map; the list beside it is the same in words.

import { all, h, one } from '../dom.js';
import { placeOf } from '../map/greatcircle.js';
import '../sb-map.js';

const stage = one('[data-map]');
if (stage) {
  const { homeGrid } = stage.dataset;
  const own = homeGrid ? placeOf(homeGrid) : null;
  const map = h('sb-map', {
    fill: true, miles: document.body.dataset.units === 'imperial', label: one('h1').textContent,
  });
  stage.append(map);
  map.paths = false;
  const { account } = document.body.dataset;
  map.home = own ? { ...own, label: account } : null;
  // Whoever looks stands in the middle already.
  const others = all('[data-pins] tr[data-call]').filter((row) => !own || row.dataset.call !== account);
  map.points = others.map((row) => (
    { call: row.dataset.call, lat: Number(row.dataset.lat), lon: Number(row.dataset.lon), href: one('a', row).getAttribute('href') }));
}
