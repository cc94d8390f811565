import { add, type Rational, ZERO } from '../../units/rational.ts';
import type { PreparedModel } from './prepared-model.ts';
import { beginLicence, crossUpTo, type LicenceHistory, rateEvent } from './rate-history.ts';
import type { RatingObserver } from './rating-observer.ts';
import { type RatingRun, startRun } from './rating-run.ts';
import { orderHistory } from './usage-history.ts';

/** A licence whose rating goes on with its next use, instead of beginning anew for each. It lives in memory: the events are the truth. */
export interface OnwardRun {
  readonly run: RatingRun;
  readonly charges: UseCharges;
  /** Start of the newest event. */
  lastMs: number;
  /** End of the use that ends last. */
  endMs: number;
}

/** Rates what was used so far and stays there. Null where there are too many periods. */
export function openOnward(model: PreparedModel, { startMs, zone, events }: Omit<LicenceHistory, 'untilMs'>): OnwardRun | null {
  const charges = new UseCharges();
  const run = startRun(model, zone, startMs, Number.POSITIVE_INFINITY, charges);
  const onward = { run, charges, lastMs: Number.NEGATIVE_INFINITY, endMs: Number.NEGATIVE_INFINITY };
  if (model.cycle === null) return onward;
  beginLicence(run);
  for (const event of orderHistory(events)) {
    if (!crossUpTo(run, event.startMs)) return null;
    rateEvent(run, event);
    onward.lastMs = event.startMs;
    if (event.kind === 'use') onward.endMs = Math.max(onward.endMs, event.startMs + event.durationMs);
  }
  forgetResults(run);
  return onward;
}

/**
 * Rates the next use. What it costs is what priceUse finds by a replay of all events before it.
 * @returns exact, major units. Null where only a replay can tell: the use does not begin after all others, or ends before another does, or
 * goes on over a boundary, or there are too many periods; the run is of no more use then
 */
export function rateOnward(onward: OnwardRun, startMs: number, durationMs: number): Rational | null {
  const { run, charges } = onward;
  if (run.model.cycle === null) return ZERO;
  const endMs = startMs + durationMs;
  if (startMs <= onward.lastMs || endMs < onward.endMs || !crossUpTo(run, startMs) || endMs > run.nextBoundaryMs) return null;
  onward.lastMs = startMs;
  onward.endMs = endMs;
  charges.exact = ZERO;
  rateEvent(run, { kind: 'use', id: '', startMs, durationMs, quote: null });
  forgetResults(run);
  return charges.exact;
}

/** Nobody asks such a run for its bills, and it may go on for years. */
function forgetResults({ bills, offers, rejections, vendorResults }: RatingRun): void {
  for (const results of [bills, offers, rejections, vendorResults]) results.length = 0;
}

/** Adds up what is charged for the use that is being rated. */
class UseCharges implements RatingObserver {
  exact: Rational = ZERO;

  posted({ reason, amount }: Parameters<RatingObserver['posted']>[0]): void {
    if (reason.kind === 'use' || reason.kind === 'time') this.exact = add(this.exact, amount);
  }
  fired(): void {}
  closed(): void {}
}
