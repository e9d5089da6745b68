//  The relay's own page: asks the relay how it stands every two seconds, and hears the radio as it moves.

import './sb-combo.js';
import { fill as put, h } from './dom.js';
import { ask, Silent } from './api.js';
import * as contacts from './contacts.js';
import * as find from './find.js';
import { fill, models, saves, values } from './form.js';
import * as pages from './pages.js';
import { chip, el, keep, runs, trouble } from './parts.js';
import * as programs from './programs.js';
import * as radio from './radio.js';
import { ofLink, ofRotator } from './words.js';

const PAUSE = 2000;

/** @type {any} */ let setup = null;
/** @type {any} */ let timer = 0;

/** @param {any} fresh */
function server(fresh) {
  fill(el('server-form'), fresh.settings);
  const standing = ofLink(fresh.link, fresh.settings);
  chip('server-state', standing);
  el('now-server').className = `state ${standing.kind}`;
  el('now-server').textContent = standing.text;
  el('now-server-more').textContent = standing.more ?? '';
  const error = fresh.link.state === 'connected' ? null : fresh.link.error;
  keep(el('server-trouble'), error, () => [error ? trouble({ title: error, words: 'Contacts wait meanwhile, and the radio works on this computer.' }) : null]);
}

/** @param {any} fresh */
function rotator(fresh) {
  fill(el('rotator-form'), fresh.settings);
  chip('rotator-state', ofRotator(fresh.rotator));
  const error = fresh.rotator?.error;
  keep(el('rotator-trouble'), error, () => [error ? trouble({ title: `${error.device}: ${error.what}`, words: error.help }) : null]);
}

/** @param {any} fresh */
function render(fresh) {
  setup = fresh;
  el('version').textContent = `version ${fresh.version}`;
  put(el('reach'), '');
  radio.render(fresh);
  server(fresh);
  fill(el('limits-form'), fresh.settings);
  rotator(fresh);
  programs.render(fresh);
  contacts.render(fresh);
  pages.load();
}

async function refresh() {
  clearTimeout(timer);
  try {
    render(await ask('GET', '/api/setup'));
    keep(el('notices'), null, () => []);
  } catch (error) {
    const words = /** @type {Error} */ (error).message;
    el('reach').textContent = error instanceof Silent ? 'The relay is away' : 'The relay is in trouble';
    keep(el('notices'), words, () => [h('p', { class: 'notice bad' }, words)]);
  }
  if (!document.hidden) timer = setTimeout(refresh, PAUSE);
}

/** Hears the radio; the questions every two seconds fill the gaps. */
function hear() {
  if (document.hidden) return;
  const socket = new WebSocket(`ws://${location.host}/ws`);
  socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'watch', visible: true })));
  socket.addEventListener('message', ({ data }) => {
    const { type, v, ...state } = JSON.parse(data);
    if (type === 'state') radio.live(state);
  });
  const away = () => { if (socket.readyState < WebSocket.CLOSING && document.hidden) socket.close(); };
  document.addEventListener('visibilitychange', away);
  socket.addEventListener('close', () => {
    document.removeEventListener('visibilitychange', away);
    if (!document.hidden) setTimeout(hear, PAUSE);
    else document.addEventListener('visibilitychange', hear, { once: true });
  });
}

async function start() {
  for (const form of document.querySelectorAll('form[data-save]')) saves(/** @type {HTMLFormElement} */ (form), render);
  radio.start();
  find.start(() => setup);
  contacts.start(refresh);
  const server = el('server-form');
  runs(el('test-server'), () => radio.test('server', server, values(server), el('server-result')));
  const turned = el('rotator-form');
  runs(el('test-rotator'), () => radio.test('rotator', turned, values(turned), el('rotator-result')));
  document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
  try { models.push(...(await ask('GET', '/api/setup/models')).items); } catch { /* asked again by a reload */ }
  await refresh();
  await radio.lookAtPorts();
  if (location.hash) document.querySelector(location.hash)?.scrollIntoView();
  hear();
}

start();
