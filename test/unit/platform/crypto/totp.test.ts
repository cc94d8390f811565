import { expect, test } from 'vitest';
import { acceptedStep, base32, oneTimeCode, otpauthUri, stepAt } from '../../../../src/platform/crypto/totp.ts';

/** The secret of the test values of RFC 4226 (appendix D) and RFC 6238 (appendix B). */
const SECRET = new TextEncoder().encode('12345678901234567890');

test.each([
  [0, '755224'],
  [1, '287082'],
  [9, '520489'],
])('HOTP %i of RFC 4226 is %s', (counter, code) => {
  expect(oneTimeCode(SECRET, counter)).toBe(code);
});

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [20_000_000_000, '353130'],
])('TOTP at %i s of RFC 6238 ends with %s', (seconds, code) => {
  expect(oneTimeCode(SECRET, stepAt(seconds * 1_000))).toBe(code);
});

test('a code is taken one step early or late, never twice, and never an older one than the last', () => {
  const now = 1_000_000_000_000;
  const step = stepAt(now);
  expect(acceptedStep(SECRET, oneTimeCode(SECRET, step - 1), now, 0)).toBe(step - 1);
  expect(acceptedStep(SECRET, oneTimeCode(SECRET, step + 1), now, 0)).toBe(step + 1);
  expect(acceptedStep(SECRET, oneTimeCode(SECRET, step + 2), now, 0)).toBeNull();
  expect(acceptedStep(SECRET, oneTimeCode(SECRET, step), now, step)).toBeNull();
  expect(acceptedStep(SECRET, 'abcdef', now, 0)).toBeNull();
});

test('the secret is written as authenticator apps read it (RFC 4648)', () => {
  expect(base32(new TextEncoder().encode('foobar'))).toBe('MZXW6YTBOI');
  expect(otpauthUri('anna', SECRET)).toBe('otpauth://totp/Ackbox:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ackbox');
});
