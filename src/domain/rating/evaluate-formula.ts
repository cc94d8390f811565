import { assert } from '../../units/assert.ts';
import { add, divide, larger, multiply, negate, parseRational, type Rational, smaller, subtract } from '../../units/rational.ts';
import type { BinaryOperator, EvaluateFormula, Formula, FormulaEnvironment } from './formula-ast.ts';

/**
 * The value of a formula that parseFormula read, exact: no rounding and no float. Units: money in major units, durations in
 * milliseconds. Invariant: the types were checked when it was parsed.
 * @returns null where it divides by zero (the rule that holds it then has no effect)
 */
export const evaluateFormula: EvaluateFormula = (formula, environment) => reckon(formula, environment);

function reckon(formula: Formula, environment: FormulaEnvironment): Rational | null {
  switch (formula.kind) {
    case 'number':
    case 'money': {
      const value = parseRational(formula.value);
      assert(value !== null, () => `a formula holds ${JSON.stringify(formula.value)} for a number`);
      return value;
    }
    case 'attribute':
      return environment.attribute(formula.name);
    case 'column':
      return environment.column(formula.name, formula.scope);
    case 'negate': {
      const value = reckon(formula.of, environment);
      return value === null ? null : negate(value);
    }
    case 'binary': {
      const left = reckon(formula.left, environment);
      const right = reckon(formula.right, environment);
      return left === null || right === null ? null : combine(formula.operator, left, right);
    }
  }
}

function combine(operator: BinaryOperator, left: Rational, right: Rational): Rational | null {
  switch (operator) {
    case '+':
      return add(left, right);
    case '-':
      return subtract(left, right);
    case '*':
      return multiply(left, right);
    case '/':
      return right.n === 0n ? null : divide(left, right);
    case 'max':
      return larger(left, right);
    case 'min':
      return smaller(left, right);
  }
}
