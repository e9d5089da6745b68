//  Alert rules: what to be told of, by sound, notice or mail, and when not to be.
//
//  A dialog lists the rules; a second one makes or changes one. Everything left empty means
//  "any"; a rule needs at least one part, or it would tell of every spot.

import { ApiError, del, get, post, put } from '../api.js';
import { bandName } from '../bands.js';
import { fill, h, icon } from '../dom.js';
import { clearErrors, showErrors } from '../forms.js';
import { readTime } from '../log/qso.js';
import { openDialog } from '../sb-dialog.js';
import { t } from '../words.js';
import { isMissing } from './feed.js';
import { CONTINENTS, NEEDS } from './filter.js';
import { canNotify, notifies, notify } from './notices.js';
import { CLASSES, PROGRAMMES, SINGLE_MODES } from './spot.js';

const BANDS = ['160m', '80m', '60m', '40m', '30m', '20m', '17m', '15m', '12m', '10m', '6m', '4m', '2m', '70cm'];

/** @typedef {Record<string, any>} Rule the API's shape */

/** Opens the list of rules. */
export async function openAlerts() {
  const body = h('div', { class: 'alerts' }, h('p', { class: 'muted' }, '…'));
  const add = h('button', { type: 'button', class: 'button primary', onclick: () => editRule(null, load) }, t('js.alert.add'));
  openDialog(t('js.alert.title'), [h('p', { class: 'muted' }, t('js.alert.help')), body, notices()], { actions: [add] });

  async function load() {
    try {
      const { items } = await get('/dx/alerts');
      fill(body, items.length ? h('ul', {}, items.map((/** @type {Rule} */ rule) => line(rule))) : h('p', {}, t('js.alert.none')));
    } catch (error) {
      add.disabled = isMissing(error);
      fill(body, h('p', { class: 'bad' }, isMissing(error) ? t('js.alert.missing') : /** @type {Error} */ (error).message));
    }
  }

  /** @param {unknown} error */
  function failed(error) {
    body.prepend(h('p', { class: 'bad', role: 'alert' }, /** @type {Error} */ (error).message));
  }

  /** @param {Rule} rule */
  function line(rule) {
    const on = h('input', { type: 'checkbox', checked: rule.enabled, 'aria-label': t('js.alert.enabled', { name: rule.name }), onchange: async () => {
      try {
        const { id, ...kept } = rule;
        await put(`/dx/alerts/${id}`, { ...kept, enabled: on.checked });
        rule.enabled = on.checked;
      } catch (error) {
        on.checked = !on.checked;
        failed(error);
      }
    } });
    return h('li', {}, on, h('span', { class: 'what' }, h('b', {}, rule.name), h('span', { class: 'muted small' }, summary(rule))),
      h('button', { type: 'button', class: 'button', onclick: () => editRule(rule, load) }, t('js.alert.change')),
      h('button', { type: 'button', class: 'button icon', 'aria-label': t('js.alert.remove', { name: rule.name }), onclick: () => remove(rule) }, icon('close')));
  }

  /** @param {Rule} rule */
  async function remove(rule) {
    try {
      const { id, ...kept } = rule;
      await del(`/dx/alerts/${id}`);
      await load();
      // The page's toast lies behind this dialog.
      body.prepend(h('p', { class: 'gone', role: 'status' }, t('js.alert.removed', { name: rule.name }), ' ',
        h('button', { type: 'button', class: 'linkish', onclick: () => post('/dx/alerts', kept).then(load, failed) }, t('js.toast.undo'))));
    } catch (error) {
      failed(error);
    }
  }

  await load();
}

/** The switch for notices, or why there are none. */
function notices() {
  if (!canNotify()) return h('p', { class: 'muted small' }, t('js.alert.no_notices'));
  const box = h('input', { type: 'checkbox', checked: notifies(), onchange: async () => { box.checked = await notify(box.checked); } });
  return h('label', { class: 'check' }, box, t('js.alert.notices'));
}

/** A rule in words. @param {Rule} rule */
export function summary(rule) {
  const list = (/** @type {string} */ name, /** @type {(each: any) => string} */ word = String) => (rule[name]?.length ? rule[name].map(word).join(', ') : '');
  const parts = [
    list('calls'), list('dxcc', (code) => `#${code}`), list('bands', bandName), list('modes', (mode) => (CLASSES.includes(mode) && mode !== 'cw' ? t(`js.dx.${mode}`) : mode.toUpperCase())),
    list('refs', (ref) => ref.toUpperCase()), list('needs', (need) => t(`js.need.${need}`)),
    rule.de_cont?.length ? t('js.alert.heard_in', { where: rule.de_cont.join(', ') }) : '',
    rule.quiet?.from ? t('js.alert.quiet_is', { from: rule.quiet.from, to: rule.quiet.to }) : '',
    [rule.sound && t('js.alert.sound'), rule.mail && t('js.alert.mail')].filter(Boolean).join(', '),
  ];
  return parts.filter(Boolean).join(' · ');
}

