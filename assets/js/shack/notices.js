//  Somebody the reader follows went on the air: told on whatever page is open, as a spot is that fits a rule.

import { notifies } from '../dx/notices.js';
import { kilohertz } from '../log/qso.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';

/** Address of the shack with a station filled in. @param {any} who */
export function shackAddress({ call, freq_hz: hertz, mode }) {
  const query = new URLSearchParams({ call });
  if (hertz) query.set('freq', kilohertz(hertz));
  if (mode) query.set('mode', mode);
  return `/shack?${query}`;
}

/** @param {any} who call, and where as far as they said */
export function tell(who) {
  if (!who?.call) return;
  const place = [who.freq_hz && `${kilohertz(who.freq_hz)} kHz`, who.mode].filter(Boolean).join(' ');
  const text = t(who.calling ? 'js.shack.calls' : 'js.shack.is_on_air', { call: who.call, place });
  const href = shackAddress(who);
  toast(text.trim(), { href, text: t('js.dx.alert_show') });
  if (!document.hidden || !notifies()) return;
  const notice = new Notification(text.trim(), { body: who.text ?? '', tag: `air-${who.call}` });
  notice.addEventListener('click', () => {
    focus();
    notice.close();
    location.assign(href);
  });
}
