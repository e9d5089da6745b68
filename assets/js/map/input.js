//  Pointer, wheel and keys on the map.
//
//  Moves the view and tells the map about it; knows nothing of what is drawn. At
//  zoom 1 a wheel turned back and a vertical swipe belong to the page, so that the
//  map never holds a scrolling reader fast.

/**
 * @typedef {object} Hooks
 * @property {() => void} moved                    the view changed
 * @property {(x: number, y: number, touch: boolean) => void} hover
 * @property {() => void} left                     the pointer went away
 * @property {(x: number, y: number, touch: boolean) => void} press  a click or tap without dragging
 * @property {() => void} home
 * @property {(step: 1 | -1) => void} step         next or previous point by keyboard
 * @property {() => void} open                     the chosen point
 * @property {() => void} clear                    choose nothing
 */

/** A press may wander this far and still be a press, pixels. */
const STILL = 4;
const KEY_PAN = 60;
const KEY_ZOOM = 1.5;

/**
 * @param {HTMLElement} surface
 * @param {import('./view.js').View} view
 * @param {Hooks} hooks
 */
export function attachInput(surface, view, hooks) {
  attachPointers(surface, view, hooks);
  surface.addEventListener('wheel', (event) => {
    const notch = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
    const factor = Math.exp(-event.deltaY * notch * (event.ctrlKey ? 0.01 : 0.002));
    if (view.whole && factor < 1 && !event.ctrlKey) return;
    event.preventDefault();
    const [x, y] = spot(surface, event);
    if (view.zoomBy(factor, x, y)) hooks.moved();
  }, { passive: false });
  surface.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const act = keyAction(event.key, view, hooks);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

/** @param {string} key @param {import('./view.js').View} view @param {Hooks} hooks @returns {(() => void) | undefined} */
function keyAction(key, view, hooks) {
  const pan = (/** @type {number} */ right, /** @type {number} */ down) => () => {
    if (view.pan(right * KEY_PAN, down * KEY_PAN)) hooks.moved();
  };
  const zoom = (/** @type {number} */ factor) => () => {
    if (view.zoomBy(factor)) hooks.moved();
  };
  switch (key) {
    case 'ArrowLeft': return pan(1, 0);
    case 'ArrowRight': return pan(-1, 0);
    case 'ArrowUp': return pan(0, 1);
    case 'ArrowDown': return pan(0, -1);
    case '+': case '=': return zoom(KEY_ZOOM);
    case '-': case '_': return zoom(1 / KEY_ZOOM);
    case 'Home': case '0': return hooks.home;
    case 'PageDown': return () => hooks.step(1);
    case 'PageUp': return () => hooks.step(-1);
    case 'Enter': return hooks.open;
    case 'Escape': return hooks.clear;
    default: return undefined;
  }
}

/** @param {HTMLElement} surface @param {import('./view.js').View} view @param {Hooks} hooks */
function attachPointers(surface, view, hooks) {
  /** Pointers that are down, and where. @type {Map<number, [number, number]>} */
  const down = new Map();
  let wandered = false;
  /** @type {[number, number]} */
  let start = [0, 0];

  surface.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    surface.setPointerCapture(event.pointerId);
    const at = spot(surface, event);
    if (down.size === 0) {
      wandered = false;
      start = at;
    } else {
      wandered = true;
    }
    down.set(event.pointerId, at);
  });
  surface.addEventListener('pointermove', (event) => {
    const at = spot(surface, event);
    const last = down.get(event.pointerId);
    if (!last) {
      hooks.hover(at[0], at[1], event.pointerType === 'touch');
      return;
    }
    if (!wandered && Math.hypot(at[0] - start[0], at[1] - start[1]) < STILL) return;
    if (!wandered) hooks.left();
    wandered = true;
    down.set(event.pointerId, at);
    const others = [...down].filter(([id]) => id !== event.pointerId);
    const changed = others.length === 0
      ? view.pan(at[0] - last[0], at[1] - last[1])
      : pinch(view, others[0][1], last, at);
    surface.classList.add('dragging');
    if (changed) hooks.moved();
  });
  const up = (/** @type {PointerEvent} */ event) => {
    if (!down.delete(event.pointerId)) return;
    if (down.size > 0) return;
    surface.classList.remove('dragging');
    if (event.type === 'pointerup' && !wandered) {
      const [x, y] = spot(surface, event);
      hooks.press(x, y, event.pointerType === 'touch');
    }
  };
  surface.addEventListener('pointerup', up);
  surface.addEventListener('pointercancel', up);
  surface.addEventListener('pointerleave', (event) => {
    if (event.pointerType !== 'touch') hooks.left();
  });
}

/**
 * Two fingers, one of them moved: zoom by their distance, move by their middle.
 * @param {import('./view.js').View} view
 * @param {[number, number]} still @param {[number, number]} last @param {[number, number]} now
 */
function pinch(view, still, last, now) {
  const before = Math.hypot(last[0] - still[0], last[1] - still[1]);
  const after = Math.hypot(now[0] - still[0], now[1] - still[1]);
  const panned = view.pan((now[0] - last[0]) / 2, (now[1] - last[1]) / 2);
  if (before < 1) return panned;
  return view.zoomBy(after / before, (now[0] + still[0]) / 2, (now[1] + still[1]) / 2) || panned;
}

/** @param {HTMLElement} surface @param {MouseEvent} event @returns {[number, number]} */
function spot(surface, event) {
  const box = surface.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
