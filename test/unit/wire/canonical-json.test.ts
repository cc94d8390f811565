import { describe, expect, it } from 'vitest';
import { canonicalJson, parseCanonicalJson } from '../../../src/wire/canonical-json.ts';

describe('canonical JSON', () => {
  it('sorts keys by UTF-16 code units and drops white space, as RFC 8785 does', () => {
    const value = { '\u20ac': 'Euro', '\r': 'Return', '\ufb33': 'Dalet', '1': 'One', '\u{1f600}': 'Smiley', '\u0080': 'Control', '\u00f6': 'o' };
    expect(canonicalJson(value)).toBe('{"\\r":"Return","1":"One","\u0080":"Control","\u00f6":"o","\u20ac":"Euro","\u{1f600}":"Smiley","\ufb33":"Dalet"}');
    expect(canonicalJson({ b: [1, null, true], a: { d: -5, c: 'x' }, gone: undefined })).toBe('{"a":{"c":"x","d":-5},"b":[1,null,true]}');
  });

  it('writes the same text for the same value, however it was built', () => {
    expect(canonicalJson({ a: 1, b: 2 })).toBe(canonicalJson({ b: 2, a: 1 }));
  });

  it.each([0.5, Number.NaN, 2 ** 53, 1n, '\ud800', [undefined], () => 0])('stops at %s, which other languages write differently', (value) => {
    expect(() => canonicalJson({ value })).toThrow();
  });

  it('reads only its own form', () => {
    expect(parseCanonicalJson('{"a":1,"b":[]}', 100)).toEqual({ ok: true, value: { a: 1, b: [] } });
    const codes = ['{"b":1,"a":2}', '{"a": 1}', '{"a":1,"a":1}', '1.0', '-0', '0.5', '"\\u0041"'].map((text) => {
      const parsed = parseCanonicalJson(text, 100);
      return parsed.ok ? text : parsed.error.code;
    });
    expect(new Set(codes)).toEqual(new Set(['not-canonical']));
  });

  it('refuses what is long, broken or nested without end', () => {
    expect(parseCanonicalJson('"aaaaaaaaaa"', 5)).toMatchObject({ error: { code: 'too-large' } });
    expect(parseCanonicalJson('{', 5)).toMatchObject({ error: { code: 'not-json' } });
    expect(parseCanonicalJson('['.repeat(100) + ']'.repeat(100), 1_000)).toMatchObject({ error: { code: 'not-canonical' } });
  });
});
