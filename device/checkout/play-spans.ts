import type { PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import { placedParts } from '../../src/domain/credit/work-parts.ts';
import type { PlaySpan } from '../session/play-port.ts';

/** As finely as a bar on a television shows anything. */
const STEPS = 500;
type Kind = PlaySpan['kind'] | 'unpaid';

/**
 * What of a work is paid, and what is free, in thousandths of it; the rest is neither, and is paid only if it is heard. Drawn on a bar,
 * so that whoever moves along it sees what a stop costs: a step that is partly paid counts as paid.
 * @param paid packets of the work that are paid
 */
export function playSpans(terms: Pick<Terms, 'packets' | 'parts' | 'nodes' | 'trial' | 'afterTrial'>, paid: PaidRanges): readonly PlaySpan[] {
  const steps: Kind[] = new Array<Kind>(STEPS).fill('unpaid');
  const mark = (kind: Kind, first: number, packets: number): void => {
    const from = Math.floor((first * STEPS) / terms.packets);
    steps.fill(kind, from, Math.max(from + 1, Math.ceil(((first + packets) * STEPS) / terms.packets)));
  };
  for (const part of placedParts(terms)) {
    if (part.billingClass === 'free' || terms.nodes[part.node]?.quoteMinor === '0') mark('free', part.first, part.packets);
  }
  if (terms.trial !== null && terms.afterTrial === 'continue') mark('free', 0, terms.trial.packets);
  for (const [first, packets] of paid) mark('paid', first, packets);
  return runsOf(steps);
}

function runsOf(steps: readonly Kind[]): readonly PlaySpan[] {
  const spans: PlaySpan[] = [];
  for (let at = 0; at < steps.length; ) {
    const kind = steps[at] ?? 'unpaid';
    let end = at + 1;
    while (steps[end] === kind) end += 1;
    if (kind !== 'unpaid') spans.push({ kind, from: (at * 1_000) / STEPS, to: (end * 1_000) / STEPS });
    at = end;
  }
  return spans;
}
