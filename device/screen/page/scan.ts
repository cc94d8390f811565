import { focusables, focusOn, nameOf } from './focus.ts';
import { speak } from './sound.ts';
import { current } from './store.ts';

/** How long the focus rests on each thing: long enough to hear its name. */
const STEP_MS = 2_200;
/** So many rounds without a press, and the walk rests until the next one. */
const ROUNDS = 4;
const GROUP_MAX = 24;

let group: HTMLElement | null = null;
let place = -1;
let rounds = 0;
let walking: ReturnType<typeof setInterval> | null = null;

const groups = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-group]')].filter((one) => focusables(one).length > 0);

function inSight(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** What the walk passes: the groups of the screen, then the things in the one that was chosen. One group needs no choice. */
function stations(): readonly HTMLElement[] {
  const all = groups();
  if (group !== null && !all.includes(group)) group = null;
  const inside = group ?? (all.length === 1 ? (all[0] ?? null) : null);
  return inside === null ? all : focusables(inside).filter(inSight).slice(0, GROUP_MAX);
}

/** What stands in it, with a pause between its parts. */
function wordsIn(element: HTMLElement): string {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const words: string[] = [];
  while (walker.nextNode() !== null) words.push(walker.currentNode.textContent?.trim() ?? '');
  return words.filter(Boolean).join(', ');
}

function step(): void {
  const all = stations();
  place += 1;
  if (place >= all.length) {
    // From the end of a group back to the choice of groups.
    place = 0;
    rounds += 1;
    group = null;
  }
  const here = stations()[place];
  if (here === undefined) return;
  if (rounds >= ROUNDS) {
    rest();
    return;
  }
  if (nameOf(here) === null) here.tabIndex = -1;
  focusOn(here);
  speak(here.getAttribute('aria-label') ?? wordsIn(here));
}

function rest(): void {
  if (walking !== null) clearInterval(walking);
  walking = null;
}

function start(): void {
  rest();
  walking = setInterval(step, STEP_MS);
}

/** Begins or ends the walk with the wish for it. */
export function followWish(): void {
  const wished = current().preferences.switchAccess;
  if (wished && walking === null && rounds < ROUNDS) start();
  if (!wished) {
    rest();
    rounds = 0;
  }
}

/** The one button: chooses what has the focus, or wakes the walk. */
export function pressSwitch(): void {
  const asleep = walking === null;
  rounds = 0;
  const here = document.activeElement as HTMLElement | null;
  if (!asleep && here !== null) {
    if (nameOf(here) === null) group = here;
    else {
      group = null;
      here.click();
    }
  }
  place = -1;
  start();
}

/** The screen is another one: the walk begins with its first thing, and what the screen says is heard first. */
export function screenChanged(says: string): void {
  if (!current().preferences.switchAccess) return;
  group = null;
  place = -1;
  speak(says);
}
