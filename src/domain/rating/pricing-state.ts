import { add, type Rational, rationalText, ZERO } from '../../units/rational.ts';
import { COLUMN_NAMES, COST_COLUMNS, type ColumnIndex, type ColumnName } from './columns.ts';
import type { CycleBill } from './cycle-bill.ts';
import { periodOf, remainingInstallments, subtotalOf } from './figures.ts';
import type { Figures } from './periods.ts';
import type { PreparedModel } from './prepared-model.ts';
import { type LicenceHistory, replayOpen } from './rate-history.ts';
import type { Posting, RatingObserver } from './rating-observer.ts';
import type { RatingRun } from './rating-run.ts';

/** An exact amount in major units, as parseRational reads it. */
type ExactText = string;
export type ColumnTexts = Readonly<Record<ColumnName, ExactText>>;

/** One row of pricing_state_info: the running figures of a scope (document 002, 1.3.2). */
export interface ScopeState {
  readonly scopeId: number;
  readonly columns: ColumnTexts;
  readonly subtotal: ExactText;
  readonly remainingInstallments: number;
  readonly useCount: number;
  readonly usageTimeMs: number;
}

/** What one use added to scope 0. */
export interface UseEntry {
  readonly event: string;
  readonly startMs: number;
  readonly columns: ColumnTexts;
  readonly subtotal: ExactText;
  readonly usageTimeMs: number;
}

/** Everything that the tables of document 002 hold about one licence, at one moment. */
export interface PricingState {
  readonly scopes: readonly ScopeState[];
  readonly entries: readonly UseEntry[];
  readonly bills: readonly CycleBill[];
  readonly installmentsPaid: number;
  readonly pendingDiscounts: readonly { readonly dueCycle: number; readonly amount: ExactText }[];
  readonly firings: readonly { readonly cycle: number; readonly entryNumber: number; readonly scopeId: number; readonly atMs: number }[];
  readonly rateSegments: readonly { readonly cycle: number; readonly ratePerMs: ExactText; readonly ms: number }[];
  readonly offers: readonly { readonly fromMs: number; readonly amountMinor: bigint }[];
  readonly vendorResults: RatingRun['vendorResults'];
  /** When there is something to do without a new event: a cycle or a period of a scope ends. Infinity: never. */
  readonly nextBoundaryMs: number;
}

/** The state after a replay up to history.untilMs; null where there are too many periods. A pure function of the set of events. */
export function pricingStateAt(model: PreparedModel, history: LicenceHistory): PricingState | null {
  const notes = new StateNotes(model);
  const run = replayOpen(model, history, notes);
  if (run === null) return null;
  return {
    scopes: [0, ...model.scopes.map(({ scopeId }) => scopeId)].map((scopeId, index) => scopeState(run, scopeId, periodOf(run, index))),
    entries: notes.entries(),
    bills: run.bills,
    installmentsPaid: run.installmentsPaid,
    pendingDiscounts: [...run.laterDiscounts].map(([dueCycle, amount]) => ({ dueCycle, amount: rationalText(amount) })),
    firings: notes.firings,
    rateSegments: notes.rateSegments(),
    offers: run.offers,
    vendorResults: run.vendorResults,
    nextBoundaryMs: run.nextBoundaryMs,
  };
}

function scopeState(run: RatingRun, scopeId: number, figures: Figures): ScopeState {
  return {
    scopeId,
    columns: columnTexts(figures.columns),
    subtotal: rationalText(subtotalOf(figures)),
    remainingInstallments: remainingInstallments(run),
    useCount: figures.uses,
    usageTimeMs: figures.timeMs,
  };
}

function columnTexts(columns: readonly Rational[]): ColumnTexts {
  return Object.fromEntries(COLUMN_NAMES.map((name, index) => [name, rationalText(columns[index] ?? ZERO)])) as ColumnTexts;
}

interface OpenEntry {
  readonly startMs: number;
  readonly columns: Rational[];
  ms: number;
}

/** Writes down what is charged for which use, which entries fire, and at which rates time passes. */
class StateNotes implements RatingObserver {
  readonly firings: PricingState['firings'][number][] = [];
  readonly #model: PreparedModel;
  readonly #entries = new Map<string, OpenEntry>();
  readonly #segments = new Map<string, { readonly cycle: number; readonly ratePerMs: string; ms: number }>();

  constructor(model: PreparedModel) {
    this.#model = model;
  }

  posted({ cycleIndex, column, amount, reason, attributes }: Posting): void {
    if (!('eventId' in reason)) return;
    const entry = this.#entryOf(reason.eventId, reason.eventStartMs);
    entry.columns[column] = add(entry.columns[column] ?? ZERO, amount);
    if (reason.kind !== 'time') return;
    entry.ms += reason.ms;
    this.#segment(cycleIndex, rationalText(attributes.meteredUseCost.perMs), reason.ms);
  }

  fired(cycle: number, atMs: number, entry: PreparedModel['entries'][number]): void {
    const scopeId = entry.scopeIndex === 0 ? 0 : (this.#model.scopes[entry.scopeIndex - 1]?.scopeId ?? 0);
    this.firings.push({ cycle, entryNumber: entry.ordinal, scopeId, atMs });
  }

  closed(): void {}

  entries(): readonly UseEntry[] {
    return [...this.#entries].map(([event, { startMs, columns, ms }]) => {
      const cost = COLUMN_NAMES.slice(0, COST_COLUMNS).map((_, index) => columns[index as ColumnIndex] ?? ZERO);
      return { event, startMs, columns: columnTexts(columns), subtotal: rationalText(cost.reduce(add, ZERO)), usageTimeMs: ms };
    });
  }

  rateSegments(): PricingState['rateSegments'] {
    return [...this.#segments.values()];
  }

  #entryOf(event: string, startMs: number): OpenEntry {
    const known = this.#entries.get(event);
    if (known) return known;
    const made = { startMs, columns: [], ms: 0 };
    this.#entries.set(event, made);
    return made;
  }

  #segment(cycle: number, ratePerMs: string, ms: number): void {
    const key = `${cycle} ${ratePerMs}`;
    const known = this.#segments.get(key);
    if (known) known.ms += ms;
    else this.#segments.set(key, { cycle, ratePerMs, ms });
  }
}
