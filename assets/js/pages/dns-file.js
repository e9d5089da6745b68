//  A zone file: a chosen file is read into the text, where it can be looked at before it is taken.

import { one } from '../dom.js';
import { toast } from '../sb-toast.js';
import { t } from '../words.js';

one('#zonefile').addEventListener('change', async (/** @type {any} */ event) => {
  const [file] = event.target.files;
  if (!file) return;
  const text = one('#text');
  text.value = await file.text();
  text.focus();
  text.setSelectionRange(0, 0);
  toast(t('js.dns.file_read', { name: file.name }));
});
