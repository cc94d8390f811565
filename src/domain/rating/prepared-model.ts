import { minorDigitsOf } from '../../units/iso-4217.ts';
import { ceiling, fromInteger, multiply, type Rational } from '../../units/rational.ts';
import { type AttributesInForce, exact, NO_ATTRIBUTES, type PreparedChange, prepareAttributes, prepareChange } from './attributes.ts';
import { type CompiledModel, type CycleRule, MILLISECONDS_IN, type Trigger, type TriggerEntry } from './compiled-model.ts';

/** A model made ready for rating: every text read once, every scope and entry numbered. Shared by all licences under the model. */
export interface PreparedModel {
  readonly source: CompiledModel;
  /** Minor digits of the currency. */
  readonly digits: number;
  /** null: cost-free, there is nothing to rate. */
  readonly cycle: CycleRule | null;
  readonly basic: AttributesInForce | null;
  readonly alternate: AttributesInForce | null;
  /** In document order. */
  readonly entries: readonly PreparedEntry[];
  /** Supplemental scopes; scope index 0 is the billing cycle, index i + 1 is scopes[i]. */
  readonly scopes: readonly PreparedScope[];
  readonly scopeIndexes: ReadonlyMap<number, number>;
}

export interface PreparedScope {
  readonly scopeId: number;
  readonly rule: CycleRule;
  /** How many periods back its figures are read: 0, 1, 2 ... */
  readonly periodsBack: number;
}

export interface PreparedEntry {
  /** Its number among all entries of the model. */
  readonly ordinal: number;
  readonly trigger: Trigger;
  readonly source: TriggerEntry;
  readonly scopeIndex: number;
  readonly threshold: Threshold;
  /** What its firing changes, and what the acceptance of its alternate payment does. */
  readonly changes: readonly PreparedChange[];
  readonly acceptedChanges: readonly PreparedChange[];
}

/** Reached when the running figure >= at (I-GE). Time counts in whole milliseconds: a milestone within one is reached at its end. */
export type Threshold =
  | { readonly kind: 'none' }
  | { readonly kind: 'uses'; readonly at: number }
  | { readonly kind: 'time'; readonly atMs: number }
  | { readonly kind: 'money'; readonly at: Rational };

/** @param currency of the account; a model that names amounts has its own */
export function prepareModel(source: CompiledModel, currency: string): PreparedModel {
  const scopes = (source.alternate?.scopes ?? []).map(({ scopeId, cycle, offset }) => ({ scopeId, rule: cycle, periodsBack: -offset }));
  const scopeIndexes = new Map([[0, 0], ...scopes.map(({ scopeId }, index) => [scopeId, index + 1] as const)]);
  const triggers = source.alternate?.triggers ?? [];
  const entries = triggers.flatMap((trigger) => trigger.entries.map((entry) => ({ trigger, source: entry })));
  const costless = source.basic === null && source.alternate === null;
  return {
    source,
    digits: minorDigitsOf(source.currency ?? currency) ?? 2,
    cycle: source.cycle,
    basic: source.basic ? prepareAttributes(source.basic) : costless ? NO_ATTRIBUTES : null,
    alternate: source.alternate ? prepareAttributes(source.alternate.attributes) : null,
    entries: entries.map(({ trigger, source: entry }, ordinal) => ({
      ordinal,
      trigger,
      source: entry,
      scopeIndex: scopeIndexes.get(trigger.scope) ?? 0,
      threshold: thresholdOf(trigger, entry),
      changes: entry.modifications.map(prepareChange),
      acceptedChanges: (entry.alternatePayment?.modifications ?? []).map(prepareChange),
    })),
    scopes,
    scopeIndexes,
  };
}

function thresholdOf(trigger: Trigger, entry: TriggerEntry): Threshold {
  if (entry.condition === null) return { kind: 'none' };
  const value = exact(entry.condition.value);
  if (trigger.type === 'expenditure') return { kind: 'money', at: value };
  if (trigger.type === 'instance') return { kind: 'uses', at: wholeNumber(value) };
  const unitMs = MILLISECONDS_IN[entry.condition.unit ?? 'minutes'];
  return { kind: 'time', atMs: wholeNumber(multiply(value, fromInteger(unitMs))) };
}

/** What lies beyond the safe integers is never reached. */
function wholeNumber(value: Rational): number {
  const whole = Number(ceiling(value));
  return whole <= Number.MAX_SAFE_INTEGER ? whole : Number.POSITIVE_INFINITY;
}
