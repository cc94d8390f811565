import type { Fault } from '../../units/result.ts';
import { ok, type Result } from '../../units/result.ts';
import type { PreparedModel } from './prepared-model.ts';
import { priceUse } from './quote-use.ts';
import { type RatingFault, rateHistory } from './rate-history.ts';
import type { HistoryEvent } from './usage-history.ts';
import type { Zone } from './zone.ts';

/** A use that is about to be made, and all that its price hangs on. Times in milliseconds since 1970. */
export interface PlannedPlay {
  /**
   * True: under a licence that goes on, whose cycles are billed beside it. False: the play is a licence of its own, as for a payer in
   * coins, and everything that the model charges is charged with it (ruling 5).
   */
  readonly standing: boolean;
  /** When the licence began; a play of its own begins one. */
  readonly licenceStartMs: number;
  readonly zone: Zone;
  /** What happened under the licence, as far as it is known. */
  readonly events: readonly HistoryEvent[];
  readonly atMs: number;
  /** Of what is sold: a free intro is not metered. */
  readonly durationMs: number;
}

/** What a play costs if it is heard whole: a ceiling, whole minor units, never negative (rulings 10, 11). Box and headend both ask this. */
export function quotePlay(model: PreparedModel, play: PlannedPlay): Result<bigint, Fault<RatingFault>> {
  const { zone, atMs, durationMs } = play;
  if (!play.standing) {
    const use = { kind: 'use', id: '', startMs: atMs, durationMs, quote: null } as const;
    const rated = rateHistory(model, { startMs: atMs, zone, events: [use], untilMs: atMs + durationMs + 1 });
    return rated.ok ? ok(rated.value.totalDueMinor) : rated;
  }
  const history = { startMs: play.licenceStartMs, zone, events: play.events, untilMs: atMs };
  const quoted = priceUse(model, history, atMs, durationMs);
  if (!quoted.ok) return quoted;
  return ok(quoted.value.priceMinor > 0n ? quoted.value.priceMinor : 0n);
}

/** The cycle that lets a payer in coins be billed at once (ruling 5); a cost-free model has nothing to bill. */
export function isForCoins(model: Pick<PreparedModel, 'cycle'>): boolean {
  return model.cycle === null || model.cycle.kind === 'instantaneous';
}
