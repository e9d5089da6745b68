//  The logbook's page: filter, table, entry row, panel, changes to many at once.

import { get, post } from '../api.js';
import { bandName } from '../bands.js';
import { fill, h, one, settle } from '../dom.js';
import { makeGrip } from '../grip.js';
import { onKey } from '../keys.js';
import { bulkBar } from '../log/bulk.js';
import { Detail } from '../log/detail.js';
import { FilterBox } from '../log/filterbox.js';
import { findHome } from '../log/home.js';
import { columns } from '../log/qso.js';
import { entryRow } from '../log/row.js';
import { densityBoxes } from '../looks.js';
import { toast } from '../sb-toast.js';
import '../sb-table.js';
import { number, t } from '../words.js';
import { bus } from '../ws.js';

const { logbook = '', right = '' } = document.body.dataset;
const table = one('sb-table');
const panel = one('[data-detail]');
const REFRESH_MS = 400;
/** A live list takes new rows at its top when it shows the newest first. */
const NEWEST = '-start';

/** @type {any} */
let home = null;

if (table) start();

function start() {
  const address = new URLSearchParams(location.search);
  const filter = new FilterBox(one('[data-filter]'), address.get('q') ?? '', () => reload());
  const state = { sort: address.get('sort') ?? NEWEST };

  const source = () => ({
    fetch: async (/** @type {number} */ offset, /** @type {number} */ limit, /** @type {AbortSignal} */ signal) => {
      try {
        const answer = await get('/logbook/qsos', { query: { logbook, q: filter.value, sort: state.sort, limit, offset }, signal });
        filter.refuse('');
        return { items: answer.items, total: answer.total, totalExact: answer.total_exact ?? true };
      } catch (error) {
        if (![400, 422].includes(/** @type {any} */ (error).status)) throw error;
        // A filter that cannot be read is told beside it; the table shows nothing meanwhile.
        filter.refuse(/** @type {any} */ (error).errors?.[0]?.message ?? /** @type {any} */ (error).message);
        return { items: [], total: 0 };
      }
    },
  });

  table.setup({
    columns: columns(), source: source(), sort: state.sort, chooses: right !== '', state: stateOf,
    empty: () => blank(filter.value, t(filter.refused ? 'js.log.unreadable' : 'js.log.none'), () => filter.set('')),
  });

  const detail = new Detail(panel, {
    logbook, writes: right !== '', home: () => home,
    changed: (qso) => table.replace(qso),
    removed: (qso, undo) => removed(qso, undo),
    closed: () => {
      table.removeAttribute('opened');
      table.focus();
    },
    filter: (q) => filter.set(q),
  });

  /** What is shown is what the export begins with. */
  function linkExport() {
    one('[data-export]')?.setAttribute('href', filter.value ? `/export?q=${encodeURIComponent(filter.value)}` : '/export');
  }

  function reload() {
    const query = new URLSearchParams();
    if (filter.value) query.set('q', filter.value);
    if (state.sort !== NEWEST) query.set('sort', state.sort);
    const text = query.toString();
    history.replaceState(null, '', text ? `?${text}` : location.pathname);
    linkExport();
    table.setSource(source());
  }

  /** @param {any} qso @param {string} undo */
  function removed(qso, undo) {
    detail.close();
    table.refresh();
    toast(t('js.log.deleted', { call: qso.call, band: bandName(qso.band) }), () => takeBack(undo));
  }

  /** @param {string} undo */
  async function takeBack(undo) {
    try {
      await post('/logbook/undo', { undo });
      table.refresh();
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  }

  const sum = h('div', { class: 'sum' });
  table.append(sum);
  const bulk = bulkBar({ logbook, filter: () => filter.value, clear: () => table.clearSelection(), done: (text, undo) => {
    table.clearSelection();
    table.refresh();
    // The one shown beside the table may be among them.
    if (detail.qso) detail.show(detail.qso);
    toast(text, undo ? () => takeBack(undo) : undefined);
  } });
  const drawSum = () => {
    const words = filter.refused ? '' : table.sum('js.log.sum');
    const chosen = table.selection.count(table.total);
    fill(sum, h('span', {}, words), chosen ? h('strong', {}, t('js.log.chosen', { n: chosen })) : h('span', { class: 'end hint' }, t('js.log.hint')),
      chosen ? bulk(table.selection, table.total, () => table.selectAll()) : null);
    fill(one('[data-count]'), words);
  };
  table.addEventListener('total', drawSum);
  table.addEventListener('select', drawSum);
  table.addEventListener('sort', (/** @type {any} */ event) => {
    state.sort = event.detail.sort;
    reload();
  });
  table.addEventListener('open', (/** @type {any} */ event) => {
    table.setAttribute('opened', '');
    detail.show(event.detail.item);
  });

  const menu = one('[data-columns] .sheet');
  fill(menu, table.columnBoxes(), h('hr'), densityBoxes());
  makeGrip(panel, { side: 'end', label: t('js.log.resize'), property: '--detail', key: 'logbook.detail', usual: 380 });
  const row = one('[data-entry]');
  if (row) entryRow(row, logbook, (qso) => (qso ? live.arrived(qso.id) : table.refresh()));
  onKey('/', t('js.keys.filter'), () => filter.focus());
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !panel.hidden && !document.querySelector('dialog[open]')) detail.close();
  });
  loadHome();
  linkExport();
  const live = follow(() => state.sort === NEWEST && !filter.value, () => !panel.hidden && detail.qso?.id);
}

/** Follows what others, and other tabs, do to this logbook. @param {() => boolean} plain @param {() => any} shown */
function follow(plain, shown) {
  /** @type {Set<string>} */
  const fresh = new Set();
  const show = settle(() => {
    const ids = [...fresh];
    fresh.clear();
    if (plain() && ids.length) table.arrived(ids);
    else table.refresh();
  }, REFRESH_MS);
  bus().subscribe('logbook', ({ payload }) => {
    if (payload?.logbook !== logbook) return;
    if (payload.change === 'added' && payload.qso) fresh.add(payload.qso.id);
    if (payload.change === 'changed' && payload.qso && payload.qso.id !== shown()) table.replace(payload.qso);
    else show();
  });
  // What was missed is not known: what is seen is fetched again.
  bus().addEventListener('gap', () => table.refresh());
  return { arrived: (/** @type {string} */ id) => { fresh.add(id); show(); } };
}

/** The bar at a row's left. @param {any} qso */
function stateOf(qso) {
  return qso.confirmed?.length ? 'good' : '';
}

/** @param {string} q @param {string} why nothing is shown for it @param {() => void} clear */
function blank(q, why, clear) {
  if (q) {
    return h('div', { class: 'empty' }, h('h2', {}, why),
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'button', onclick: clear }, t('js.log.clear'))));
  }
  return h('div', { class: 'empty' }, h('h2', {}, t('js.log.empty')), h('p', {}, t('js.log.empty_help')),
    h('div', { class: 'actions' }, h('a', { class: 'button primary', href: '/import' }, t('js.log.import'))));
}

async function loadHome() {
  home = await findHome(logbook);
  one('[data-count]').title = number(table.total);
}
