//  Filters with names: kept with the account, in this browser alone where the server keeps none.

import { get, put } from '../api.js';
import { fill, h, icon } from '../dom.js';
import { askValue } from '../sb-dialog.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';
import { isMissing } from './feed.js';
import { readFilter, same, writeFilter } from './filter.js';
import { recall, remember } from './memory.js';

const KEY = 'dx.filters';
const MOST = 30;
/** @typedef {{ name: string, filter: Record<string, string> }} Saved */

export class SavedFilters {
  /** @type {Saved[]} */ #items = local();
  /** Whether the server keeps them. */ #shared = true;
  /** Whether those it keeps are known. */ #known = false;
  #menu = h('div', { class: 'sheet' });
  #hooks;
  element = h('details', { class: 'menu saved' }, h('summary', { class: 'fchip' }, t('js.dx.saved')), this.#menu);

  /** @param {{ filter: () => import('./filter.js').Filter, set: (filter: import('./filter.js').Filter) => void }} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
    this.element.addEventListener('toggle', () => {
      this.#draw();
      if (this.element.open && !this.#known) this.#load();
    });
  }

  async #load() {
    try {
      const { items } = await get('/dx/filters', { stay: true });
      this.#items = items ?? [];
      this.#known = true;
    } catch (error) {
      this.#shared = !isMissing(error);
      this.#known = !this.#shared;
    }
    this.#draw();
  }

  #draw() {
    const present = this.#hooks.filter();
    fill(this.#menu,
      this.#items.map((saved) => h('div', { class: 'savedline' },
        h('button', { type: 'button', class: 'item', 'aria-current': same(readFilter(saved.filter), present) ? 'true' : null, onclick: () => {
          this.#hooks.set(readFilter(saved.filter));
          this.element.open = false;
        } }, saved.name),
        h('button', { type: 'button', class: 'button icon', 'aria-label': t('js.dx.forget', { name: saved.name }), onclick: () => this.#forget(saved) }, icon('close')))),
      this.#items.length ? h('hr') : null,
      h('button', { type: 'button', class: 'item', disabled: this.#items.length >= MOST, onclick: () => this.#ask() }, t('js.dx.save')));
  }

  #ask() {
    this.element.open = false;
    const filter = writeFilter(this.#hooks.filter());
    askValue(t('js.dx.save'), {
      label: t('js.dx.save_name'), action: t('js.dx.save_go'), attributes: { maxlength: 40 },
      send: async (name) => {
        const others = this.#items.filter((each) => each.name !== name.trim());
        await this.#keep([...others, { name: name.trim(), filter }]);
      },
    });
  }

  /** @param {Saved} saved */
  async #forget(saved) {
    const before = this.#items;
    try {
      await this.#keep(before.filter((each) => each !== saved));
      toast(t('js.dx.forgot', { name: saved.name }), () => this.#keep(before).catch((error) => toast(error.message)));
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  }

  /** @param {Saved[]} items */
  async #keep(items) {
    if (this.#shared) {
      // What is kept there must not be replaced unseen.
      if (!this.#known) throw new Error(t('js.api.offline'));
      try {
        await put('/dx/filters', { items });
      } catch (error) {
        if (!isMissing(error)) throw error;
        this.#shared = false;
      }
    }
    if (!this.#shared) remember(KEY, JSON.stringify(items));
    this.#items = items;
    this.#draw();
  }
}

/** @returns {Saved[]} */
function local() {
  try {
    const items = JSON.parse(recall(KEY) || '[]');
    return Array.isArray(items) ? items.filter((each) => typeof each?.name === 'string') : [];
  } catch {
    return [];
  }
}
