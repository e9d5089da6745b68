//  Theme, density and units: shown at once, kept with the account.

import { patch } from './api.js';
import { h } from './dom.js';
import { toast } from './sb-toast.js';
import { t } from './words.js';

const root = document.documentElement;

/**
 * Shows a look on this page; keeps nothing.
 * @param {{ theme?: string, density?: string, units?: string }} look
 */
export function show(look) {
  if (look.theme) root.dataset.theme = look.theme;
  if (look.density) root.dataset.density = look.density;
  if (look.units) document.body.dataset.units = look.units;
}

/** Radio buttons that set how high a table's rows are. @returns {HTMLElement[]} */
export function densityBoxes() {
  return [['dense', t('js.looks.dense')], ['comfortable', t('js.looks.comfortable')]].map(([density, label]) => h('label', {},
    h('input', { type: 'radio', name: 'table-density', checked: root.dataset.density === density, onchange: () => keep({ density }) }), label));
}

/** @param {{ density: string }} look */
async function keep(look) {
  show(look);
  try {
    await patch('/account', look);
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  }
}
