//  The form that sends a spot: opened by button or key, filled from a spot, answered at its fields.

import { ApiError, post } from '../api.js';
import { one } from '../dom.js';
import { clearErrors, showErrors } from '../forms.js';
import { MODES, readFrequency } from '../log/qso.js';
import { onKey } from '../keys.js';
import '../sb-combo.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';

export class SpotForm {
  #form;
  #done;

  /** @param {HTMLFormElement} form @param {HTMLElement} opener @param {() => void} done after it closed */
  constructor(form, opener, done) {
    this.#form = form;
    this.#done = done;
    /** @type {any} */ (one('sb-combo', form)).options = MODES.map((value) => ({ value }));
    opener.setAttribute('role', 'button');
    opener.addEventListener('click', (event) => {
      event.preventDefault();
      if (form.classList.contains('closed')) this.open();
      else this.close();
    });
    opener.addEventListener('keydown', (event) => {
      if (event.key === ' ') opener.click();
    });
    onKey('s', t('js.dx.key_spot'), () => this.open());
    one('[data-close]', form).addEventListener('click', () => this.close());
    form.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  /** Opens it, filled from a spot. @param {any} [spot] */
  open(spot) {
    if (spot) {
      this.#field('call').value = spot.call;
      this.#field('freq').value = (spot.freq_hz / 1000).toFixed(1);
      this.#field('mode').value = spot.mode_by === 'stated' ? spot.mode ?? '' : '';
      this.#field('comment').value = '';
    }
    clearErrors(this.#form);
    this.#form.classList.remove('closed');
    this.#field(spot ? 'comment' : 'call').focus();
  }

  close() {
    this.#form.classList.add('closed');
    clearErrors(this.#form);
    this.#done();
  }

  async #send() {
    if (this.#form.dataset.busy) return;
    clearErrors(this.#form);
    const freq = readFrequency(this.#field('freq').value);
    const wrong = [];
    const call = this.#field('call').value.trim().toUpperCase();
    if (!call) wrong.push({ field: 'call', message: t('js.entry.no_call') });
    if (!freq?.freq_hz) wrong.push({ field: 'freq', message: t('js.dx.bad_freq') });
    if (wrong.length) {
      showErrors(this.#form, new ApiError(422, { errors: wrong }));
      return;
    }
    this.#form.dataset.busy = 'yes';
    try {
      const answer = await post('/dx/spots', {
        call, freq_hz: freq?.freq_hz,
        mode: this.#field('mode').value.trim().toUpperCase() || undefined,
        comment: this.#field('comment').value.trim() || undefined,
      });
      toast(t(answer?.outcome === 'duplicate' || answer?.duplicate ? 'js.dx.sent_before' : 'js.dx.sent', { call }));
      this.#form.reset();
      this.close();
    } catch (error) {
      showErrors(this.#form, atFields(error));
    } finally {
      delete this.#form.dataset.busy;
    }
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #field(name) { return /** @type {any} */ (this.#form.elements.namedItem(name)); }
}

/** The API's names for the form's fields. @param {unknown} error */
function atFields(error) {
  if (error instanceof ApiError) {
    error.errors = error.errors.map((each) => (each.field === 'freq_hz' ? { ...each, field: 'freq' } : each));
  }
  return error;
}
