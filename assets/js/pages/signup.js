//  Making an account: the browser works while one types, so that no mail need be answered first.

import { get, post } from '../api.js';
import { fill, h, one } from '../dom.js';
import { sends } from '../forms.js';
import { t } from '../words.js';

const form = one('[data-signup]');
if (form) {
  let work = begin(form.dataset.token, Number(form.dataset.bits));
  const state = one('[data-form-state]', form);

  sends(form, async (typed) => {
    state.className = 'state';
    state.textContent = t('js.signup.working');
    const proof = await work;
    try {
      const { state: done } = await post('/signup', wish(typed, proof), { stay: true });
      told(done);
    } catch (error) {
      // The questions were answered, right or wrong: they serve no second time.
      if (/** @type {any} */ (error).status === 422 || /** @type {any} */ (error).status === 429) work = await again();
      throw error;
    }
    return ' ';
  });
}

/**
 * What the server wants of what was typed.
 * @param {Record<string, any>} typed
 * @param {string} proof
 */
function wish(typed, proof) {
  const { as: kind, token, email, password, website } = typed;
  const both = { token, proof, email, password, website };
  if (kind === 'swl') {
    const { swl, first_name: first, last_name: last, postal_code: postal, register_id: register } = typed;
    return { ...both, swl, first_name: first, last_name: last, postal_code: postal, register_id: register };
  }
  const answers = ['answer0', 'answer1', 'answer2'].filter((name) => name in typed).map((name) => Number(typed[name]));
  return { ...both, call: typed.call, name: typed.name, grid: typed.grid, answers };
}

/** Fresh questions in the place of the old, and their work. @returns {Promise<Promise<string>>} */
async function again() {
  const asked = await get('/signup');
  one('[name=token]', form).value = asked.token;
  asked.questions.forEach((/** @type {{ ask: string, choices: string[] }} */ question, /** @type {number} */ at) => {
    const place = one(`[data-question="${at}"]`, form);
    if (!place) return;
    const choices = question.choices.map((choice, value) => h('label', { class: 'check' },
      h('input', { type: 'radio', name: `answer${at}`, value: String(value), required: '' }), ' ', h('span', {}, choice)));
    fill(place, h('legend', {}, question.ask), ...choices);
  });
  return begin(asked.token, asked.proof.bits);
}

/**
 * Starts the work beside the page; without a worker the answer is empty, and the server sends a mail.
 * @param {string} token
 * @param {number} bits
 * @returns {Promise<string>}
 */
function begin(token, bits) {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('../proof-worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => { worker.terminate(); resolve(data ?? ''); };
    worker.onerror = () => { worker.terminate(); resolve(''); };
    worker.postMessage({ token, bits });
  });
}

/** Says what comes next in the place of the form. @param {string} done */
function told(done) {
  const heading = h('h2', { tabindex: '-1' }, t('js.signup.thanks'));
  const words = { ready: t('js.signup.ready'), waiting: t('js.signup.waiting'), check_mail: t('js.signup.check_mail') };
  const way = done === 'ready' ? h('p', {}, h('a', { class: 'button primary', href: '/login' }, t('js.signup.go'))) : '';
  form.replaceWith(h('div', { class: 'body', 'data-done': done }, heading, h('p', {}, words[done] ?? words.ready), way));
  heading.focus();
}
