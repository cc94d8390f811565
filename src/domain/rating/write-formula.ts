import type { Formula } from './formula-ast.ts';

/** A formula as text that parseFormula reads back to the same data: every operation in its own parentheses. */
export function writeFormula(formula: Formula): string {
  switch (formula.kind) {
    case 'number':
      return formula.value;
    case 'money':
      return `${formula.currency}(${formula.value})`;
    case 'attribute':
      return formula.name;
    case 'column':
      return formula.scope === 0 ? formula.name : `${formula.name}[${formula.scope}]`;
    case 'negate':
      return `-(${writeFormula(formula.of)})`;
    case 'binary': {
      const [left, right] = [writeFormula(formula.left), writeFormula(formula.right)];
      const named = formula.operator === 'max' || formula.operator === 'min';
      return named ? `${formula.operator}(${left}, ${right})` : `(${left} ${formula.operator} ${right})`;
    }
  }
}
