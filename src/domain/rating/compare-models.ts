import { parseRational, roundHalfUp, subtract, ZERO } from '../../units/rational.ts';
import type { CompiledModel, ExactText } from './compiled-model.ts';
import { describeModel, type ModelFact } from './describe-model.ts';

/** One structural difference of two models: a subject with what it was and what it is; null where it is not there. */
export interface ModelDifference {
  readonly kind: 'added' | 'removed' | 'changed' | 'order';
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  /** The whole as a sentence. */
  readonly words: string;
}

/**
 * What charges differently in `right` than in `left`, in the order of the models (P-26: models can be compared structurally).
 * Empty exactly where both charge the same for every history; ids, descriptions and the spelling of the source are no differences.
 */
export function compareModels(left: CompiledModel, right: CompiledModel): readonly ModelDifference[] {
  const [before, after] = [describeModel(left), describeModel(right)];
  const [was, is] = [bySubject(before), bySubject(after)];
  const removed = before.filter(({ subject }) => !is.has(subject)).map(({ subject, value }) => difference('removed', subject, value, null, ''));
  const changed = after.flatMap((fact) => {
    const earlier = was.get(fact.subject);
    if (earlier === undefined) return [difference('added', fact.subject, null, fact.value, '')];
    return earlier.value === fact.value ? [] : [difference('changed', fact.subject, earlier.value, fact.value, sizeWords(earlier.amount, fact.amount))];
  });
  return [...removed, ...changed, ...orderDifference(before, after, was, is)];
}

function bySubject(facts: readonly ModelFact[]): ReadonlyMap<string, ModelFact> {
  return new Map(facts.map((fact) => [fact.subject, fact]));
}

function difference(kind: ModelDifference['kind'], subject: string, before: string | null, after: string | null, size: string): ModelDifference {
  const given = (value: string | null): string => (value === 'given' ? '' : `: ${value}`);
  const words = {
    added: `${subject} is new${given(after)}`,
    removed: `${subject} is gone${given(before)}`,
    changed: `${subject} was ${before}, and is ${after}${size}`,
    order: `the order of what fires at the same moment changes: ${subject} now comes ${after}`,
  }[kind];
  return { kind, subject, before, after, words };
}

/** Entries that fire at the same moment apply in document order (I-CHAIN), so order is money. */
function orderDifference(
  before: readonly ModelFact[],
  after: readonly ModelFact[],
  was: ReadonlyMap<string, ModelFact>,
  is: ReadonlyMap<string, ModelFact>,
): readonly ModelDifference[] {
  const old = before.filter(({ subject }) => is.has(subject));
  const now = after.filter(({ subject }) => was.has(subject));
  const at = old.findIndex(({ subject }, index) => subject !== now[index]?.subject);
  const [moved, first] = [now[at], old[at]];
  if (moved === undefined || first === undefined) return [];
  return [difference('order', moved.subject, `after ${first.subject}`, `before ${first.subject}`, '')];
}

/** `, 11.1 % more`: one decimal, for reading only. */
function sizeWords(before: ExactText | null, after: ExactText | null): string {
  const [from, to] = [parseRational(before ?? ''), parseRational(after ?? '')];
  if (from === null || to === null || from.n === 0n) return '';
  const change = subtract(to, from);
  if (change.n === ZERO.n) return '';
  const perMille = roundHalfUp((change.n < 0n ? -change.n : change.n) * from.d * 1_000n, change.d * from.n);
  return `, ${perMille / 10n}.${perMille % 10n} % ${change.n < 0n ? 'less' : 'more'}`;
}
