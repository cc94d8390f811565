import { minorDigitsOf } from '../../units/iso-4217.ts';
import { parseRational, rationalText, ZERO } from '../../units/rational.ts';
import { err, ok, type Result } from '../../units/result.ts';
import { type BinaryOperator, FORMULA_DEPTH_MAX, type Formula, type FormulaType, STATE_COLUMNS } from './formula-ast.ts';
import { type FormulaFault, type FormulaToken, formulaTokens } from './formula-tokens.ts';
import { article, attributeNamed, stateColumnNamed, typeOfBinary } from './formula-types.ts';

/** What a formula may name: the currency of its model, and the scopes that it declares; scope 0 always exists. */
export interface FormulaContext {
  readonly currency: string;
  readonly scopes: readonly number[];
  /** What the place of the formula needs: a rate, a discount and a buyout are all money. */
  readonly yields: FormulaType;
}

/**
 * Reads a formula (P-24) by recursive descent, and checks types as it goes; nothing is ever evaluated here.
 *
 * ```
 * expr = term {(+|-) term}      term = factor {(*|/) factor}
 * factor = number | CUR(number) | name['['scope']'] | max(list) | min(list) | (expr) | -factor
 * ```
 * @returns plain data of at most FORMULA_DEPTH_MAX levels, or the first fault with its column
 */
export function parseFormula(text: string, context: FormulaContext): Result<Formula, FormulaFault> {
  const tokens = formulaTokens(text);
  if (!tokens.ok) return tokens;
  const reader = new FormulaReader(tokens.value, context);
  try {
    return ok(reader.whole());
  } catch (fault) {
    if (fault instanceof Stop) return err(fault.fault);
    throw fault;
  }
}

