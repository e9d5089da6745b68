//  The fields of a contact, grouped as the panel shows them.
//
//  `field` is the API's name for what can be edited in place; `show` turns the stored
//  value into what stands there, `read` what was typed into what is stored.

import { formatUtc } from '../utc.js';
import { t } from '../words.js';
import { MEDIA, confirmedWords, kilohertz, readFrequency } from './qso.js';

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} [field]   edited in place
 * @property {string} [adif]    edited in place as an ADIF field
 * @property {(qso: any) => string} show
 * @property {(text: string) => Record<string, any> | null} [read] null for what cannot be read
 * @property {string} [edit]    text to begin editing with, where it differs from what is shown
 * @property {boolean} [always] shown also when empty
 */
/** @typedef {{ title: string, lines: Line[] }} Group */

/** @param {string} field @param {string} label @param {Partial<Line>} [more] @returns {Line} */
function line(field, label, more = {}) {
  return { label, field, show: (qso) => String(qso[field] ?? ''), ...more };
}

/** Reads `2026-11-21 09:32`; null for what is no time. @param {string} text */
function time(text) {
  const iso = text.trim().replace(' ', 'T').replace(/z$/i, '');
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(iso) ? `${iso.length === 16 ? `${iso}:00` : iso}Z` : null;
}

/** @param {string | undefined} iso */
const plain = (iso) => (iso ?? '').replace('T', ' ').replace(/(:00)?(\.\d+)?Z$/, '');

/**
 * All groups of a contact.
 * @param {any} qso
 * @returns {Group[]}
 */
export function groups(qso) {
  const always = { always: true };
  return [
    { title: t('js.group.contact'), lines: [
      line('call', t('js.field.call'), { ...always, read: (text) => ({ call: text.trim().toUpperCase() }) }),
      line('start', t('js.field.start'), { ...always, show: () => plain(qso.start), read: (text) => wrap('start', time(text)) }),
      line('end', t('js.field.end'), { show: () => plain(qso.end), read: (text) => wrap('end', text.trim() ? time(text) : undefined) }),
      line('freq_hz', t('js.field.freq'), { ...always, edit: kilohertz(qso.freq_hz), show: () => (qso.freq_hz ? `${kilohertz(qso.freq_hz)} kHz` : ''), read: frequency }),
      line('band', t('js.field.band'), always),
      line('mode', t('js.field.mode'), always),
      line('submode', t('js.field.submode')),
      line('rst_sent', t('js.field.sent'), always),
      line('rst_rcvd', t('js.field.rcvd'), always),
      line('name', t('js.field.name'), always),
      line('qth', t('js.field.qth'), always),
      line('grid', t('js.field.grid'), always),
      line('comment', t('js.field.comment'), always),
      line('notes', t('js.field.notes')),
    ] },
    { title: t('js.group.place'), lines: [
      line('country', t('js.field.country'), { field: undefined, show: () => qso.country ?? '' }),
      line('dxcc', t('js.field.dxcc'), { read: (text) => ({ dxcc: text.trim() ? Number(text) : null }) }),
      line('continent', t('js.field.continent')),
      line('cq_zone', t('js.field.cq')),
      line('itu_zone', t('js.field.itu')),
      line('state', t('js.field.state')),
      line('county', t('js.field.county')),
      line('iota', 'IOTA'), line('pota', 'POTA'), line('sota', 'SOTA'), line('wwff', 'WWFF'),
    ] },
    { title: t('js.group.station'), lines: [
      line('station_call', t('js.field.station_call')),
      line('operator', t('js.field.operator')),
      line('my_grid', t('js.field.my_grid')),
      line('tx_power', t('js.field.power')),
      line('my_iota', t('js.field.my_iota')), line('my_pota', t('js.field.my_pota')),
      line('my_sota', t('js.field.my_sota')), line('my_wwff', t('js.field.my_wwff')),
      line('prop_mode', t('js.field.prop')), line('sat_name', t('js.field.sat')), line('sat_mode', t('js.field.sat_mode')),
    ] },
    { title: t('js.group.contest'), lines: [
      line('contest', t('js.field.contest')), line('stx', t('js.field.stx')), line('srx', t('js.field.srx')),
      line('stx_string', t('js.field.stx_string')), line('srx_string', t('js.field.srx_string')),
    ] },
    { title: t('js.group.qsl'), lines: [
      { label: t('js.field.confirmed'), show: () => (qso.confirmed?.length ? `✓ ${confirmedWords(qso)}` : t('js.field.unconfirmed')) },
      ...qslLines(qso),
    ] },
    { title: t('js.group.adif'), lines: Object.entries(qso.adif ?? {}).map(([name, value]) => (
      { label: name, adif: name, show: () => String(value), read: (text) => ({ adif: { [name]: text === '' ? null : text } }) })) },
    { title: t('js.group.record'), lines: [
      { label: t('js.field.logged_by'), show: () => String(qso.logged_by ?? '') },
      { label: t('js.field.created'), show: () => (qso.created ? formatUtc(qso.created) : '') },
      { label: t('js.field.updated'), show: () => (qso.updated && qso.updated !== qso.created ? formatUtc(qso.updated) : '') },
    ] },
  ];
}

/** States of a service: none, sent, received. @param {any} qso @returns {Line[]} */
function qslLines(qso) {
  return Object.entries(qso.qsl ?? {}).map(([service, state]) => ({
    label: title(MEDIA[service] ?? service),
    show: () => {
      const { sent, sent_date: sentDate, rcvd, rcvd_date: rcvdDate } = /** @type {any} */ (state);
      return [
        rcvd === 'Y' ? `✓ ${t('js.qsl.received')} ${rcvdDate ?? ''}` : '',
        sent === 'Y' ? `${t('js.qsl.sent')} ${sentDate ?? ''}` : sent === 'Q' || sent === 'R' ? t('js.qsl.queued') : '',
      ].map((text) => text.trim()).filter(Boolean).join(', ');
    },
  }));
}

/** @param {string} word */
function title(word) {
  return word === 'eQSL' ? word : word.charAt(0).toUpperCase() + word.slice(1);
}

/** @param {string} field @param {any} value undefined empties it, null cannot be read */
function wrap(field, value) {
  return value === null ? null : { [field]: value ?? null };
}

/** @param {string} text */
function frequency(text) {
  if (!text.trim()) return { freq_hz: null };
  const found = readFrequency(text);
  return found?.freq_hz ? found : null;
}
