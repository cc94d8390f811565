// Looked through by screen.test.ts inside the page: what a person's eyes and arrow keys would find out.
const visible = (element) => element.offsetParent !== null;
const nameOf = (element) => element?.getAttribute?.('data-focus') ?? 'nothing';
const all = () => [...document.querySelectorAll('[data-focus], button, input, a, select, textarea, [tabindex]')].filter(visible);
const ARROW_KEYS = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];

globalThis.probe = {
  everything: () => all().map(nameOf),
  focus: () => nameOf(document.activeElement),
  text: (selector) => document.querySelector(selector)?.textContent ?? '',

  /** How many elements show the ring of the focus, within the screen. */
  ringed: () =>
    all().filter((element) => {
      const rect = element.getBoundingClientRect();
      const inside = rect.width > 0 && rect.right > 0 && rect.bottom > 0 && rect.left < innerWidth && rect.top < innerHeight;
      return inside && getComputedStyle(element).outlineStyle === 'solid';
    }).length,

  /** The shortest way by arrows from here to everything; the focus is put back. */
  ways() {
    const start = document.activeElement;
    const rolled = [...document.querySelectorAll('.grid, .rows, .settings, .facts')].map((frame) => [frame, frame.scrollTop]);
    const ways = new Map([[start, []]]);
    for (const [element, way] of ways) {
      for (const key of ARROW_KEYS) {
        element.focus();
        element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        const there = document.activeElement;
        if (!ways.has(there)) ways.set(there, [...way, key]);
      }
    }
    start.focus({ preventScroll: true });
    for (const [frame, top] of rolled) frame.scrollTop = top;
    return [...ways].map(([element, way]) => [nameOf(element), way]);
  },

  /** What sticks out of the screen, or is cut where it must be whole. */
  overflowing() {
    const whole = 'nav, nav .button, header, header *, footer, .keyboard, .keys .button, .facts, .actions .button, .terms dd, .paper, .attract > *';
    const parts = [...document.querySelectorAll(whole)].filter(visible);
    const over = parts.filter((one) => {
      const rect = one.getBoundingClientRect();
      return rect.bottom > innerHeight + 1 || rect.right > innerWidth + 1 || rect.top < -1 || rect.left < -1;
    });
    over.push(...parts.filter((one) => one.clientWidth > 0 && (one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2)));
    return [...over.map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 20)}`), ...(document.documentElement.scrollWidth > innerWidth ? ['page'] : [])];
  },

  /** The smallest text on the screen, in pixels. */
  smallestText: () =>
    Math.min(
      ...[...document.querySelectorAll('body *')]
        .filter((one) => visible(one) && !one.closest('svg') && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''))
        .map((one) => Number.parseFloat(getComputedStyle(one).fontSize)),
    ),
  imagesDrawn: () => [...document.querySelectorAll('img')].filter(visible).every((one) => one.complete && one.naturalWidth > 0),
};
