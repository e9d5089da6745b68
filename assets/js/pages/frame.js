//  What every page does: clock, connection, menus, keys, upper case, times.

import { all, one } from '../dom.js';
import { recall } from '../dx/memory.js';
import { upperCase } from '../forms.js';
import { showKeys, startKeys } from '../keys.js';
import '../sb-toast.js';
import { startClock, titleTimes } from '../utc.js';
import { t } from '../words.js';
import { bus, keepWhileHidden } from '../ws.js';

const { body } = document;

for (const clock of all('[data-utc]')) startClock(clock);
titleTimes();
upperCase(document);
keepLogbook();
menus();

if (body.dataset.account) {
  // Modules of the page run after this one and may give keys a meaning of their own.
  addEventListener('DOMContentLoaded', () => startKeys(), { once: true });
  connection();
  one('[data-action=keys]')?.addEventListener('click', () => {
    one('details.account')?.removeAttribute('open');
    showKeys();
  });
}

/** Remembers the logbook chosen by address, so that other pages show it too. */
function keepLogbook() {
  const chosen = new URLSearchParams(location.search).get('logbook');
  if (!chosen || chosen !== body.dataset.logbook) return;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `logbook=${encodeURIComponent(chosen)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

/** Menus close on a click elsewhere and when focus leaves them; one is open at a time. */
function menus() {
  const opened = () => all('details.menu[open]');
  document.addEventListener('click', (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.removeAttribute('open');
  });
  document.addEventListener('focusin', (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.removeAttribute('open');
  });
}

/** Says in the bar whether live data flow. */
function connection() {
  const place = one('[data-link]');
  const live = bus();
  const words = {
    online: ['open', t('js.link.online')],
    connecting: ['waiting', t('js.link.connecting')],
    offline: ['closed', t('js.link.offline')],
  };
  const show = () => {
    const [state, word] = words[live.state] ?? words.offline;
    place.dataset.state = state;
    place.title = word;
    one('.word', place).textContent = word;
  };
  live.addEventListener('connection', show);
  live.subscribe('notifications', async ({ type, payload }) => {
    if (type === 'dx_alert') (await import('../dx/notices.js')).tell(payload);
    if (type === 'on_air') (await import('../shack/notices.js')).tell(payload);
  });
  if (recall('dx.notices')) import('../dx/notices.js').then(({ notifies }) => keepWhileHidden(notifies()));
  show();
}
