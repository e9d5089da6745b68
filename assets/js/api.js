//  Asking the server: JSON in, JSON out, problems as errors with their fields.
//
//  Every change carries the page's CSRF token; a session that has ended leads to the
//  sign-in page and back. Uploads go by XMLHttpRequest, which alone tells progress.

import { t } from './words.js';

const BASE = '/api/v1';

/** What the server refused, in its own words (RFC 9457). */
export class ApiError extends Error {
  /**
   * @param {number} status 0 when nothing was answered
   * @param {Record<string, any>} problem
   */
  constructor(status, problem) {
    super(problem.detail || problem.title || t('js.api.failed', { status }));
    this.name = 'ApiError';
    this.status = status;
    /** Stable code: "rate_limited", "storage_unavailable", ... @type {string} */
    this.code = problem.code ?? '';
    /** Fields and what is wrong with each. @type {{ field: string, message: string }[]} */
    this.errors = Array.isArray(problem.errors) ? problem.errors : [];
    this.problem = problem;
  }

  /** Whether nothing reached the server, so that asking again later is safe and sensible. */
  get offline() { return this.status === 0; }
}

/**
 * @typedef {object} Asking
 * @property {any} [json]     body, sent as JSON
 * @property {BodyInit} [body] body as it is
 * @property {Record<string, string>} [headers]
 * @property {Record<string, any>} [query] left out where empty
 * @property {AbortSignal} [signal]
 * @property {boolean} [stay]  neither go to the sign-in page nor ask for the password on 401
 */

/**
 * Asks and reads the answer.
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {Asking} [asking]
 * @returns {Promise<any>} the JSON, or null where there is none
 * @throws {ApiError}
 */
export async function ask(method, path, asking = {}) {
  const { body } = await reply(method, path, asking);
  return body;
}

/**
 * As `ask`, with the answer's headers.
 * @param {string} method
 * @param {string} path
 * @param {Asking} [asking]
 * @returns {Promise<{ body: any, headers: Headers, status: number }>}
 */
export async function reply(method, path, asking = {}) {
  try {
    return await once(method, path, asking);
  } catch (error) {
    if (asking.stay || /** @type {any} */ (error).code !== 'reauthentication_required') throw error;
    const { confirmPassword } = await import('./confirm.js');
    if (!await confirmPassword()) throw error;
    return once(method, path, asking);
  }
}

/** @param {string} method @param {string} path @param {Asking} asking */
async function once(method, path, asking) {
  const headers = new Headers({ Accept: 'application/json', ...asking.headers });
  if (method !== 'GET') headers.set('X-CSRF-Token', csrf());
  if (asking.json !== undefined) headers.set('Content-Type', 'application/json');
  let response;
  try {
    response = await fetch(address(path, asking.query), {
      method,
      headers,
      body: asking.json === undefined ? asking.body : JSON.stringify(asking.json),
      signal: asking.signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (/** @type {any} */ (error)?.name === 'AbortError') throw error;
    throw new ApiError(0, { detail: t('js.api.offline') });
  }
  const text = await response.text();
  const body = parse(text);
  if (!response.ok) throw refusal(response.status, body, asking.stay);
  return { body, headers: response.headers, status: response.status };
}

/** @param {string} path @param {Asking} [asking] */
export const get = (path, asking) => ask('GET', path, asking);
/** @param {string} path @param {any} json @param {Asking} [asking] */
export const post = (path, json, asking) => ask('POST', path, { ...asking, json });
/** @param {string} path @param {any} json @param {Asking} [asking] */
export const patch = (path, json, asking) => ask('PATCH', path, { ...asking, json });
/** @param {string} path @param {any} json @param {Asking} [asking] */
export const put = (path, json, asking) => ask('PUT', path, { ...asking, json });
/** @param {string} path @param {Asking} [asking] */
export const del = (path, asking) => ask('DELETE', path, asking);

/**
 * Sends a file and tells how far it is.
 * @param {string} path below /api/v1
 * @param {File} file
 * @param {{ query?: Record<string, any>, headers?: Record<string, string>, onprogress?: (sent: number, total: number) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<any>} the JSON answer
 * @throws {ApiError}
 */
export function upload(path, file, options = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', address(path, options.query));
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('X-CSRF-Token', csrf());
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(options.headers ?? {})) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => options.onprogress?.(event.loaded, event.lengthComputable ? event.total : file.size);
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body);
      else reject(refusal(request.status, body));
    };
    request.onerror = () => reject(new ApiError(0, { detail: t('js.api.broken') }));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    options.signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/**
 * Address of an API path with its query; empty values are left out.
 * @param {string} path
 * @param {Record<string, any>} [query]
 * @returns {string}
 */
export function address(path, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return `${BASE}${path}${text ? `?${text}` : ''}`;
}

/** The page's token against forged requests. */
function csrf() {
  return globalThis.document?.body?.dataset.csrf ?? '';
}

/** @param {string} text */
function parse(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {number} status
 * @param {any} body
 * @param {boolean} [stay]
 */
function refusal(status, body, stay = false) {
  const error = new ApiError(status, body ?? {});
  if (status === 401 && !stay && error.code === 'unauthenticated' && globalThis.location) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  return error;
}
