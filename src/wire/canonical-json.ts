import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';

/** What canonical JSON can hold here: numbers are safe integers only; amounts travel as decimal text. */
export type CanonicalValue = null | boolean | number | string | readonly CanonicalValue[] | { readonly [key: string]: CanonicalValue };
export type CanonicalFault = 'too-large' | 'not-json' | 'not-canonical';

const DEPTH_MAX = 32;

/**
 * Writes a value the one way RFC 8785 (JSON Canonicalization Scheme) allows: keys sorted by UTF-16 code units, no white space.
 * What is signed and hashed is this very text. Members whose value is undefined are left out, as JSON.stringify does.
 *
 * Departure: fractions, numbers beyond 2^53 and lone surrogates are refused (an invariant of the caller), because other
 * languages write them differently.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/**
 * Reads text that claims to be canonical; anything that would be written differently is refused, so that one value has one hash.
 * @param maxCharacters refuses longer text before parsing it
 */
export function parseCanonicalJson(text: string, maxCharacters: number): Result<CanonicalValue, Fault<CanonicalFault>> {
  if (text.length > maxCharacters) return fault('too-large', `JSON of ${text.length} characters; at most ${maxCharacters} are taken`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('not-json', 'the text is not JSON; send canonical JSON');
  }
  const problem = problemOf(value, 0);
  if (problem !== null) return fault('not-canonical', problem);
  if (write(value, 0) !== text) return fault('not-canonical', 'the JSON is not in canonical form (RFC 8785); sort its keys and drop white space');
  return ok(value as CanonicalValue);
}

function write(value: unknown, depth: number): string {
  assert(depth <= DEPTH_MAX, () => `canonical JSON nests deeper than ${DEPTH_MAX}`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    assert(Number.isSafeInteger(value), () => `canonical JSON holds safe integers only, not ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    assert(value.isWellFormed(), 'canonical JSON holds well-formed text only');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item: unknown) => write(item, depth + 1)).join(',')}]`;
  assert(typeof value === 'object', () => `canonical JSON cannot hold a ${typeof value}`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return `{${members.map(([key, member]) => `${write(key, depth + 1)}:${write(member, depth + 1)}`).join(',')}}`;
}

function problemOf(value: unknown, depth: number): string | null {
  if (depth > DEPTH_MAX) return `the JSON nests deeper than ${DEPTH_MAX}`;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? null : 'the JSON holds a number that is not a safe integer';
  if (typeof value === 'string') return value.isWellFormed() ? null : 'the JSON holds broken text';
  if (Array.isArray(value)) return firstProblem(value, depth);
  if (value !== null && typeof value === 'object') return firstProblem([...Object.keys(value), ...Object.values(value)], depth);
  return null;
}

function firstProblem(values: readonly unknown[], depth: number): string | null {
  for (const value of values) {
    const problem = problemOf(value, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}