/** @param {Rule | null} rule null for a new one @param {() => void} done */
function editRule(rule, done) {
  const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ hint, /** @type {any} */ attributes = {}) => h('div', { class: 'field' },
    h('label', { for: `rule-${name}` }, label), h('input', { id: `rule-${name}`, name, autocomplete: 'off', spellcheck: 'false', ...attributes }),
    hint ? h('p', { class: 'hint' }, hint) : null, h('p', { class: 'error', 'data-error': name }));
  const boxes = (/** @type {string} */ name, /** @type {string} */ label, /** @type {[string, string][]} */ choices) => h('fieldset', { class: 'boxes' }, h('legend', {}, label),
    choices.map(([value, word]) => h('label', {}, h('input', { type: 'checkbox', name, value, checked: rule?.[name]?.includes(value) }), word)), h('p', { class: 'error', 'data-error': name }));
  const box = (/** @type {string} */ name, /** @type {string} */ label) => h('label', { class: 'check' }, h('input', { type: 'checkbox', name, checked: rule ? rule[name] : name === 'sound' }), label);
  const form = h('form', { method: 'dialog', novalidate: true },
    h('div', { class: 'form-error', role: 'alert', 'data-form-error': true }),
    field('name', t('js.alert.name'), '', { value: rule?.name ?? '', maxlength: 60, required: true }),
    boxes('needs', t('js.alert.needs'), NEEDS.map((need) => [need, t(`js.need.${need}`)])),
    h('div', { class: 'row' }, field('calls', t('js.alert.calls'), t('js.alert.calls_hint'), { value: (rule?.calls ?? []).join(' '), class: 'upper' }),
      field('dxcc', t('js.alert.entities'), t('js.alert.entities_hint'), { value: (rule?.dxcc ?? []).join(' '), class: 'upper' })),
    boxes('bands', t('js.dx.bands'), BANDS.map((band) => [band, bandName(band)])),
    boxes('modes', t('js.dx.modes'), [...CLASSES.map((kind) => /** @type {[string, string]} */ ([kind, kind === 'cw' ? 'CW' : t(`js.dx.${kind}`)])), ...SINGLE_MODES.map((mode) => /** @type {[string, string]} */ ([mode, mode]))]),
    boxes('refs', t('js.dx.programmes'), PROGRAMMES.map((name) => [name, name.toUpperCase()])),
    boxes('de_cont', t('js.dx.heard_in'), CONTINENTS.map((name) => [name, name])),
    h('div', { class: 'row' }, field('quiet_from', t('js.alert.quiet_from'), t('js.alert.quiet_hint'), { inputmode: 'numeric', placeholder: '22:00', maxlength: 8, value: rule?.quiet?.from ?? '' }),
      field('quiet_to', t('js.alert.quiet_to'), '', { inputmode: 'numeric', placeholder: '06:00', maxlength: 8, value: rule?.quiet?.to ?? '' })),
    h('div', { class: 'inline' }, box('sound', t('js.alert.sound')), box('mail', t('js.alert.mail')), box('skimmers', t('js.alert.skimmers'))));
  const go = h('button', { type: 'button', class: 'button primary', onclick: () => form.requestSubmit() }, t('js.alert.keep'));
  const dialog = openDialog(rule ? rule.name : t('js.alert.add'), [form], { actions: [go], kind: 'rule' });
  form.addEventListener('submit', async (/** @type {Event} */ event) => {
    event.preventDefault();
    clearErrors(form);
    go.disabled = true;
    try {
      const made = await read(form, rule);
      if (rule) await put(`/dx/alerts/${rule.id}`, made);
      else await post('/dx/alerts', made);
      dialog.close();
      done();
    } catch (error) {
      showErrors(form, error);
    } finally {
      go.disabled = false;
    }
  });
}

/** @param {HTMLFormElement} form @param {Rule | null} rule @returns {Promise<Rule>} */
async function read(form, rule) {
  const data = new FormData(form);
  const all = (/** @type {string} */ name) => data.getAll(name).map(String);
  const words = (/** @type {string} */ name) => String(data.get(name) ?? '').toUpperCase().split(/[\s,]+/).filter(Boolean);
  const [from, to] = ['quiet_from', 'quiet_to'].map((name) => String(data.get(name) ?? '').trim());
  const made = {
    name: String(data.get('name') ?? '').trim(), enabled: rule?.enabled ?? true, calls: words('calls'),
    dxcc: await Promise.all(words('dxcc').map(entity)), bands: all('bands'), modes: all('modes'), refs: all('refs'),
    de_cont: all('de_cont'), needs: all('needs'), skimmers: data.has('skimmers'), sound: data.has('sound'), mail: data.has('mail'),
    quiet: from && to ? { from: readTime(from)?.slice(0, 5), to: readTime(to)?.slice(0, 5) } : null,
  };
  /** @type {{ field: string, message: string }[]} */
  const wrong = [];
  for (const [name, text, other] of [['quiet_from', from, to], ['quiet_to', to, from]]) {
    if (text ? !readTime(text) : other) wrong.push({ field: name, message: t('js.entry.bad_time') });
  }
  if (!made.name) wrong.push({ field: 'name', message: t('js.alert.no_name') });
  const says = [made.calls, made.dxcc, made.bands, made.modes, made.refs, made.needs].some((list) => list.length);
  if (!says) wrong.push({ field: 'needs', message: t('js.alert.no_part') });
  if (wrong.length) throw new ApiError(422, { errors: wrong });
  return made;
}

/** The number of an entity that is named by its number, a prefix or a call. @param {string} word @returns {Promise<number>} */
async function entity(word) {
  if (/^#?\d+$/.test(word)) return Number(word.replace('#', ''));
  try {
    const found = await get(`/logbook/lookup/${encodeURIComponent(word)}`);
    if (found?.dxcc) return found.dxcc;
  } catch {
    // Said below: what it is about is the word, not the question.
  }
  throw new ApiError(422, { errors: [{ field: 'dxcc', message: t('js.alert.no_entity', { word }) }] });
}
