//  The page of one contact: the same panel as beside the table.

import { get, post } from '../api.js';
import { one } from '../dom.js';
import { Detail } from '../log/detail.js';
import { findHome } from '../log/home.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';

const { logbook = '', right } = document.body.dataset;
const panel = one('[data-contact]');
const { contact: id = '' } = panel.dataset;
/** @type {any} */
let home = null;

const detail = new Detail(panel, {
  logbook,
  writes: Boolean(right),
  home: () => home,
  filter: (q) => location.assign(`/logbook?q=${encodeURIComponent(q)}`),
  removed: (qso, undo) => {
    panel.hidden = true;
    toast(t('js.log.deleted', { call: qso.call, band: qso.band }), async () => {
      try {
        await post('/logbook/undo', { undo });
        location.reload();
      } catch (error) {
        toast(/** @type {Error} */ (error).message);
      }
    });
  },
});

Promise.all([
  get(`/logbook/qsos/${encodeURIComponent(id)}`),
  findHome(logbook),
]).then(([qso, place]) => {
  home = place;
  detail.show(qso);
}, () => {
  // What the server wrote into the page stays.
});
