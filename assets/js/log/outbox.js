//  Contacts logged while the server cannot be reached: kept in this browser, sent later.
//
//  Each carries the Idempotency-Key of its first try, so a contact whose answer was lost
//  is not logged twice. What the server refuses for good is given back, not dropped.

import { ApiError, ask } from '../api.js';

const STORE = 'contacts';

/** @typedef {{ key: string, contact: any, at: string }} Waiting */

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('shackbox', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function within(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** A fresh key for one contact. */
export function freshKey() {
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Keeps a contact for later. @param {Waiting} waiting */
export const keep = (waiting) => within('readwrite', (store) => store.put(waiting));

/** What waits, oldest first. @returns {Promise<Waiting[]>} */
export async function waiting() {
  const all = await within('readonly', (store) => store.getAll());
  return all.sort((a, b) => a.at.localeCompare(b.at));
}

/** Forgets a contact that waits. @param {string} key */
export const drop = (key) => within('readwrite', (store) => store.delete(key));

/**
 * Sends a contact.
 * @param {any} contact
 * @param {string} key
 */
export function send(contact, key) {
  return ask('POST', '/logbook/qsos', { json: contact, headers: { 'Idempotency-Key': key } });
}

/** Whether trying again later can help. @param {unknown} error */
export function isPassing(error) {
  return error instanceof ApiError && (error.offline || [408, 429, 502, 503, 504].includes(error.status));
}

/**
 * Sends what waits, in order, until the server cannot be reached again.
 * @param {{ sent: (qso: any) => void, refused: (waiting: Waiting, error: unknown) => void }} told
 * @returns {Promise<number>} how many still wait
 */
export async function flush(told) {
  const all = await waiting();
  let left = all.length;
  for (const each of all) {
    try {
      const qso = await send(each.contact, each.key);
      await drop(each.key);
      left -= 1;
      told.sent(qso);
    } catch (error) {
      if (isPassing(error)) break;
      told.refused(each, error);
    }
  }
  return left;
}
