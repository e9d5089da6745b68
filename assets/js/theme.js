//  The style sheet's colours, for what is drawn on a canvas.
//
//  Tokens may be written with `light-dark()` or depend on a theme attribute, so a
//  custom property's own text is of no use to a canvas: an element is made to wear
//  each colour and asked what it came out as.

/**
 * Resolves custom properties to colours a canvas understands.
 * @param {HTMLElement} host element whose surroundings decide, in the document
 * @param {readonly string[]} properties for instance "--sea"
 * @param {{ scheme?: 'light' | 'dark' }} [options] a scheme other than the page's, for paper
 * @returns {Record<string, string>}
 */
export function readColours(host, properties, options = {}) {
  const box = document.createElement('span');
  box.hidden = true;
  if (options.scheme) box.style.colorScheme = options.scheme;
  const probes = properties.map((property) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${property})`;
    box.append(probe);
    return probe;
  });
  host.append(box);
  const colours = Object.fromEntries(properties.map((property, n) => (
    [property, getComputedStyle(probes[n]).color])));
  box.remove();
  return colours;
}

/** @type {CanvasRenderingContext2D | null} */
let mixer = null;

/**
 * Any CSS colour as numbers.
 * @param {string} colour
 * @returns {[number, number, number, number]} red, green, blue 0 to 255, alpha 0 to 1
 */
export function rgba(colour) {
  if (!mixer) {
    const canvas = document.createElement('canvas');
    canvas.width = 1;
    canvas.height = 1;
    mixer = canvas.getContext('2d', { willReadFrequently: true });
  }
  if (!mixer) return [128, 128, 128, 1];
  mixer.clearRect(0, 0, 1, 1);
  mixer.fillStyle = colour;
  mixer.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = mixer.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

/**
 * Calls when the page's colours may have changed: system scheme or contrast, or the user's choice
 * on `<html data-theme>`.
 * @param {() => void} run
 * @returns {() => void} stops calling
 */
export function onThemeChange(run) {
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']
    .map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', run);
  const observer = new MutationObserver(run);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-contrast', 'class'] });
  return () => {
    for (const query of queries) query.removeEventListener('change', run);
    observer.disconnect();
  };
}

/** @returns {boolean} whether the visitor asked for less motion */
export function calm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/**
 * Makes sure a style sheet beside the modules is loaded; a page that links it itself avoids the wait.
 * @param {string} name for instance "map.css"
 */
export function needStyles(name) {
  const href = new URL(`../css/${name}`, import.meta.url).href;
  for (const sheet of document.querySelectorAll('link[rel=stylesheet]')) {
    if (/** @type {HTMLLinkElement} */ (sheet).href === href) return;
  }
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  document.head.append(link);
}