/** Leaves the descent at the first fault; never leaves this file. */
class Stop extends Error {
  readonly fault: FormulaFault;
  constructor(fault: FormulaFault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Typed {
  readonly formula: Formula;
  readonly type: FormulaType;
  readonly depth: number;
}

const LEAF = 1;

class FormulaReader {
  readonly #tokens: readonly FormulaToken[];
  readonly #context: FormulaContext;
  #next = 0;
  /** Calls of ours within each other; bounds our own stack, where the depth of the result bounds that of its readers. */
  #nesting = 0;

  constructor(tokens: readonly FormulaToken[], context: FormulaContext) {
    this.#tokens = tokens;
    this.#context = context;
  }

  whole(): Formula {
    const { formula, type } = this.#expression();
    const rest = this.#peek();
    if (rest.kind !== 'end') this.#stop('formula-syntax', rest, `${JSON.stringify(rest.text)} is one too many here; put an operator before it, or take it out`);
    const { yields } = this.#context;
    if (type !== yields) {
      const start = this.#tokens[0] ?? rest;
      this.#stop('formula-type', start, `the formula yields ${article(type)}; ${article(yields)} is needed here: ${this.#remedy()}`);
    }
    return formula;
  }

  #remedy(): string {
    return this.#context.yields === 'money' ? `write amounts as ${this.#context.currency}(0.10)` : 'divide by something of its own kind';
  }

  #expression(): Typed {
    let left = this.#term();
    for (let sign = this.#take('+', '-'); sign !== null; sign = this.#take('+', '-')) left = this.#join(sign, left, this.#term());
    return left;
  }

  #term(): Typed {
    let left = this.#factor();
    for (let sign = this.#take('*', '/'); sign !== null; sign = this.#take('*', '/')) left = this.#join(sign, left, this.#factor());
    return left;
  }

  #factor(): Typed {
    const token = this.#peek();
    this.#nesting += 1;
    if (this.#nesting > FORMULA_DEPTH_MAX) this.#tooDeep(token);
    const factor = this.#anyFactor(token);
    this.#nesting -= 1;
    return factor;
  }

  #anyFactor(token: FormulaToken): Typed {
    this.#next += 1;
    if (token.kind === 'number') return { formula: { kind: 'number', value: exact(token.text) }, type: 'number', depth: LEAF };
    if (token.kind === 'name') return this.#named(token);
    if (token.text === '-') {
      const { formula, type, depth } = this.#factor();
      return this.#bounded(token, { formula: { kind: 'negate', of: formula }, type, depth: depth + 1 });
    }
    if (token.text === '(') {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    const found = token.kind === 'end' ? 'the formula ends' : `${JSON.stringify(token.text)} stands`;
    return this.#stop('formula-syntax', token, `${found} where a number, an amount, a name or "(" is needed`);
  }

  #named(name: FormulaToken): Typed {
    const call = this.#peek().text === '(';
    if (call && (name.text === 'max' || name.text === 'min')) return this.#extreme(name, name.text);
    if (call) return this.#amount(name);
    const attribute = attributeNamed(name.text);
    if (attribute !== null) return { formula: { kind: 'attribute', name: attribute }, type: 'money', depth: LEAF };
    const column = stateColumnNamed(name.text);
    if (column === null) {
      const known = 'a billing attribute (billingCycleCost), a column of the state (use_count, subtotal), max, min, or a currency as in USD(0.10)';
      return this.#stop('formula-name', name, `there is no ${JSON.stringify(name.text)}; a name is ${known}`);
    }
    return { formula: { kind: 'column', name: column, scope: this.#scope() }, type: STATE_COLUMNS[column], depth: LEAF };
  }

  #scope(): number {
    if (this.#take('[') === null) return 0;
    const token = this.#peek();
    if (!/^\d{1,9}$/.test(token.text)) this.#stop('formula-syntax', token, 'a scope is a whole number in brackets: use_count[1]');
    this.#next += 1;
    const scope = Number(token.text);
    if (scope !== 0 && !this.#context.scopes.includes(scope)) {
      this.#stop('formula-name', token, `the model declares no scope ${scope}; add a billingHistoryEntry with scopeID="${scope}", or use 0`);
    }
    this.#expect(']');
    return scope;
  }

  #extreme(name: FormulaToken, operator: 'max' | 'min'): Typed {
    this.#expect('(');
    let left = this.#expression();
    if (this.#peek().text !== ',') this.#stop('formula-syntax', this.#peek(), `${operator} compares at least two things: ${operator}(a, b)`);
    for (let comma = this.#take(','); comma !== null; comma = this.#take(',')) left = this.#join({ ...name, text: operator }, left, this.#expression());
    this.#expect(')');
    return left;
  }

  #amount(name: FormulaToken): Typed {
    const { currency } = this.#context;
    if (minorDigitsOf(name.text) === null) {
      this.#stop('formula-name', name, `there is no function and no currency ${JSON.stringify(name.text)}; there are max, min and ${currency}(0.10)`);
    }
    if (name.text !== currency) {
      this.#stop('formula-currency', name, `the model is in ${currency} and its formula in ${name.text}; a model has one currency (A-36)`);
    }
    this.#expect('(');
    const value = this.#peek();
    if (value.kind !== 'number') this.#stop('formula-syntax', value, `an amount is a plain number: ${currency}(0.10); a negative one is -${currency}(0.10)`);
    this.#next += 1;
    this.#expect(')');
    return { formula: { kind: 'money', value: exact(value.text), currency }, type: 'money', depth: LEAF };
  }

  #join(sign: FormulaToken, left: Typed, right: Typed): Typed {
    const operator = sign.text as BinaryOperator;
    const type = typeOfBinary(operator, left.type, right.type);
    if (typeof type !== 'string') return this.#stop('formula-type', sign, type.problem);
    if (operator === '/' && isZero(right.formula)) this.#stop('formula-type', sign, 'this divides by 0');
    const depth = Math.max(left.depth, right.depth) + 1;
    return this.#bounded(sign, { formula: { kind: 'binary', operator, left: left.formula, right: right.formula }, type, depth });
  }

  #bounded(token: FormulaToken, typed: Typed): Typed {
    if (typed.depth > FORMULA_DEPTH_MAX) this.#tooDeep(token);
    return typed;
  }

  #tooDeep(token: FormulaToken): never {
    return this.#stop('formula-too-large', token, `the formula nests deeper than ${FORMULA_DEPTH_MAX} levels; write it shorter`);
  }

  #peek(): FormulaToken {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', column: 1 };
  }

  #take(...signs: readonly string[]): FormulaToken | null {
    const token = this.#peek();
    if (token.kind !== 'sign' || !signs.includes(token.text)) return null;
    this.#next += 1;
    return token;
  }

  #expect(sign: string): void {
    if (this.#take(sign) === null) this.#stop('formula-syntax', this.#peek(), `a ${JSON.stringify(sign)} is missing here`);
  }

  #stop(code: FormulaFault['code'], token: FormulaToken, message: string): never {
    throw new Stop({ code, column: token.column, message });
  }
}

function exact(text: string): string {
  return rationalText(parseRational(text) ?? ZERO);
}

function isZero(formula: Formula): boolean {
  return (formula.kind === 'number' || formula.kind === 'money') && formula.value === '0';
}
