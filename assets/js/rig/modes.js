//  Modes three ways: as a radio has them, as the panel's buttons name them, as the log has them.

import { usualReport } from '../log/qso.js';

/** Buttons of the panel, and what the radio is told. @type {Readonly<Record<string, string>>} */
export const BUTTONS = Object.freeze({ CW: 'CW', LSB: 'LSB', USB: 'USB', DATA: 'PKTUSB', RTTY: 'RTTY', AM: 'AM', FM: 'FM' });
/** Where digital modes meet: dial frequency in kilohertz. */
const WINDOWS = /** @type {const} */ ([
  ['FT8', [1840, 3573, 5357, 7074, 10136, 14074, 18100, 21074, 24915, 28074, 50313, 50323, 70154, 144174]],
  ['FT4', [3575, 7047.5, 10140, 14080, 18104, 21140, 24919, 28180, 50318, 144170]],
]);
/** Width of a window above its dial frequency, hertz. */
const WIDTH = 3_000;
/** Names of modes that say too little. */
const VAGUE = new Set(['DATA', 'DIGI', 'DIGITAL']);

/** The button that a radio's mode belongs to; empty for none. @param {string | null | undefined} mode by Hamlib's name */
export function buttonOf(mode) {
  const name = String(mode ?? '').toUpperCase();
  if (name.startsWith('PKT') || name.startsWith('PSK')) return 'DATA';
  if (name.startsWith('CW')) return 'CW';
  if (name.startsWith('RTTY')) return 'RTTY';
  if (['USB', 'ECSSUSB'].includes(name)) return 'USB';
  if (['LSB', 'ECSSLSB'].includes(name)) return 'LSB';
  if (['FM', 'FMN', 'WFM', 'C4FM', 'DSTAR', 'D-STAR'].includes(name)) return 'FM';
  return ['AM', 'AMN', 'AMS', 'SAM', 'SAL', 'SAH', 'DSB'].includes(name) ? 'AM' : '';
}

/** The buttons worth showing for a radio. @param {readonly string[] | undefined} modes what it has; nothing known: all */
export function buttonsFor(modes) {
  const names = Object.keys(BUTTONS);
  if (!modes?.length) return names;
  const had = new Set(modes.map(buttonOf));
  return names.filter((name) => had.has(name));
}

/** The digital mode that meets on a dial frequency; empty for none. @param {number | undefined} hertz */
export function windowOf(hertz) {
  if (!hertz) return '';
  for (const [mode, dials] of WINDOWS) if (dials.some((khz) => hertz >= khz * 1000 && hertz < khz * 1000 + WIDTH)) return mode;
  return '';
}

/**
 * What a contact made in a radio's mode is logged as.
 * @param {string | null | undefined} mode by Hamlib's name
 * @param {number | undefined} hertz
 * @param {string} before mode logged or chosen last: a digital one stays while the radio is in data
 * @returns {string} empty where only the operator knows
 */
export function logMode(mode, hertz, before = '') {
  const button = buttonOf(mode);
  if (button === 'USB' || button === 'LSB') return 'SSB';
  // What is no radio's word is the log's already.
  if (!button) return String(mode ?? '').toUpperCase();
  if (button !== 'DATA') return button;
  const usual = usualReport(before);
  // A mode without a usual report is one of the measured digital ones.
  return windowOf(hertz) || (before && (usual === '' || before.toUpperCase().startsWith('PSK')) ? before.toUpperCase() : '');
}

/**
 * The mode to send for a spot; the relay chooses side and filter.
 * @param {any} spot
 * @returns {string | undefined} nothing where the spot does not tell
 */
export function tuneMode(spot) {
  const name = String(spot.mode ?? '').toUpperCase();
  if (name && !VAGUE.has(name)) return name;
  if (spot.class === 'cw') return 'CW';
  if (spot.class === 'phone') return 'SSB';
  return spot.class === 'data' || name ? 'PKTUSB' : undefined;
}
