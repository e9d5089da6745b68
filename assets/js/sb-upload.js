//  <sb-upload>: takes files dropped anywhere on the page, or chosen, and tells how far they are.
//
//  First the bytes sent, then the records read, with rate and time left; at the end a
//  report that reads like one. Several files go one after the other. The element knows
//  how to ask, not what to do next: event `done` {job, result}.

import { get, upload } from './api.js';
import { fill, h, icon, one } from './dom.js';
import { Rate } from './rate.js';
import { number, size, span, t } from './words.js';
import { bus } from './ws.js';

/** Progress also comes live; asking makes up for messages lost. */
const ASK_MS = 1500;

export class SbUpload extends HTMLElement {
  #dragged = 0;
  /** @type {Promise<unknown>} */ #queue = Promise.resolve();

  connectedCallback() {
    const { body } = document;
    body.dataset.dropWords = this.dataset.words ?? '';
    document.addEventListener('dragenter', (event) => this.#drag(event, 1));
    document.addEventListener('dragleave', (event) => this.#drag(event, -1));
    document.addEventListener('dragover', (event) => { if (hasFiles(event)) event.preventDefault(); });
    document.addEventListener('drop', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#dragged = 0;
      body.classList.remove('dropping');
      this.take([...(event.dataTransfer?.files ?? [])]);
    });
    const input = one('input[type=file]', this);
    input.multiple = true;
    input.addEventListener('change', () => {
      this.take([...input.files]);
      input.value = '';
    });
  }

  /** @param {DragEvent} event @param {number} step */
  #drag(event, step) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.#dragged = Math.max(0, this.#dragged + step);
    document.body.classList.toggle('dropping', this.#dragged > 0);
  }

  /** Sends files one after the other. @param {File[]} files */
  take(files) {
    for (const file of files) {
      const view = new Progress(file);
      one('[data-uploads]', this).prepend(view.element);
      this.#queue = this.#queue.then(() => this.#send(file, view));
    }
  }

  /** @param {File} file @param {Progress} view */
  async #send(file, view) {
    try {
      const query = { callsign: document.body.dataset.logbook, filename: file.name };
      const { job } = await upload('/logbook/adif', file, { query, signal: view.signal, onprogress: (sent, total) => view.bytes(sent, total) });
      const finished = await this.#follow(job, view);
      this.dispatchEvent(new CustomEvent('done', { detail: { job, result: finished.result ?? {} } }));
    } catch (error) {
      view.failed(/** @type {Error} */ (error));
    }
  }

  /** @param {string} job @param {Progress} view @returns {Promise<any>} the finished job */
  #follow(job, view) {
    return new Promise((resolve, reject) => {
      let over = false;
      const hear = (/** @type {any} */ news) => {
        if (over) return;
        view.records(news);
        if (news.state === 'queued' || news.state === 'running') return;
        over = true;
        leave();
        clearInterval(asking);
        view.finished(job, news);
        resolve(news);
      };
      const look = () => get(`/jobs/${encodeURIComponent(job)}`).then(hear, (error) => {
        if (error.offline || error.status === 503 || over) return;
        over = true;
        leave();
        clearInterval(asking);
        reject(error);
      });
      const leave = bus().subscribe('jobs', ({ payload }) => {
        // A message that it ended may lack the report: that is asked for.
        if (payload?.id !== job) return;
        if (payload.state === 'running') hear(payload);
        else look();
      });
      const asking = setInterval(look, ASK_MS);
      look();
    });
  }
}

customElements.define('sb-upload', SbUpload);

/** The panel of one file. */
class Progress {
  #control = new AbortController();
  #line = h('p', { class: 'line' });
  #bar = h('progress', { max: 1, value: 0 });
  #body = h('div', { class: 'body upload' });
  #rate = new Rate();
  #name;

  /** @param {File} file */
  constructor(file) {
    this.#name = h('strong', {}, file.name);
    this.#bar.setAttribute('aria-label', t('js.upload.progress', { name: file.name }));
    this.element = h('section', { class: 'panel' }, this.#body);
    fill(this.#body, this.#line, this.#bar);
    this.#say([size(file.size), t('js.upload.waits')], t('js.upload.cancel'));
  }

  get signal() { return this.#control.signal; }

  /** @param {number} sent @param {number} total */
  bytes(sent, total) {
    this.#bar.max = total;
    this.#bar.value = sent;
    this.#rate.add(sent);
    const left = this.#rate.left(total - sent);
    this.#say([t('js.upload.sent', { sent: size(sent), total: size(total) }), left ? t('js.upload.left', { span: span(left) }) : '']);
  }

  /** @param {any} job */
  records(job) {
    if (job.state === 'queued') {
      this.#say([t('js.upload.queued')]);
      return;
    }
    const { done = 0, total = 0 } = job;
    if (this.#bar.dataset.of !== 'records') {
      this.#bar.dataset.of = 'records';
      this.#rate = new Rate();
    }
    this.#rate.add(done);
    if (total) {
      this.#bar.max = total;
      this.#bar.value = done;
    } else this.#bar.removeAttribute('value');
    const perSecond = this.#rate.perSecond;
    const left = total ? this.#rate.left(total - done) : 0;
    this.#say([
      total ? t('js.upload.records', { done, total }) : t('js.upload.reading', { done }),
      perSecond ? t('js.upload.rate', { n: Math.round(perSecond) }) : '',
      left ? t('js.upload.left', { span: span(left) }) : '',
    ]);
  }

  /** @param {string} id @param {any} job */
  finished(id, job) {
    const { added = 0, merged = 0, duplicates = 0, rejected = 0, remarks = [] } = job.result ?? {};
    if (job.state !== 'done') {
      this.failed(new Error(job.error ?? t('js.upload.ended')), id);
      return;
    }
    if (added + merged + duplicates + rejected === 0) {
      this.failed(new Error(remarks[0]?.text ?? t('js.upload.nothing')), id);
      return;
    }
    const figures = /** @type {[string, number][]} */ ([[t('js.upload.added'), added], [t('js.upload.merged'), merged], [t('js.upload.duplicates'), duplicates], [t('js.upload.rejected'), rejected]]);
    fill(this.#body, h('p', { class: 'line', role: 'status' }, icon('check', 'good'), this.#name, h('span', {}, t('js.upload.done'))),
      h('dl', { class: 'figures' }, figures.map(([word, count]) => h('div', {}, h('dt', {}, word), h('dd', {}, number(count))))),
      h('p', { class: 'line' }, h('a', { class: 'button', href: `/import/${encodeURIComponent(id)}` }, rejected ? t('js.upload.open') : t('js.upload.report')),
        h('a', { class: 'button', href: '/logbook' }, t('js.upload.logbook'))));
  }

  /** @param {Error} error @param {string} [id] */
  failed(error, id) {
    const stopped = error.name === 'AbortError';
    fill(this.#body, h('p', { class: 'line', role: 'alert' }, icon('cross', 'bad'), this.#name, h('span', { class: stopped ? '' : 'bad' }, stopped ? t('js.upload.cancelled') : error.message)),
      id ? h('p', { class: 'line' }, h('a', { class: 'button', href: `/import/${encodeURIComponent(id)}` }, t('js.upload.report'))) : null);
  }

  /** @param {string[]} words @param {string} [cancel] */
  #say(words, cancel) {
    fill(this.#line, this.#name, words.filter(Boolean).map((word) => h('span', { class: 'tabular' }, word)),
      cancel ? h('button', { type: 'button', class: 'linkish end', onclick: () => this.#control.abort() }, cancel) : null);
  }
}

/** @param {DragEvent} event */
function hasFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes('Files');
}
