import { limits } from '../../limits.ts';
import { boundariesOf } from './calendar.ts';
import { civilDate, clampedDay, DAY_MS } from './civil.ts';
import type { PreparedModel } from './prepared-model.ts';
import type { LicenceHistory } from './rate-history.ts';
import type { UseEvent } from './usage-history.ts';
import type { Zone } from './zone.ts';

/** So many uses a month that somebody plans. */
export interface UsagePlan {
  /** The licence begins here, and the first month of the plan. */
  readonly startMs: number;
  readonly zone: Zone;
  readonly months: number;
  readonly usesAMonth: number;
  readonly minutesMs: number;
}

/** The plan as the history it would be: the uses of a month at equal distances, each month from the licence's day to the same day of the next. */
export function planHistory({ startMs, zone, months, usesAMonth, minutesMs }: UsagePlan): LicenceHistory {
  const events: UseEvent[] = [];
  for (let month = 0; month < months; month += 1) {
    const [fromMs, toMs] = [monthsLater(startMs, zone, month), monthsLater(startMs, zone, month + 1)];
    for (let use = 0; use < usesAMonth; use += 1) {
      const useMs = fromMs + Math.floor(((2 * use + 1) * (toMs - fromMs)) / (2 * usesAMonth));
      events.push({ kind: 'use', id: '', startMs: useMs, durationMs: minutesMs, quote: null });
    }
  }
  return { startMs, zone, events, untilMs: monthsLater(startMs, zone, months) };
}

function monthsLater(startMs: number, zone: Zone, months: number): number {
  if (months === 0) return startMs;
  const wallMs = startMs + zone.offsetAt(startMs);
  const days = Math.floor(wallMs / DAY_MS);
  const { year, month, day } = civilDate(days);
  return zone.instantOf(clampedDay(year, month + months, day) * DAY_MS + wallMs - days * DAY_MS);
}

/**
 * The close of the cycle that is under way at `untilMs`: only there the last use is billed, so only there models with different cycles
 * can be told apart. `untilMs` itself where a cycle closes then, where none is open, and where none ever closes.
 */
export function nextCloseMs({ cycle }: PreparedModel, { startMs, zone, untilMs }: LicenceHistory): number {
  if (cycle === null || cycle.kind === 'instantaneous' || untilMs <= startMs) return untilMs;
  const boundary = boundariesOf(cycle, zone, startMs);
  let index = 1;
  let closeMs = boundary(index);
  while (closeMs < untilMs && index <= limits.ratedPeriods) {
    index += 1;
    closeMs = boundary(index);
  }
  return closeMs >= untilMs && Number.isFinite(closeMs) ? closeMs : untilMs;
}
