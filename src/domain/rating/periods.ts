import { type Rational, ZERO } from '../../units/rational.ts';
import type { ResolvedChange } from './attributes.ts';
import { ALL_COLUMNS, type Amounts } from './columns.ts';
import type { PreparedEntry } from './prepared-model.ts';

/** Running figures of a period: of the billing cycle or of a supplemental scope (I-SCOPE). Written by posting.ts only. */
export interface Figures {
  readonly columns: Amounts;
  uses: number;
  timeMs: number;
}

/** A period under way: its entries fire at most once in it, and their effects end with it (I-LATCH). */
export interface Period extends Figures {
  readonly fired: Set<number>;
}

export interface Cycle extends Period {
  /** 0, 1, 2 ...: what `cyclesLater` counts. */
  readonly index: number;
  readonly startMs: number;
  /** Shares that were paid at the opening; the rest of each attribute is due at the close. */
  openingShare: { billingCycle: Rational; installment: Rational; simpleFlatRate: Rational };
  installmentOpened: boolean;
  flatRateOpened: boolean;
  /** Milliseconds left of the units bought in advance. */
  bundleMs: number;
  /** Discounts by formula, waiting for the close (I-LAZY). */
  readonly waiting: PreparedEntry[];
  readonly promotions: { readonly type: string; readonly value: string }[];
}

/** An entry that fired, or an accepted offer: `period` null lasts for the licence (ruling 42). */
export interface Firing {
  readonly entry: PreparedEntry;
  readonly period: Period | null;
  readonly scopeIndex: number;
  readonly atMs: number;
  readonly changes: readonly ResolvedChange[];
  /** Minor units; null: no alternate payment. */
  readonly offerMinor: bigint | null;
}

export function newPeriod(): Period {
  return { columns: new Array<Rational>(ALL_COLUMNS).fill(ZERO), uses: 0, timeMs: 0, fired: new Set() };
}

export function newCycle(index: number, startMs: number): Cycle {
  return {
    ...newPeriod(),
    index,
    startMs,
    openingShare: { billingCycle: ZERO, installment: ZERO, simpleFlatRate: ZERO },
    installmentOpened: false,
    flatRateOpened: false,
    bundleMs: 0,
    waiting: [],
    promotions: [],
  };
}
