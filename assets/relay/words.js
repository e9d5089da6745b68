//  Numbers, times and states in words; nothing here touches the page.

/**
 * A frequency as the dial shows it: 14.074.000.
 * @param {number} hertz
 * @returns {string}
 */
export function dial(hertz) {
  const whole = String(Math.round(hertz)).padStart(7, '0');
  return `${whole.slice(0, -6)}.${whole.slice(-6, -3)}.${whole.slice(-3)}`;
}

/**
 * How long ago.
 * @param {string} time RFC 3339
 * @param {number} now milliseconds
 * @returns {string}
 */
export function ago(time, now) {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 3) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A time as logs write it: 21 Nov 09:32z.
 * @param {string} time RFC 3339
 * @returns {string}
 */
export function stamp(time) {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return '';
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}z`;
}

/**
 * One thing or several.
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 * @returns {string}
 */
export function number(count, one, many = `${one}s`) {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** @typedef {'good' | 'warn' | 'bad' | ''} Kind */
/** @typedef {{ kind: Kind, text: string, more?: string }} Standing */

/**
 * How it stands with the radio.
 * @param {any} rig
 * @param {string | null} trouble settings by which no radio can be reached
 * @returns {Standing}
 */
export function ofRadio(rig, trouble) {
  const state = rig?.state ?? {};
  if (trouble) return { kind: 'bad', text: 'not set up', more: trouble };
  if (state.connected) {
    const dialled = state.freq_hz ? `${dial(state.freq_hz)} ${state.mode ?? ''}`.trim() : 'connected';
    return { kind: 'good', text: dialled, more: state.model || rig.device };
  }
  if (state.error) {
    const words = { power_off: 'switched off', port_in_use: 'port in use', timed_out: 'no answer', garbled: 'no sense in its answer' };
    return { kind: 'bad', text: words[/** @type {keyof typeof words} */ (state.error.kind)] ?? 'not reached', more: rig.device };
  }
  return { kind: '', text: 'being looked for', more: rig?.device };
}

/**
 * How it stands with the link to the server.
 * @param {any} link
 * @param {any} settings as shown
 * @returns {Standing}
 */
export function ofLink(link, settings) {
  const server = settings?.server?.value;
  if (!server) return { kind: '', text: 'not set up', more: 'the radio is used on this computer alone' };
  const host = hostOf(server);
  if (!settings.key?.value) return { kind: 'warn', text: 'key missing', more: host };
  if (link?.state === 'connected') return { kind: 'good', text: 'connected', more: link.account ? `${host} as ${link.account}` : host };
  if (link?.state === 'refused') return { kind: 'bad', text: 'refused', more: host };
  if (link?.state === 'connecting' && !link.error) return { kind: '', text: 'connecting', more: host };
  return { kind: 'bad', text: 'not reached', more: host };
}

/**
 * How it stands with programs.
 * @param {any} programs
 * @param {number} now
 * @returns {Standing}
 */
export function ofPrograms(programs, now) {
  const broken = programs.places.filter((/** @type {any} */ place) => place.error).length;
  const heard = programs.heard;
  if (broken > 0) return { kind: 'warn', text: `${number(broken, 'port')} not to be had`, more: heard.length > 0 ? heard[0].id : '' };
  if (heard.length > 0) {
    return { kind: 'good', text: heard.length === 1 ? heard[0].id || 'a program' : number(heard.length, 'program'), more: `heard ${ago(heard[0].heard, now)}` };
  }
  if (programs.places.length === 0) return { kind: '', text: 'not listening', more: '' };
  const { contacts } = programs.counts;
  return { kind: '', text: 'none heard yet', more: contacts > 0 ? `${number(contacts, 'contact')} taken` : 'listening' };
}

/**
 * How it stands with contacts.
 * @param {{ pending: number, failed: number }} queue
 * @param {any} settings
 * @returns {Standing}
 */
export function ofContacts(queue, settings) {
  const waits = !settings?.server?.value && queue.pending > 0 ? 'until Shackbox is set up' : '';
  const waiting = queue.pending > 0 ? `${queue.pending.toLocaleString('en')} waiting` : '';
  if (queue.failed > 0) return { kind: 'bad', text: `${queue.failed.toLocaleString('en')} refused`, more: waiting };
  if (queue.pending > 0) return { kind: 'warn', text: waiting, more: waits };
  return { kind: 'good', text: 'none waiting', more: '' };
}

/** @type {Record<string, [Kind, string]>} */
const CONTACT = {
  waiting: ['', 'waiting'],
  retrying: ['warn', 'trying again'],
  failed: ['bad', 'refused'],
  done: ['good', 'in the log'],
  changing: ['', 'change waiting'],
  deleting: ['', 'deletion waiting'],
  deleted: ['', 'deleted'],
};

/**
 * The state of one contact.
 * @param {any} row
 * @returns {Standing}
 */
export function ofContact(row) {
  const [kind, text] = CONTACT[row.state] ?? ['', row.state];
  const outcome = row.state === 'done' && row.outcome && row.outcome !== 'added' ? ` (${row.outcome})` : '';
  return { kind, text: text + outcome };
}

/**
 * The host of an address, or the text itself.
 * @param {string} address
 * @returns {string}
 */
export function hostOf(address) {
  try { return new URL(address).host; } catch { return address; }
}

/**
 * Where a rotator points.
 * @param {any} rotator
 * @returns {Standing}
 */
export function ofRotator(rotator) {
  if (!rotator) return { kind: '', text: 'none' };
  if (!rotator.connected) return rotator.error ? { kind: 'bad', text: 'not reached' } : { kind: '', text: 'being looked for' };
  const at = typeof rotator.azimuth === 'number' ? `${Math.round(rotator.azimuth)}°` : 'connected';
  return { kind: 'good', text: typeof rotator.target === 'number' ? `${at} → ${Math.round(rotator.target)}°` : at };
}
