//  Taking a whole import back.

import { post } from '../api.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';

/**
 * Undoes an import and says what that did.
 * @param {string} job
 * @param {HTMLButtonElement} button
 * @returns {Promise<boolean>} whether it was undone
 */
export async function takeBack(job, button) {
  button.disabled = true;
  try {
    const { removed = 0, restored = 0, job: running } = await post(`/logbook/imports/${encodeURIComponent(job)}/undo`) ?? {};
    toast(running ? t('js.import.undo_runs') : t('js.import.undo_done', { removed, restored }));
    return true;
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
    button.disabled = false;
    return false;
  }
}
