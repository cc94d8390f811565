import { describe, expect, test } from 'vitest';
import { enrolmentCode, readEnrolmentCode } from '../../../src/platform/enrolment-code.ts';

const KEY = new Uint8Array(32).fill(1);
const CA = new Uint8Array(300).fill(2);
const NONCE = new Uint8Array(16).fill(3);

describe('the enrolment code', () => {
  test('has twelve characters in three groups, none that are misread', () => {
    expect(enrolmentCode(KEY, CA, NONCE)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
  });

  test('changes with the key, with the authority and with the nonce', () => {
    const other = (bytes: Uint8Array) => bytes.with(0, 9);
    const codes = [
      enrolmentCode(KEY, CA, NONCE),
      enrolmentCode(other(KEY), CA, NONCE),
      enrolmentCode(KEY, other(CA), NONCE),
      enrolmentCode(KEY, CA, other(NONCE)),
    ];
    expect(new Set(codes).size).toBe(4);
  });

  test('is the same on every machine', () => {
    expect(enrolmentCode(KEY, CA, NONCE)).toMatchInlineSnapshot(`"EQKR-SKQY-RK3S"`);
  });

  test('is read however it was typed', () => {
    expect(readEnrolmentCode(' 0l1o-abcd efgh ')).toBe('0110-ABCD-EFGH');
    expect(readEnrolmentCode('0110ABCDEFGH')).toBe('0110-ABCD-EFGH');
  });

  test.each(['', '0110-ABCD', '0110-ABCD-EFGU', '0110-ABCD-EFGH-0', '0110-ABCD-EFG!'])('refuses %j, which is no code', (typed) => {
    expect(readEnrolmentCode(typed)).toBeNull();
  });
});
