import { compare, fromMinor } from '../../units/rational.ts';
import { COLUMN } from './columns.ts';
import { addFiring, evaluateTriggers } from './firing.ts';
import { standingOffer } from './offers.ts';
import { post } from './posting.ts';
import type { RatingRun } from './rating-run.ts';
import type { AcceptEvent } from './usage-history.ts';

/**
 * Takes the alternate payment on offer: the lump sum is itemised under simple_flat_rate_cost (I-BUYCOL), its modifications last for
 * the licence, and all offers end (ruling 42). An acceptance unequal to the standing, visible offer changes nothing and is reported.
 */
export function acceptOffer(run: RatingRun, event: AcceptEvent): void {
  evaluateTriggers(run, event.startMs);
  const standing = standingOffer(run);
  const amount = fromMinor(standing?.offerMinor ?? 0n, run.model.digits);
  if (standing === null || compare(amount, event.amount) !== 0) {
    const reason = standing === null ? 'no alternate payment is on offer' : 'the amount is not the one on offer';
    run.rejections.push({ id: event.id, atMs: event.startMs, reason });
    return;
  }
  run.boughtOut = true;
  post(run, event.startMs, COLUMN.simpleFlatRate, amount, { kind: 'acceptance', eventId: event.id, eventStartMs: event.startMs });
  const accepted = { ...standing, period: null, atMs: event.startMs, changes: [], offerMinor: null };
  addFiring(run, accepted, standing.entry.acceptedChanges);
  evaluateTriggers(run, event.startMs);
}
