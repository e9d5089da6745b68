//  Times as operators read them: UTC first, local time one hover away.
//
//  Text is `21 Nov 09:32z`, with the year when it is not the present one.
//  Local time and the spelled-out date go into `title`. Nothing here reads the
//  clock unless no `now` is given.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @typedef {Date | number | string | null | undefined} Time a Date, milliseconds since 1970 or ISO 8601 text */

/**
 * Reads a time; text without a zone counts as UTC.
 * @param {Time} value
 * @returns {Date | null} null for what is not a time
 */
export function toDate(value) {
  if (value == null || value === '') return null;
  let input = value;
  if (typeof value === 'string' && /\d[T ]\d/.test(value) && !/(z|[+-]\d\d:?\d\d)$/i.test(value)) {
    input = `${value.replace(' ', 'T')}Z`;
  }
  const date = new Date(input);
  return Number.isNaN(date.getTime()) ? null : date;
}

/**
 * `21 Nov 09:32z`; `21 Nov 2019 09:32z` in another year than `now`.
 * @param {Time} value
 * @param {{ now?: Time, seconds?: boolean }} [options]
 * @returns {string} empty for what is not a time
 */
export function formatUtc(value, options = {}) {
  const date = toDate(value);
  if (!date) return '';
  const now = toDate(options.now) ?? new Date();
  const year = date.getUTCFullYear();
  const day = `${date.getUTCDate()}\u00a0${monthName(date)}`;
  const full = year === now.getUTCFullYear() ? day : `${day}\u00a0${year}`;
  return `${full} ${formatClock(date, options)}`;
}

/**
 * `09:32z`, or `09:32:07z` with seconds.
 * @param {Time} value
 * @param {{ seconds?: boolean }} [options]
 * @returns {string}
 */
export function formatClock(value, options = {}) {
  const date = toDate(value);
  return date ? `${date.toISOString().slice(11, options.seconds ? 19 : 16)}z` : '';
}

/**
 * ISO date for tables: `2026-11-21`.
 * @param {Time} value
 * @returns {string}
 */
export function formatDate(value) {
  return toDate(value)?.toISOString().slice(0, 10) ?? '';
}

/**
 * Spelled-out local time for `title` texts.
 * @param {Time} value
 * @param {string} [zone] IANA name; the browser's own when left out
 * @returns {string}
 */
export function localTitle(value, zone) {
  const date = toDate(value);
  if (!date) return '';
  return new Intl.DateTimeFormat(language(), {
    weekday: 'long', day: 'numeric', month: 'long', year: 'numeric',
    hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short', timeZone: zone,
  }).format(date);
}

/**
 * How long ago, in one unit: `45 s`, `12 min`, `3 h`, `5 d`.
 * @param {Time} value
 * @param {Time} [now]
 * @returns {string}
 */
export function age(value, now) {
  const then = toDate(value);
  if (!then) return '';
  const past = Math.max(0, (toDate(now) ?? new Date()).getTime() - then.getTime());
  if (past < MINUTE) return `${Math.floor(past / SECOND)}\u00a0s`;
  if (past < HOUR) return `${Math.floor(past / MINUTE)}\u00a0min`;
  if (past < 2 * DAY) return `${Math.floor(past / HOUR)}\u00a0h`;
  return `${Math.floor(past / DAY)}\u00a0d`;
}

/**
 * A `<time>` element: UTC as text, local time as title.
 * @param {Time} value
 * @param {{ now?: Time, seconds?: boolean }} [options]
 * @returns {HTMLTimeElement}
 */
export function timeElement(value, options) {
  const element = document.createElement('time');
  setTime(element, value, options);
  return element;
}

/**
 * Puts a time into an existing `<time>` element.
 * @param {HTMLTimeElement} element
 * @param {Time} value
 * @param {{ now?: Time, seconds?: boolean }} [options]
 */
export function setTime(element, value, options) {
  const date = toDate(value);
  element.dateTime = date?.toISOString() ?? '';
  element.textContent = formatUtc(date, options);
  element.title = localTitle(date);
}

/**
 * Gives every `<time datetime>` the server wrote its local time as title.
 * @param {ParentNode} [root]
 */
export function titleTimes(root = document) {
  for (const element of root.querySelectorAll('time[datetime]:not([title])')) {
    const title = localTitle(element.getAttribute('datetime'));
    if (title) element.setAttribute('title', title);
  }
}

/**
 * Keeps an element at the present UTC time, on the second; rests while the page is hidden.
 * @param {HTMLElement} element
 * @returns {() => void} stops the clock
 */
export function startClock(element) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const tick = () => {
    clearTimeout(timer);
    const now = new Date();
    const text = formatClock(now, { seconds: true });
    if (element instanceof HTMLTimeElement) element.dateTime = now.toISOString();
    element.textContent = text;
    if (now.getUTCSeconds() === 0 || !element.title) element.title = localTitle(now);
    if (!document.hidden) timer = setTimeout(tick, SECOND - (Date.now() % SECOND));
  };
  document.addEventListener('visibilitychange', tick);
  tick();
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}

/** @param {Date} date */
function monthName(date) {
  return new Intl.DateTimeFormat(language(), { month: 'short', timeZone: 'UTC' }).format(date);
}

/** The page's language. */
function language() {
  return globalThis.document?.documentElement?.lang || 'en';
}
