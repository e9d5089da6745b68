//  The relay's JSON, asked from its own page.

/** What the relay said against it. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {any} problem
   */
  constructor(status, problem) {
    super(problem?.detail ?? `the relay answered with status ${status}`);
    this.status = status;
    /** @type {{ field: string, message: string }[]} */
    this.fields = problem?.errors ?? [];
  }
}

/** Nobody answers. */
export class Silent extends Error {
  constructor() { super('The relay does not answer. Start it again, then this page goes on by itself.'); }
}

/**
 * Asks the relay.
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = method === 'GET' ? {} : { 'x-shackbox-action': 'execute' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store' });
  } catch {
    throw new Silent();
  }
  const text = await answer.text();
  let value = null;
  try { value = text ? JSON.parse(text) : null; } catch { /* not what was asked for; the status tells */ }
  if (!answer.ok) throw new Refused(answer.status, value);
  return value;
}
