//  Building nodes without markup in text: `h('p', { class: 'muted' }, 'word', node)`.
//
//  Values reach the page only as text or as attributes of a fixed name, so nothing
//  that comes from a log can become markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Makes an element. A key that begins with `on` adds a listener; `true` sets an empty attribute;
 * null, undefined and false leave the attribute away.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K | string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') /** @type {any} */ (element).value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  fill(element, ...children);
  return element;
}

/**
 * Replaces an element's content.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  const nodes = children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== '');
  element.replaceChildren(...nodes.map((child) => (typeof child === 'number' ? String(child) : child)));
}

/**
 * An icon from the page's sprite.
 * @param {string} name
 * @param {string} [kind] class names
 * @returns {SVGElement}
 */
export function icon(name, kind = '') {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('width', '16');
  svg.setAttribute('height', '16');
  if (kind) svg.setAttribute('class', kind);
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * The first element that matches.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {any}
 */
export function one(selector, root = document) {
  return root.querySelector(selector);
}

/**
 * All elements that match.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {any[]}
 */
export function all(selector, root = document) {
  return [...root.querySelectorAll(selector)];
}

/**
 * Runs once after calls have ceased for a while.
 * @template {any[]} A
 * @param {(...args: A) => void} run
 * @param {number} ms
 * @returns {(...args: A) => void}
 */
export function settle(run, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), ms);
  };
}
