import type { BoxControl } from '../session/box-view.ts';

/** A work by its number in `show works`, its id, or part of its title. */
export function findWork(box: BoxControl, wanted: string): string | null {
  const works = box.works();
  const byNumber = /^\d+$/.test(wanted) ? works[Number(wanted) - 1] : undefined;
  return (byNumber ?? works.find((work) => work.id === wanted) ?? works.find((work) => work.title.toLowerCase().includes(wanted.toLowerCase())))?.id ?? null;
}
