import { ATTRIBUTE_NAMES, type AttributeName, type BinaryOperator, type FormulaType, STATE_COLUMNS, type StateColumn } from './formula-ast.ts';

const WORDS: Readonly<Record<BinaryOperator, string>> = {
  '+': 'added to',
  '-': 'the other side of minus from',
  '*': 'multiplied by',
  '/': 'divided by',
  max: 'compared with',
  min: 'compared with',
};

/** Other spellings of the same column in document 002. */
const COLUMN_ALIASES: Readonly<Record<string, StateColumn>> = {
  sub_total: 'subtotal',
  simple_flat_rate: 'simple_flat_rate_cost',
  pre_paid_billing_cycle_use_cost: 'pre_paid_billing_cycle_cost',
};

export function stateColumnNamed(name: string): StateColumn | null {
  if (Object.hasOwn(STATE_COLUMNS, name)) return name as StateColumn;
  return Object.hasOwn(COLUMN_ALIASES, name) ? (COLUMN_ALIASES[name] ?? null) : null;
}

export function attributeNamed(name: string): AttributeName | null {
  return ATTRIBUTE_NAMES.find((known) => known === name) ?? null;
}

/**
 * The type of `left operator right`, or words on why there is none (P-24). Money and money can be added, subtracted, compared and
 * divided; money and a number multiplied and divided; durations divided and compared. Nothing else, so that no unit is ever guessed.
 */
export function typeOfBinary(operator: BinaryOperator, left: FormulaType, right: FormulaType): FormulaType | { readonly problem: string } {
  const same = left === right;
  switch (operator) {
    case 'max':
    case 'min':
      if (same) return left;
      break;
    case '+':
    case '-':
      if (same && left !== 'duration') return left;
      break;
    case '*':
      if (left === 'number' && right !== 'duration') return right;
      if (left === 'money' && right === 'number') return 'money';
      break;
    case '/':
      if (same) return 'number';
      if (left === 'money' && right === 'number') return 'money';
      break;
  }
  return { problem: `${article(left)} can not be ${WORDS[operator]} ${article(right)}` };
}

export function article(type: FormulaType): string {
  return type === 'money' ? 'an amount of money' : `a ${type}`;
}
