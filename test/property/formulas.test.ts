import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateFormula } from '../../src/domain/rating/evaluate-formula.ts';
import type { BinaryOperator, Formula } from '../../src/domain/rating/formula-ast.ts';
import { parseFormula } from '../../src/domain/rating/parse-formula.ts';
import { writeFormula } from '../../src/domain/rating/write-formula.ts';
import { rational, rationalText } from '../../src/units/rational.ts';

const context = { currency: 'USD', scopes: [1, 2], yields: 'money' } as const;
/** Figures that are exact as floats too, none of them 0. */
const RATE = 19.75;
const FIGURE: Readonly<Record<string, number>> = { use_count: 8, subtotal: 12.5, usage_time: 90_000 };
const environment = {
  attribute: () => rational(79n, 4n),
  column: (name: string, scope: number) => rational(BigInt((FIGURE[name] ?? 0) * 4 * (scope + 1)), 4n),
};

/** A formula beside what floating point makes of it, composed apart from our evaluator. */
interface Pair {
  readonly formula: Formula;
  readonly float: number;
}

const FLOATS: Readonly<Record<BinaryOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  max: Math.max,
  min: Math.min,
};

const binary = (operator: BinaryOperator, left: Pair, right: Pair): Pair => ({
  formula: { kind: 'binary', operator, left: left.formula, right: right.formula },
  float: FLOATS[operator](left.float, right.float),
});
const negated = ({ formula, float }: Pair): Pair => ({ formula: { kind: 'negate', of: formula }, float: -float });
const column = (name: 'use_count' | 'subtotal' | 'usage_time'): fc.Arbitrary<Pair> =>
  fc.constantFrom(0, 1, 2).map((scope) => ({ formula: { kind: 'column', name, scope }, float: (FIGURE[name] ?? 0) * (scope + 1) }));
const amount = fc.integer({ min: 1, max: 4_000 }).map((quarters) => ({ text: rationalText(rational(BigInt(quarters), 4n)), float: quarters / 4 }));

const typed = fc.letrec<{ number: Pair; money: Pair }>((tie) => {
  const of = (operators: readonly BinaryOperator[], left: fc.Arbitrary<Pair>, right: fc.Arbitrary<Pair>): fc.Arbitrary<Pair> =>
    fc.tuple(fc.constantFrom(...operators), left, right).map(([operator, one, other]) => binary(operator, one, other));
  const [number, money] = [tie('number'), tie('money')];
  return {
    number: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      amount.map(({ text, float }): Pair => ({ formula: { kind: 'number', value: text }, float })),
      column('use_count'),
      of(['+', '-', '*', '/', 'max', 'min'], number, number),
      of(['/'], money, money),
      of(['/'], column('usage_time'), column('usage_time')),
    ),
    money: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      amount.map(({ text, float }): Pair => ({ formula: { kind: 'money', value: text, currency: 'USD' }, float })),
      fc.constant<Pair>({ formula: { kind: 'attribute', name: 'billingCycleCost' }, float: RATE }),
      column('subtotal'),
      money.map(negated),
      of(['+', '-', 'max', 'min'], money, money),
      of(['*', '/'], money, number),
      of(['*'], number, money),
    ),
  };
});

test('what is written reads back the same', () => {
  fc.assert(
    fc.property(typed.money, ({ formula }) => {
      const text = writeFormula(formula);
      fc.pre(text.length <= 1_000);
      expect(parseFormula(text, context)).toEqual({ ok: true, value: formula });
    }),
  );
});

test('the exact value is what floating point comes close to', () => {
  fc.assert(
    fc.property(typed.money, ({ formula, float }) => {
      const value = evaluateFormula(formula, environment);
      // Where a difference cancels out, floats keep nothing of it: those say nothing about ours.
      fc.pre(value !== null && Number.isFinite(float) && Math.abs(float) > 1e-6 && Math.abs(float) < 1e12);
      if (value === null) return;
      const digits = 10n ** 12n;
      const ours = Number((value.n * digits) / value.d) / Number(digits);
      expect(Math.abs(ours - float)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(float)));
    }),
    // A fixed seed: somewhere a cancellation worse than these would fail floating point, not us.
    { seed: 20_261, numRuns: 3_000 },
  );
});

test('any text at all is read or refused, with a column inside it', () => {
  const piece = fc.constantFrom('USD(', '1', '.5', ')', '(', '[1]', 'use_count', 'subtotal', '+', '-', '*', '/', 'max(', ',', ' ', 'x', '$');
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (formula) => {
      const parsed = parseFormula(formula, context);
      if (!parsed.ok) expect(parsed.error.column).toSatisfy((column: number) => column >= 1 && column <= formula.length + 1);
    }),
    { numRuns: 1_000 },
  );
});
