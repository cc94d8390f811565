import { rememberedFocus, rememberFocus } from './store.ts';

/** Everything that can have the focus is marked with a name of its own. */
const MARK = 'data-focus';
export type Direction = 'left' | 'right' | 'up' | 'down';

type Turned = readonly [start: number, end: number, low: number, high: number];
const TURNS: Readonly<Record<Direction, (rect: DOMRect) => Turned>> = {
  left: (rect) => [-rect.right, -rect.left, rect.top, rect.bottom],
  right: (rect) => [rect.left, rect.right, rect.top, rect.bottom],
  up: (rect) => [-rect.bottom, -rect.top, rect.left, rect.right],
  down: (rect) => [rect.top, rect.bottom, rect.left, rect.right],
};
/** Neighbours may overlap by a ring's width. */
const OVERLAP_PX = 4;

/** The screen has just changed: its own element is waited for, as a list may still be loading. */
let awaited = true;
/** A question begins with its answer, whatever had the focus before. */
let remembers = true;

export function focusables(within: ParentNode = document): readonly HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>(`[${MARK}]`)].filter((element) => element.offsetParent !== null);
}

export const nameOf = (element: Element | null): string | null => element?.getAttribute(MARK) ?? null;

const byName = (name: string | null): HTMLElement | null => (name === null ? null : (focusables().find((candidate) => nameOf(candidate) === name) ?? null));

export function focusOn(element: HTMLElement): void {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** Somebody wants it there: what the screen waits for comes too late. */
export function takeFocus(element: HTMLElement): void {
  awaited = false;
  focusOn(element);
}

/** To the nearest in the direction of the arrow: straight on counts before aside. Where none is, the focus stays. */
export function moveFocus(direction: Direction): boolean {
  awaited = false;
  const here = document.activeElement;
  if (here === null) return false;
  const turned = TURNS[direction];
  // Up and down stay in a list that rolls until its end: what lies beside the screen comes before what stands below it.
  const roll = direction === 'up' || direction === 'down' ? here.closest('[data-roll]') : null;
  const best = (roll === null ? null : nearest(here, focusables(roll), turned)) ?? nearest(here, focusables(), turned);
  if (best !== null) focusOn(best);
  return best !== null;
}

function nearest(here: Element, candidates: readonly HTMLElement[], turned: (rect: DOMRect) => Turned): HTMLElement | null {
  const [, end, low, high] = turned(here.getBoundingClientRect());
  let best: HTMLElement | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const [start, , from, to] = turned(candidate.getBoundingClientRect());
    if (candidate === here || start < end - OVERLAP_PX) continue;
    const aside = Math.max(0, from - high, low - to);
    const cost = start - end + 3 * aside + 0.1 * Math.abs((from + to) / 2 - (low + high) / 2);
    if (cost < bestCost) [best, bestCost] = [candidate, cost];
  }
  return best;
}

/** The screen is another one: it has a focus of its own. */
export function awaitFocus(remembering: boolean): void {
  awaited = true;
  remembers = remembering;
}

/** One thing always has the focus. After everything that was drawn: what vanished hands it on. */
export function keepFocus(): void {
  const here = document.activeElement;
  const lost = nameOf(here) === null || (here instanceof HTMLElement && here.offsetParent === null);
  if (!awaited && !lost) return;
  const wanted = (remembers ? byName(rememberedFocus()) : null) ?? document.querySelector<HTMLElement>(`[${MARK}][data-first]`);
  if (wanted !== null) {
    awaited = false;
    focusOn(wanted);
    return;
  }
  const [any] = focusables(document.querySelector('main') ?? document).concat(focusables());
  if (any !== undefined && lost) any.focus();
}

/** While a list loads, what has the focus meanwhile is nobody's choice. */
export function noteFocus(element: Element): void {
  const name = nameOf(element);
  if (name !== null && !awaited && remembers) rememberFocus(name);
}
