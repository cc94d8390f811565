import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonProblem } from '../../../src/wire/json-position.ts';

test.each([
  ['{"a":}', 1, 6, 'a value'],
  ['{"a":1,}', 1, 8, 'a name in double quotes'],
  ['["a" "b"]', 1, 6, 'a comma or ]'],
  ['{"a": 1\n "b": 2}', 2, 2, 'a comma or }'],
  ['{"id":"K2","steps":["paid",\n"report"]', 2, 10, 'the text ends'],
  ['["paid",\n"report]', 2, 1, 'a value'],
  ["{'a':1}", 1, 2, 'a name in double quotes, or }'],
  ['[]\n\n[]', 3, 1, 'nothing may follow'],
  ['[1}', 1, 3, 'a comma or ]'],
  ['["\\q"]', 1, 2, 'a value'],
  ['[01]', 1, 2, 'a value'],
  ['[nul]', 1, 2, 'a value'],
  ['{"a" 1}', 1, 6, 'a colon'],
])('%j breaks off at line %i, column %i', (text, line, column, message) => {
  expect(jsonProblem(text)).toMatchObject({ line, column, message: expect.stringContaining(message) });
});

describe('what is JSON and what is not', () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  test('is judged like JSON.parse, for every JSON and for what is left after a letter is taken out or put in', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '{', ']', ':', '0', 'x', '\n'), (text, place, letter) => {
        expect(jsonProblem(text)).toBeNull();
        const at = place % (text.length + 1);
        const bent = text.slice(0, at) + letter + text.slice(at + (letter === '' ? 1 : 0));
        expect(jsonProblem(bent) === null).toBe(isJson(bent));
      }),
      { numRuns: 500 },
    );
  });
});
