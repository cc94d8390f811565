import { add, type Rational, roundToMinor, ZERO } from '../../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { AttributesInForce } from './attributes.ts';
import { standingOffer } from './offers.ts';
import type { PreparedModel } from './prepared-model.ts';
import { type LicenceHistory, type RatingFault, rateHistory, replayOpen } from './rate-history.ts';

/** What one more use will cost, and what is on offer, before anything is confirmed (P-26, ruling 10). */
export interface UseQuote {
  /** For the use itself, whole minor units: a ceiling, as the use carries it as its quote (ruling 11). */
  readonly priceMinor: bigint;
  readonly exact: Rational;
  /** In force at its start. */
  readonly attributes: AttributesInForce;
  /** An alternate payment that may be accepted then; null: none. */
  readonly offerMinor: bigint | null;
}

/** A use that ids of records cannot hit: it begins with a character that they never hold. */
const PLANNED = '\u0000planned';

/**
 * Rates the history with one planned use more, and takes what is posted for that use: milestones on the way are seen, charges of the
 * cycle are not part of it.
 * @param history untilMs is not read; events after the planned start count as not yet known
 */
export function quoteUse(model: PreparedModel, history: LicenceHistory, startMs: number, durationMs: number): Result<UseQuote, Fault<RatingFault>> {
  const open = replayOpen(model, { ...history, events: knownAt(history, startMs), untilMs: startMs });
  if (open === null) return fault('too-many-periods', 'the model has too many periods before the planned use');
  const price = priceUse(model, history, startMs, durationMs);
  if (!price.ok) return price;
  const offerMinor = standingOffer(open)?.offerMinor ?? null;
  return ok({ ...price.value, attributes: open.attributes, offerMinor });
}

/** The price of it alone, at half the work. */
export function priceUse(
  model: PreparedModel,
  history: LicenceHistory,
  startMs: number,
  durationMs: number,
): Result<Pick<UseQuote, 'priceMinor' | 'exact'>, Fault<RatingFault>> {
  const planned = { kind: 'use', id: PLANNED, startMs, durationMs, quote: null } as const;
  let exact = ZERO;
  const watch = {
    posted: ({ reason, amount }: { readonly reason: { readonly kind: string; readonly eventId?: string }; readonly amount: Rational }) => {
      if ((reason.kind === 'use' || reason.kind === 'time') && reason.eventId === PLANNED) exact = add(exact, amount);
    },
    fired: () => {},
    closed: () => {},
  };
  const events = [...knownAt(history, startMs), planned];
  const rated = rateHistory(model, { ...history, events, untilMs: startMs + durationMs + 1 }, watch);
  return rated.ok ? ok({ priceMinor: roundToMinor(exact, model.digits), exact }) : rated;
}

function knownAt({ events }: LicenceHistory, startMs: number): LicenceHistory['events'] {
  return events.filter((event) => event.startMs < startMs);
}
