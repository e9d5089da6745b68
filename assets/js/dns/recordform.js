//  The form of one record: a field for each part of its type's content, help beside it, errors where they belong.
//
//  Without the list of types the plain field for the whole content stays.

import { ApiError, get } from '../api.js';
import { all, fill, h, one } from '../dom.js';
import { clearErrors, showErrors } from '../forms.js';
import { t } from '../words.js';
import { join, split } from './content.js';

/** @typedef {{ type: string, title: string, text: string, name: string, content: string, fields: import('./content.js').Field[] }} Type */

/** @type {Promise<Map<string, Type>> | null} */
let types = null;

/** The server's list of types. */
function known() {
  types ??= get('/dns/types').then(({ items }) => new Map(items.map((/** @type {Type} */ type) => [type.type, type])));
  return types;
}

/** Fields that take more than a line. */
const LONG = new Set(['text', 'fingerprint', 'data', 'key', 'certificate', 'digest']);

export class RecordForm {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.place = one('[data-fields]', form);
    this.help = one('[data-help]', form);
    this.plain = [...this.place.children];
    /** @type {Type | undefined} */
    this.type = undefined;
  }

  /** Shows the fields of the chosen type. @param {string} [content] what they hold */
  async show(content) {
    const all = await known();
    const type = all.get(this.kind());
    this.type = type;
    if (!type) {
      fill(this.place, ...this.plain);
      fill(this.help);
      return;
    }
    const values = content === undefined ? [] : split(type.fields, content);
    fill(this.place, ...type.fields.map((field, place) => this.#field(field, values[place] ?? '', example(type)[place])),
      h('p', { class: 'error', 'data-error': 'content' }));
    this.#explain(type);
  }

  /** The type. */
  kind() {
    return one('[name=type]', this.form).value;
  }

  /** What the form says, for the API. */
  record() {
    const value = (/** @type {string} */ name) => one(`[name=${name}]`, this.form).value;
    const fields = this.type?.fields;
    const content = fields ? join(fields, all('[data-field]', this.place).map((input) => input.value)) : value('content');
    const ttl = value('ttl');
    return { name: value('name'), type: this.kind(), content, ...(ttl && { ttl: Number(ttl) }) };
  }

  /** Says what was refused, at the field it is about. @param {unknown} error */
  refuse(error) {
    clearErrors(this.form);
    if (error instanceof ApiError) {
      const part = error.problem.data_field;
      const own = part && one(`[data-error="content.${CSS.escape(part)}"]`, this.place);
      error.errors = error.errors.map((one) => (own && one.field === 'content' ? { ...one, field: `content.${part}` } : one));
    }
    showErrors(this.form, error);
  }

  /** Ready for the next record of the same type. */
  clear() {
    clearErrors(this.form);
    for (const input of all('[data-field]', this.place)) input.value = '';
    const name = one('[name=name]', this.form);
    name.value = '';
    name.focus();
  }

  /** @param {import('./content.js').Field} field @param {string} value @param {string} sample */
  #field(field, value, sample) {
    const id = `${this.form.dataset.record}-${field.name.replace(/\W+/g, '-')}`;
    const wide = field.form !== 'word' || ['target', 'address', 'mailbox', 'replacement'].includes(field.name);
    const single = this.type?.fields.length === 1;
    const long = LONG.has(field.name) && field.form !== 'word';
    const input = h(long ? 'textarea' : 'input', {
      id, 'data-field': field.name, value, placeholder: sample, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
      rows: long ? 1 : null, 'aria-describedby': `${id}-hint`,
    });
    return h('div', { class: `field${wide || single ? ' wide' : ''}` }, h('label', { for: id }, field.name), input,
      h('p', { class: 'hint', id: `${id}-hint` }, field.text), h('p', { class: 'error', 'data-error': `content.${field.name}` }));
  }

  /** @param {Type} type */
  #explain(type) {
    const use = h('button', { type: 'button', class: 'linkish', onclick: () => this.#useExample(type) }, t('js.dns.use_example'));
    fill(this.help, h('p', {}, h('strong', {}, `${type.type}, ${type.title}.`), ' ', type.text),
      h('p', { class: 'break' }, t('js.dns.example', { name: type.name, content: type.content }), ' ', use));
  }

  /** @param {Type} type */
  #useExample(type) {
    const values = split(type.fields, type.content);
    all('[data-field]', this.place).forEach((input, place) => { input.value = values[place] ?? ''; });
    const name = one('[name=name]', this.form);
    if (!name.value && type.name !== '@') name.value = type.name;
    one('[data-field]', this.place)?.focus();
  }
}

/** @param {Type} type */
function example(type) {
  return split(type.fields, type.content);
}
