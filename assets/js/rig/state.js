//  Radios as this page knows them, and how messages change them.
//
//  A view is what the appliance tells of one relay: its radio's state, abilities, meters, contacts that wait. Messages
//  come in order on one connection, so the newest counts; what a list says counts only for what no message told since.

/**
 * @typedef {object} View
 * @property {string} name
 * @property {boolean} linked whether its relay is reached
 * @property {string} [since] when that began or ended
 * @property {Record<string, any>} state frequency, mode and so on
 * @property {Record<string, any>} facts
 * @property {Record<string, any>} meters
 * @property {{ pending: number, failed: number }} queue
 * @property {Record<string, any> | null} rotator
 */

/** What the radio tells of a tune, and nothing else of a state. */
const TUNED = ['freq_hz', 'mode', 'passband_hz', 'split', 'tx_freq_hz', 'note'];

/** A view of which only the name is known. @param {string} name @param {boolean} [linked] @returns {View} */
export function blank(name, linked = false) {
  return { name, linked, state: {}, facts: {}, meters: {}, queue: { pending: 0, failed: 0 }, rotator: null };
}

/**
 * Views out of the appliance's list, keeping those that are gone as away.
 * @param {ReadonlyMap<string, View>} before
 * @param {readonly any[]} items
 * @param {ReadonlySet<string>} newer names that a message told something of since the list was asked for
 * @returns {Map<string, View>}
 */
export function listed(before, items, newer = new Set()) {
  const views = new Map();
  for (const view of before.values()) views.set(view.name, newer.has(view.name) ? view : { ...view, linked: false });
  for (const item of items) {
    const told = newer.has(item.name) ? before.get(item.name) : undefined;
    if (told) {
      // No message tells abilities: those are the list's to tell.
      views.set(item.name, { ...told, since: item.since, facts: item.facts ?? told.facts });
      continue;
    }
    const known = blank(item.name, true);
    views.set(item.name, {
      ...known, since: item.since, state: item.state ?? {}, facts: item.facts ?? {}, meters: item.meters ?? {},
      queue: { ...known.queue, ...item.queue }, rotator: item.rotator ?? null,
    });
  }
  return views;
}

/**
 * A view after a message.
 * @param {View | undefined} before
 * @param {string} type `state`, `meters`, `queue`, `rotator`, `facts` or `link`
 * @param {any} payload with the radio's name as `rig`
 * @returns {View | null} null for a message that is none
 */
export function changed(before, type, payload) {
  const { rig, ...told } = payload ?? {};
  if (typeof rig !== 'string' || !rig) return null;
  const view = before ?? blank(rig);
  switch (type) {
    case 'state': return { ...view, linked: true, state: told, meters: told.ptt === view.state.ptt ? view.meters : {} };
    case 'meters': return { ...view, linked: true, meters: told };
    case 'queue': return { ...view, linked: true, queue: { pending: Number(told.pending) || 0, failed: Number(told.failed) || 0 } };
    case 'rotator': return { ...view, linked: true, rotator: told };
    case 'facts': return { ...view, linked: true, facts: told };
    case 'link': return { ...view, linked: told.connected !== false, since: told.since ?? view.since };
    default: return null;
  }
}

/** A view after its radio answered a tune. @param {View} view @param {any} answer @returns {View} */
export function tuned(view, answer) {
  const state = { ...view.state };
  for (const name of TUNED) {
    if (answer?.[name] !== undefined) state[name] = answer[name];
    else if (name === 'note' || (name === 'tx_freq_hz' && answer?.split === false)) delete state[name];
  }
  return { ...view, state };
}

/**
 * How a radio stands.
 * @param {View | null | undefined} view
 * @returns {'none' | 'away' | 'off' | 'transmitting' | 'ready'}
 */
export function standing(view) {
  if (!view) return 'none';
  if (!view.linked) return 'away';
  if (!view.state.connected) return 'off';
  return view.state.ptt ? 'transmitting' : 'ready';
}
