//  A rule of the reader's was met: told on whatever page is open, by a line, a tone, and a notice of the system.
//
//  The notice is for pages that nobody looks at; it is asked for in the list of rules, and while it is allowed a
//  hidden page stays connected. Several tabs share one notice.

import { bandName } from '../bands.js';
import { kilohertz } from '../log/qso.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';
import { keepWhileHidden } from '../ws.js';
import { recall, remember } from './memory.js';
import { sound } from './sound.js';

const KEY = 'dx.notices';

/** Whether this browser has notices, and the page is one that may show them. */
export const canNotify = () => 'Notification' in globalThis && isSecureContext && Notification.permission !== 'denied';

/** Whether notices are shown. */
export const notifies = () => recall(KEY) === 'yes' && canNotify() && Notification.permission === 'granted';

/** Turns notices on or off; the browser asks whoever reads. @param {boolean} on @returns {Promise<boolean>} whether they are shown now */
export async function notify(on) {
  if (on && Notification.permission !== 'granted') await Notification.requestPermission();
  remember(KEY, on ? 'yes' : '');
  keepWhileHidden(notifies());
  return notifies();
}

/** Tells of a spot that fits a rule. @param {any} alert */
export function tell(alert) {
  const { call = '', freq_hz: hertz, band, mode = '', country = '' } = alert?.spot ?? {};
  const text = t('js.dx.alert', { name: alert?.name ?? '', call, freq: kilohertz(hertz), band: bandName(band) });
  const href = `/dx?calls=${encodeURIComponent(call)}*`;
  if (alert?.sound) sound.ring();
  toast(text, { href, text: t('js.dx.alert_show') });
  if (!document.hidden || !notifies()) return;
  const notice = new Notification(`${call} ${kilohertz(hertz)} kHz ${mode}`, { body: [country, alert?.name].filter(Boolean).join(' · '), tag: `dx-${alert?.rule}-${call}-${band}` });
  notice.addEventListener('click', () => {
    focus();
    notice.close();
    location.assign(href);
  });
}
