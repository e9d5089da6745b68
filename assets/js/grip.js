//  The edge between two panels: dragged, or moved by the arrow keys, and remembered in this browser.

import { h } from './dom.js';

const LEAST = 280;
/** Share of the window that the panel may take. */
const MOST = 0.6;
const STEP = 20;

/**
 * Makes the edge of a panel a grip that sets its width.
 * @param {HTMLElement} panel
 * @param {{ side: 'start' | 'end', label: string, property: string, key: string, usual?: number }} options
 *   on which side of its neighbour the panel stands; the custom property of their parent that takes the width; the name
 *   it is remembered by; the width where none is, else what the style says
 */
export function makeGrip(panel, { side, label, property, key, usual }) {
  const grip = h('div', { class: 'grip', role: 'separator', 'aria-orientation': 'vertical', 'aria-label': label, tabindex: 0 });
  const split = /** @type {HTMLElement} */ (panel.parentElement);
  if (side === 'end') panel.before(grip);
  else panel.after(grip);
  const tell = (/** @type {number} */ width) => grip.setAttribute('aria-valuenow', String(Math.round(width)));
  const set = (/** @type {number} */ width) => {
    const fit = Math.round(Math.min(Math.max(width, LEAST), innerWidth * MOST));
    split.style.setProperty(property, `${fit}px`);
    tell(fit);
    return fit;
  };
  const keep = (/** @type {number} */ width) => {
    try {
      localStorage.setItem(key, String(width));
    } catch {
      // Not remembered, then.
    }
  };
  const width = kept(key) || usual;
  if (width) set(width);
  else tell(panel.offsetWidth);
  grip.addEventListener('pointerdown', (/** @type {PointerEvent} */ down) => {
    grip.setPointerCapture(down.pointerId);
    const move = (/** @type {PointerEvent} */ event) => {
      const box = split.getBoundingClientRect();
      keep(set(side === 'end' ? box.right - event.clientX : event.clientX - box.left));
    };
    grip.addEventListener('pointermove', move);
    grip.addEventListener('lostpointercapture', () => grip.removeEventListener('pointermove', move), { once: true });
  });
  grip.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    keep(set(panel.offsetWidth + (side === 'end' ? -step : step)));
  });
}

/** @param {string} key */
function kept(key) {
  try {
    return Number(localStorage.getItem(key));
  } catch {
    return 0;
  }
}
