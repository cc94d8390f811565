import { type Fault, ok, type Result } from '../../units/result.ts';
import { nextCloseMs } from './planned-usage.ts';
import type { PreparedModel } from './prepared-model.ts';
import { type LicenceHistory, type RatingFault, rateHistory } from './rate-history.ts';

/** What a model charges for what was used, or is planned. Minor units. */
export interface ModelCost {
  readonly totalMinor: bigint;
  /** Until when it bills; milliseconds since 1970. */
  readonly untilMs: number;
}

/**
 * The sum of histories under a model, one for each licence that there would be; each goes on to the close of the cycle that is under way at its
 * end, so that nothing used remains unbilled under any model.
 */
export function costUnder(model: PreparedModel, histories: readonly LicenceHistory[]): Result<ModelCost, Fault<RatingFault>> {
  let cost: ModelCost = { totalMinor: 0n, untilMs: 0 };
  for (const history of histories) {
    const untilMs = nextCloseMs(model, history);
    const rated = rateHistory(model, { ...history, untilMs });
    if (!rated.ok) return rated;
    cost = { totalMinor: cost.totalMinor + rated.value.totalDueMinor, untilMs: Math.max(cost.untilMs, untilMs) };
  }
  return ok(cost);
}

/** The cheapest first, each with what it costs more; of equals the one that was named first. */
export function cheapestFirst<Cost extends Pick<ModelCost, 'totalMinor'>>(costs: readonly Cost[]): readonly (Cost & { readonly moreMinor: bigint })[] {
  const sorted = costs.toSorted((left, right) => (left.totalMinor < right.totalMinor ? -1 : left.totalMinor > right.totalMinor ? 1 : 0));
  const least = sorted[0]?.totalMinor ?? 0n;
  return sorted.map((cost) => ({ ...cost, moreMinor: cost.totalMinor - least }));
}
