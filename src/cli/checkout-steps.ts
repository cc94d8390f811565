import { readFileSync } from 'node:fs';
import { limits } from '../limits.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { jsonProblem } from '../wire/json-position.ts';

export interface CheckoutCase {
  readonly id: string | null;
  readonly steps: readonly string[];
  /** Where the steps stand in the file, where each has a line of its own. */
  readonly lines: readonly number[] | null;
}

export interface CheckoutCases {
  readonly cases: readonly CheckoutCase[];
  /** One walk was given by itself, not in a list. */
  readonly single: boolean;
}

type Read = Result<CheckoutCases, Fault<'unreadable' | 'not-json' | 'no-steps'>>;

/** Reads what is to be walked. What begins like JSON is JSON, or a list of JSON objects one a line; everything else is one step a line. */
export function readCheckoutSteps(path: string): Read {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    return fault('unreadable', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const name = path === '-' ? 'standard input' : path;
  if (bytes.length > limits.checkoutStepsBytes) return fault('unreadable', `${name} has ${bytes.length} bytes; steps may have ${limits.checkoutStepsBytes}.`);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  return text.trim() === '' ? fault('no-steps', `${name} is empty.`) : textCases(name, text);
}

function textCases(name: string, text: string): Read {
  if (!/^\s*[[{"]/.test(text)) return ok(plainText(text));
  const problem = jsonProblem(text);
  if (problem === null) return jsonCases(name, JSON.parse(text));
  const ends = linesOf(text);
  const first = ends[0]?.text ?? '';
  const oneALine = ends.length > 1 && /^\{/.test(first) && jsonProblem(first) === null;
  if (!oneALine) return fault('not-json', `${name}, line ${problem.line}, column ${problem.column}: this is no JSON: ${problem.message}.`);
  const cases: CheckoutCase[] = [];
  for (const line of ends) {
    const wrong = jsonProblem(line.text);
    if (wrong !== null) return fault('not-json', `${name}, line ${line.number}, column ${wrong.column}: this is no JSON: ${wrong.message}.`);
    const one = asCase(JSON.parse(line.text));
    if (!one.ok) return fault('no-steps', `${name}, line ${line.number}: ${one.error.message}`);
    cases.push(one.value);
  }
  return ok({ cases, single: false });
}

function linesOf(text: string): readonly { readonly text: string; readonly number: number }[] {
  return text
    .split('\n')
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter((line) => line.text !== '');
}

function plainText(text: string): CheckoutCases {
  const lines = linesOf(text);
  return { cases: [{ id: null, steps: lines.map((line) => line.text), lines: lines.map((line) => line.number) }], single: true };
}

function jsonCases(name: string, value: unknown): Read {
  const list = listIn(value);
  if (typeof list === 'string' || isSteps(list))
    return ok({ cases: [{ id: null, steps: typeof list === 'string' ? [list] : list, lines: null }], single: true });
  if (Array.isArray(list) && list.length === 0) return fault('no-steps', `${name} holds an empty list.`);
  const cases: CheckoutCase[] = [];
  for (const [index, entry] of (Array.isArray(list) ? list : [list]).entries()) {
    const one = asCase(entry);
    if (!one.ok) return fault('no-steps', `${name}${Array.isArray(list) ? `, case ${index + 1}` : ''}: ${one.error.message}`);
    cases.push(one.value);
  }
  return ok({ cases, single: !Array.isArray(list) });
}

function listIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return 'checkout_cases' in value ? value.checkout_cases : 'cases' in value ? value.cases : value;
}

function isSteps(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((step) => typeof step === 'string');
}

function asCase(value: unknown): Result<CheckoutCase, Fault<'no-steps'>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fault('no-steps', 'a case is an object with "steps", such as {"id": "K2", "steps": ["paid"]}.');
  const id = 'id' in value && typeof value.id === 'string' ? value.id : null;
  const called = id === null ? 'it' : id;
  if (!('steps' in value)) return fault('no-steps', `${called} has no "steps"; it has ${Object.keys(value).join(', ') || 'nothing'}.`);
  const steps = typeof value.steps === 'string' ? [value.steps] : value.steps;
  return isSteps(steps) ? ok({ id, steps, lines: null }) : fault('no-steps', `the "steps" of ${called} are no list of words.`);
}
