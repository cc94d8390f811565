import { describe, expect, test } from 'vitest';
import { evaluateFormula } from '../../../../src/domain/rating/evaluate-formula.ts';
import type { AttributeName, Formula, FormulaType, StateColumn } from '../../../../src/domain/rating/formula-ast.ts';
import { type FormulaContext, parseFormula } from '../../../../src/domain/rating/parse-formula.ts';
import { parseRational, type Rational, rationalText, ZERO } from '../../../../src/units/rational.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';

const context: FormulaContext = { currency: 'USD', scopes: [1], yields: 'money' };
const as = (yields: FormulaType): FormulaContext => ({ ...context, yields });

const FIGURES: Readonly<Record<string, string>> = {
  use_count: '7',
  'use_count[1]': '40',
  subtotal: '9.95',
  'subtotal[1]': '59.85',
  billingCycleCost: '19.95',
  usage_time: '90000',
  'usage_time[1]': '360000',
};
const figure = (name: string): Rational => parseRational(FIGURES[name] ?? '0') ?? ZERO;
const environment = {
  attribute: (name: AttributeName) => figure(name),
  column: (name: StateColumn, scope: number) => figure(scope === 0 ? name : `${name}[${scope}]`),
};

function read(text: string, given: FormulaContext = context): Formula {
  const parsed = parseFormula(text, given);
  if (!parsed.ok) throw new Error(`${parsed.error.column}: ${parsed.error.message}`);
  return parsed.value;
}

function value(text: string, given?: FormulaContext): string | null {
  const result = evaluateFormula(read(text, given), environment);
  return result === null ? null : rationalText(result);
}

function faultOf(text: string, given: FormulaContext = context): { readonly code: string; readonly column: number } {
  const parsed = parseFormula(text, given);
  if (parsed.ok) throw new Error(`${text} was accepted`);
  return { code: parsed.error.code, column: parsed.error.column };
}

describe('the formula language', () => {
  test('reads both formulas that document 002 prints, blanks and all', () => {
    expect(value(' use_count * USD(0.10)')).toBe('0.7');
    expect(value('max (billingCycleCost - (sub_total[1] * 0.02), USD(17.95))')).toBe('18.753');
  });

  test.each([
    ['USD(1) + USD(2) * 3', '7'],
    ['(USD(1) + USD(2)) * 3', '9'],
    ['USD(10) - USD(3) - USD(2)', '5'],
    ['USD(12) / 2 / 3', '2'],
    ['USD(1) / 3', '1/3'],
    ['-USD(.5) + subtotal', '9.45'],
    ['min(USD(3), USD(1), USD(2))', '1'],
    ['USD(1) * (subtotal[1] / subtotal)', rationalText(parseRational('5985/995') ?? ZERO)],
    ['USD(8) * (usage_time / usage_time[1])', '2'],
    ['USD(4) * max(use_count, use_count[1])', '160'],
  ])('%s is %s, exactly', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test.each([
    ['use_count + USD(1)', 'formula-type', 11],
    ['USD(1) * USD(1)', 'formula-type', 8],
    ['2 / USD(1)', 'formula-type', 3],
    ['usage_time * 2', 'formula-type', 12],
    ['max(use_count, USD(1))', 'formula-type', 1],
    ['use_count', 'formula-type', 1],
    ['USD(1) / 0', 'formula-type', 8],
    ['EUR(1)', 'formula-currency', 1],
    ['usd(1)', 'formula-name', 1],
    ['process.exit(1)', 'formula-syntax', 8],
    ['constructor', 'formula-name', 1],
    ['hasOwnProperty(1)', 'formula-name', 1],
    ['subtotal[2]', 'formula-name', 10],
    ['subtotal[-1]', 'formula-syntax', 10],
    ['billingCycleCost[1]', 'formula-syntax', 17],
    ['USD(1) USD(2)', 'formula-syntax', 8],
    ['USD(1', 'formula-syntax', 6],
    ['USD(-1)', 'formula-syntax', 5],
    ['max(USD(1))', 'formula-syntax', 11],
    ['$1', 'formula-syntax', 1],
    ['USD(1) + ', 'formula-syntax', 10],
    ['', 'formula-syntax', 1],
    ['1e400', 'formula-syntax', 2],
  ])('refuses %j as %s at column %i', (text, code, column) => {
    expect(faultOf(text)).toEqual({ code, column });
  });

  test('may yield a number or a duration only where one is asked for', () => {
    expect(value('use_count / 2', as('number'))).toBe('3.5');
    expect(value('max(usage_time, usage_time[1])', as('duration'))).toBe('360000');
    expect(faultOf('usage_time', as('number')).code).toBe('formula-type');
  });

  test('has no value where it divides by a figure that is zero', () => {
    expect(value('USD(1) / (use_count - 7)')).toBeNull();
  });

  test('is bounded in length and in depth, however it nests', () => {
    const deep = 100_000;
    for (const text of ['('.repeat(deep), '-'.repeat(deep), 'max('.repeat(deep)]) expect(faultOf(text).code).toBe('formula-too-large');
    expect(faultOf(`${'('.repeat(21)}USD(1)${')'.repeat(21)}`).code).toBe('formula-too-large');
    expect(faultOf(`USD(1)${' + USD(1)'.repeat(20)}`).code).toBe('formula-too-large');
    expect(faultOf(`USD(${'1'.repeat(31)})`).code).toBe('formula-too-large');
    expect(value(`USD(1)${' + USD(1)'.repeat(19)}`)).toBe('20');
  });

  test('is the same plain data however it is spaced and its numbers are written', () => {
    expect(canonicalJson(read('use_count*USD(00.10)'))).toBe(canonicalJson(read(' use_count  *  USD( 0.1 ) ')));
  });
});
