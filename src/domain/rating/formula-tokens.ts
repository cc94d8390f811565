import { err, ok, type Result } from '../../units/result.ts';
import { FORMULA_CHARACTERS_MAX } from './formula-ast.ts';

/** Where a formula is wrong and what to do; `column` counts from 1 within the text of the formula. */
export interface FormulaFault {
  readonly code: 'formula-syntax' | 'formula-name' | 'formula-type' | 'formula-currency' | 'formula-too-large';
  readonly column: number;
  readonly message: string;
}

export interface FormulaToken {
  readonly kind: 'number' | 'name' | 'sign' | 'end';
  readonly text: string;
  readonly column: number;
}

const BLANK = /[ \t\r\n]+/y;
const PIECES: readonly { readonly kind: FormulaToken['kind']; readonly pattern: RegExp }[] = [
  { kind: 'number', pattern: /\d+(?:\.\d+)?|\.\d+/y },
  { kind: 'name', pattern: /[A-Za-z_][A-Za-z0-9_]*/y },
  { kind: 'sign', pattern: /[-+*/(),[\]]/y },
];
/** More digits than any price has, and few enough to compute with at once. */
const DIGITS_MAX = 30;

/**
 * Cuts a formula into tokens, blanks dropped (A-18: the document prints them freely).
 * @returns the tokens with an `end` behind them; or the first character that belongs to no formula
 */
export function formulaTokens(text: string): Result<readonly FormulaToken[], FormulaFault> {
  if (text.length > FORMULA_CHARACTERS_MAX) {
    const message = `the formula has ${text.length} characters; at most ${FORMULA_CHARACTERS_MAX} are taken: write it shorter`;
    return err({ code: 'formula-too-large', column: FORMULA_CHARACTERS_MAX + 1, message });
  }
  const tokens: FormulaToken[] = [];
  let offset = skipBlanks(text, 0);
  while (offset < text.length) {
    const token = tokenAt(text, offset);
    if (token === null) {
      const message = `${JSON.stringify(text[offset])} has no place in a formula; it takes numbers, names, + - * / ( ) [ ] and commas`;
      return err({ code: 'formula-syntax', column: offset + 1, message });
    }
    if (token.kind === 'number' && token.text.length > DIGITS_MAX) {
      return err({ code: 'formula-too-large', column: offset + 1, message: `a number here has at most ${DIGITS_MAX} digits` });
    }
    tokens.push(token);
    offset = skipBlanks(text, offset + token.text.length);
  }
  tokens.push({ kind: 'end', text: '', column: text.length + 1 });
  return ok(tokens);
}

function tokenAt(text: string, offset: number): FormulaToken | null {
  for (const { kind, pattern } of PIECES) {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { kind, text: found, column: offset + 1 };
  }
  return null;
}

function skipBlanks(text: string, offset: number): number {
  BLANK.lastIndex = offset;
  return offset + (BLANK.exec(text)?.[0].length ?? 0);
}
