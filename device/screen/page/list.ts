import { useEffect, useReducer, useRef } from 'preact/hooks';
import type { Listing } from './api.ts';

const PAGE = 60;

export interface List<Item> {
  /** Null until the first answer. */
  readonly total: number | null;
  item(place: number): Item | null;
  /** What is about to be seen is fetched. */
  want(from: number, to: number): void;
}

interface Held<Item> {
  readonly key: string;
  total: number | null;
  readonly pages: Map<number, readonly Item[]>;
  readonly asked: Set<number>;
}

/** Lists that were looked at last: Back finds them as they were, at once. */
const KEPT = 12;
const kept = new Map<string, Held<unknown>>();

function held<Item>(key: string): Held<Item> {
  const found = (kept.get(key) as Held<Item> | undefined) ?? { key, total: null, pages: new Map(), asked: new Set() };
  kept.delete(key);
  kept.set(key, found);
  for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
  return found;
}

/**
 * A long list of which only what is looked at is fetched, sixty at a time.
 * @param key another key is another list; the old one stays in sight until the new one is there
 */
export function useList<Item>(key: string, fetchPage: (offset: number) => Promise<Listing<Item> | null>): List<Item> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const wanted = useRef<Held<Item> | null>(null);
  if (wanted.current?.key !== key) wanted.current = held(key);
  const mine = wanted.current;
  const shown = useRef(mine);
  if (mine.total !== null) shown.current = mine;
  const load = (page: number): void => {
    if (mine.asked.has(page)) return;
    mine.asked.add(page);
    void fetchPage(page * PAGE).then((answer) => {
      if (answer === null) return void mine.asked.delete(page);
      mine.pages.set(page, answer.items);
      mine.total = answer.total;
      if (wanted.current === mine) redraw(0);
    });
  };
  useEffect(() => load(0), [key]);
  const { total, pages } = shown.current;
  return {
    total,
    item: (place) => pages.get(Math.floor(place / PAGE))?.[place % PAGE] ?? null,
    want: (from, to) => {
      if (shown.current !== mine) return;
      for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page += 1) load(page);
    },
  };
}
