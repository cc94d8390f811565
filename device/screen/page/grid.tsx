import type { JSX } from 'preact';
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import { keepFocus } from './focus.ts';
import type { List } from './list.ts';
import { t } from './texts.ts';

/** Rows beside those in sight, so that an arrow always finds its neighbour. */
const SPARE_ROWS = 2;

interface GridProps<Item> {
  readonly list: List<Item>;
  readonly card: (item: Item, place: number) => JSX.Element;
  readonly keyOf: (item: Item) => string;
  readonly label: string;
  /** In rem of the page; the same for all, so that nothing jumps while covers load. */
  readonly cardWidth: number;
  readonly cardHeight: number;
  readonly empty: string;
}

const remPx = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Cards in rows, of which only those in sight exist: a hundred thousand are no more to draw than forty. */
export function Grid<Item>({ list, card, keyOf, label, cardWidth, cardHeight, empty }: GridProps<Item>): JSX.Element {
  const frame = useRef<HTMLElement>(null);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const box = frame.current;
  const rem = remPx();
  const total = list.total ?? 0;
  const columns = Math.max(1, Math.floor((box?.clientWidth ?? 0) / (cardWidth * rem)));
  const rowPx = cardHeight * rem;
  const from = Math.max(0, Math.floor((box?.scrollTop ?? 0) / rowPx) - SPARE_ROWS) * columns;
  const to = Math.min(total, (Math.ceil(((box?.scrollTop ?? 0) + (box?.clientHeight ?? 0)) / rowPx) + SPARE_ROWS) * columns);
  useLayoutEffect(() => {
    redraw(0);
    const resized = new ResizeObserver(() => redraw(0));
    if (frame.current !== null) resized.observe(frame.current);
    return () => resized.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (to > from) list.want(from, to - 1);
    // What the screen waits for may just have been drawn.
    keepFocus();
  });
  const places = box === null ? [] : Array.from({ length: Math.max(0, to - from) }, (_, step) => from + step);
  return (
    <section class="grid" data-roll="" ref={frame} onScroll={() => redraw(0)} aria-label={label} data-group="content">
      {list.total === 0 ? <p class="nothing">{empty}</p> : null}
      <div class="sheet" style={{ height: `${Math.ceil(total / columns) * rowPx}px` }}>
        {places.map((place) => {
          const item = list.item(place);
          const style = {
            left: `${((place % columns) / columns) * 100}%`,
            top: `${Math.floor(place / columns) * rowPx}px`,
            width: `${100 / columns}%`,
            height: `${rowPx}px`,
          };
          return (
            <div class="cell" key={item === null ? place : keyOf(item)} style={style}>
              {item === null ? <div class="waiting" /> : card(item, place)}
            </div>
          );
        })}
      </div>
      <span class="unseen">{list.total === null ? '' : t('worksOf', { count: total })}</span>
    </section>
  );
}
