// Looked through by screen.test.ts inside the page: what a person's eyes and arrow keys would find out.
const visible = (element) => element.offsetParent !== null;
const nameOf = (element) => element?.dataset?.id || element?.id || 'nothing';
const ARROW_KEYS = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];

globalThis.probe = {
  everything: () => [...document.querySelectorAll('button, input')].filter(visible).map(nameOf),
  focus: () => nameOf(document.activeElement),
  value: (id) => document.getElementById(id).value,

  /** How many elements show the ring of the focus, within the screen. */
  ringed: () =>
    [...document.querySelectorAll('button, input')].filter((element) => {
      const rect = element.getBoundingClientRect();
      const inside = rect.width > 0 && rect.right > 0 && rect.bottom > 0 && rect.left < innerWidth && rect.top < innerHeight;
      return inside && getComputedStyle(element).outlineStyle === 'solid';
    }).length,

  /** The shortest way by arrows from here to everything; the focus is put back. */
  ways() {
    const start = document.activeElement;
    const ways = new Map([[start, []]]);
    for (const [element, way] of ways) {
      for (const key of ARROW_KEYS) {
        element.focus();
        element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        const there = document.activeElement;
        if (!ways.has(there)) ways.set(there, [...way, key]);
      }
    }
    start.focus();
    return [...ways].map(([element, way]) => [nameOf(element), way]);
  },

  overflowing() {
    const parts = [...document.querySelectorAll('header, #sentence, aside, aside > *')].filter(visible);
    const over = parts.filter((one) => one.getBoundingClientRect().bottom > innerHeight + 1 || one.getBoundingClientRect().right > innerWidth + 1);
    over.push(...parts.filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1));
    return [...over.map((one) => one.id || one.tagName), ...(document.documentElement.scrollWidth > innerWidth ? ['page'] : [])];
  },

  paidWorks: () => [...document.querySelectorAll('.work')].filter((one) => one.querySelector('.free') === null).map(nameOf),
  imagesDrawn: () => [...document.querySelectorAll('img')].filter(visible).every((one) => one.complete && one.naturalWidth > 0),
};
