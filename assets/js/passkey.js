//  Passkeys: what the server says in JSON, for the browser's own dialog, and its answer back
//  in JSON. Binary values travel in base64url. Newer browsers can do this themselves; this
//  serves all.

import { ask, post } from './api.js';

/** Whether this browser can use passkeys, on this page: they belong to a name, and to a secure place. */
export function usable() {
  return Boolean(globalThis.PublicKeyCredential && globalThis.isSecureContext && navigator.credentials);
}

/**
 * Makes a passkey for the account signed in.
 * @param {string} name
 * @returns {Promise<{ id: string }>}
 */
export async function register(name) {
  const { token, options } = await post('/passkeys/options', {});
  const made = await navigator.credentials.create({ publicKey: creation(options.publicKey) });
  return post('/passkeys', { token, name, credential: described(made) });
}

/**
 * Signs in with whichever passkey is chosen.
 * @param {boolean} remember
 */
export async function signIn(remember) {
  const shown = await choose();
  return post('/session/passkey', { ...shown, remember }, { stay: true });
}

/**
 * Signs in with the passkey that is asked for after the password.
 * @param {{ token: string, options: any }} step what the server answered to the password
 */
export async function finishSignIn({ token, options }) {
  const shown = await navigator.credentials.get({ publicKey: request(options.publicKey) });
  return post('/session/second', { token, credential: described(shown) }, { stay: true });
}

/** Shows a passkey in the place of the password. */
export async function confirm() {
  return post('/session/confirm/passkey', await choose(), { stay: true });
}

async function choose() {
  const { token, options } = await ask('POST', '/session/passkey/options', { stay: true });
  const shown = await navigator.credentials.get({ publicKey: request(options.publicKey) });
  return { token, credential: described(shown) };
}

/** Options for making a passkey, with bytes where the browser wants bytes. @param {any} options */
export function creation(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(named),
  };
}

/** Options for showing a passkey. @param {any} options */
export function request(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: (options.allowCredentials ?? []).map(named) };
}

/** A credential as JSON. @param {any} credential */
export function described(credential) {
  const { response } = credential;
  /** @type {Record<string, any>} */
  const told = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    told.attestationObject = text(response.attestationObject);
    told.transports = response.getTransports?.() ?? [];
  } else {
    told.authenticatorData = text(response.authenticatorData);
    told.signature = text(response.signature);
    told.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: told, extensions: credential.getClientExtensionResults?.() ?? {} };
}

/** @param {{ id: string }} credential */
function named(credential) {
  return { ...credential, id: bytes(credential.id) };
}

/** @param {string} base64url @returns {ArrayBuffer} */
export function bytes(base64url) {
  const plain = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

/** @param {ArrayBuffer} buffer @returns {string} */
export function text(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
