//  Showing a licence: the file's size is looked at before it is sent, and sending shows how far it is.

import { ApiError } from '../api.js';
import { one } from '../dom.js';
import { clearErrors, showErrors, upperCase } from '../forms.js';
import { size, t } from '../words.js';
import { bus } from '../ws.js';

upperCase(document);

const form = one('[data-send-document]');
form.addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  if (form.dataset.busy) return;
  clearErrors(form);
  const most = Number(form.dataset.most);
  const file = one('[name=file]', form).files[0];
  if (file?.size > most) {
    showErrors(form, refusal(413, { errors: [{ field: 'file', message: t('js.document.too_large', { size: size(most) }) }] }));
    return;
  }
  form.dataset.busy = 'yes';
  const bar = one('[data-progress]', form);
  const request = new XMLHttpRequest();
  request.open('POST', '/api/v1/account/documents');
  request.setRequestHeader('Accept', 'application/json');
  request.setRequestHeader('X-CSRF-Token', document.body.dataset.csrf ?? '');
  request.upload.onprogress = ({ loaded, total }) => {
    bar.hidden = false;
    bar.value = total ? (100 * loaded) / total : 0;
  };
  request.onload = () => {
    if (request.status === 201) location.reload();
    else failed(refusal(request.status, parsed(request.responseText)));
  };
  request.onerror = () => failed(refusal(0, { detail: t('js.api.broken') }));
  request.send(new FormData(form));

  /** @param {Error} error */
  function failed(error) {
    bar.hidden = true;
    delete form.dataset.busy;
    showErrors(form, error);
  }
});

// A decision made meanwhile is shown; what somebody types is not taken away for it.
bus().subscribe('notifications', ({ payload }) => {
  if (payload?.kind === 'document' && !one('[name=note]', form).value && !form.dataset.busy) location.reload();
});

/** @param {number} status @param {any} problem */
function refusal(status, problem) {
  return new ApiError(status, problem ?? {});
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
