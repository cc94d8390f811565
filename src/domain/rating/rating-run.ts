import type { Rational } from '../../units/rational.ts';
import { type AttributesInForce, NO_ATTRIBUTES } from './attributes.ts';
import type { Boundaries } from './calendar.ts';
import { boundariesOf } from './calendar.ts';
import type { CycleBill } from './cycle-bill.ts';
import { type Cycle, type Figures, type Firing, newCycle, newPeriod, type Period } from './periods.ts';
import type { PreparedModel } from './prepared-model.ts';
import type { RatingObserver } from './rating-observer.ts';
import type { UseEvent } from './usage-history.ts';
import type { Zone } from './zone.ts';

export interface ScopeState {
  period: Period;
  /** Closed periods, newest first, as many as are looked back at. */
  past: readonly Figures[];
  readonly boundaries: Boundaries;
  boundaryIndex: number;
  nextMs: number;
}

/** A use that goes on over a boundary. */
export interface Remainder {
  readonly use: UseEvent;
  readonly leftMs: number;
  readonly cycle: Cycle;
}

/** Integers that say how far the next milestone is, so that most uses need no exact arithmetic. See milestones.ts. */
export interface Distances {
  usesLeft: number;
  msLeft: number;
  spendLeft: number;
  spendPerUse: number;
  spendPerMs: number;
}

/** Everything that changes while one licence is rated. Made by startRun, dropped with its result; nothing of it is shared. */
export interface RatingRun extends Distances {
  readonly model: PreparedModel;
  readonly zone: Zone;
  readonly observer: RatingObserver | null;
  readonly startMs: number;
  readonly untilMs: number;
  readonly instantaneous: boolean;
  readonly cycleBoundaries: Boundaries;
  cycle: Cycle;
  cyclesOpened: number;
  /** Of the cycle and of all scopes. */
  boundariesCrossed: number;
  nextCycleMs: number;
  nextBoundaryMs: number;
  readonly scopes: readonly ScopeState[];
  /** In firing order (I-CHAIN). */
  firings: readonly Firing[];
  attributes: AttributesInForce;
  /** Uses and milliseconds at the attributes in force that are not posted yet: time is accumulated per rate (I-ROUND). */
  pendingUses: number;
  pendingMs: number;
  remainders: Remainder[];
  /** What was charged so far for the uses that carry a quote and go on. */
  readonly quotedCharges: Map<UseEvent, Rational>;
  installmentsPaid: number;
  flatRatePaid: boolean;
  /** Amounts of discountLaterCycle by the index of the cycle they are due in. */
  readonly laterDiscounts: Map<number, Rational>;
  creditMinor: bigint;
  boughtOut: boolean;
  readonly bills: CycleBill[];
  readonly offers: { readonly fromMs: number; readonly amountMinor: bigint }[];
  readonly rejections: { readonly id: string; readonly atMs: number; readonly reason: string }[];
  readonly vendorResults: { readonly atMs: number; readonly name: string; readonly attributes: Readonly<Record<string, string>> }[];
}

export function startRun(model: PreparedModel, zone: Zone, startMs: number, untilMs: number, observer: RatingObserver | null): RatingRun {
  const cycleBoundaries = model.cycle ? boundariesOf(model.cycle, zone, startMs) : () => Number.POSITIVE_INFINITY;
  const scopes = model.scopes.map(({ rule }) => {
    const boundaries = boundariesOf(rule, zone, startMs);
    return { period: newPeriod(), past: [], boundaries, boundaryIndex: 1, nextMs: boundaries(1) };
  });
  return {
    ...{ model, zone, observer, startMs, untilMs, cycleBoundaries, scopes, attributes: NO_ATTRIBUTES },
    ...{ instantaneous: model.cycle?.kind === 'instantaneous', cycle: newCycle(0, startMs), cyclesOpened: 0, boundariesCrossed: 0 },
    ...{ nextCycleMs: Number.POSITIVE_INFINITY, nextBoundaryMs: Number.POSITIVE_INFINITY },
    ...{ usesLeft: 0, msLeft: 0, spendLeft: 0, spendPerUse: 0, spendPerMs: 0, pendingUses: 0, pendingMs: 0 },
    ...{ firings: [], remainders: [], quotedCharges: new Map(), installmentsPaid: 0, flatRatePaid: false },
    ...{ laterDiscounts: new Map(), creditMinor: 0n, boughtOut: false, bills: [], offers: [], rejections: [], vendorResults: [] },
  };
}
