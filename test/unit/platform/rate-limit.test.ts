import { describe, expect, test } from 'vitest';
import { createRateLimit } from '../../../src/platform/rate-limit.ts';

describe('the rate limit', () => {
  test('lets a burst pass, then as many as come back', () => {
    const limit = createRateLimit(3, 2, 10);
    expect([0, 0, 0, 0].map(() => limit.take('a', 0))).toEqual([0, 0, 0, 500]);
    expect(limit.take('a', 500)).toBe(0);
    expect(limit.take('a', 500)).toBe(500);
  });

  test('keeps addresses apart', () => {
    const limit = createRateLimit(1, 1, 10);
    expect(limit.take('a', 0)).toBe(0);
    expect(limit.take('b', 0)).toBe(0);
    expect(limit.take('a', 0)).toBe(1_000);
  });

  test('remembers only so many addresses, and is not emptied by a clock that stands still', () => {
    const limit = createRateLimit(1, 1, 2);
    for (const key of ['a', 'b', 'c']) limit.take(key, 0);
    expect(limit.take('c', 0)).toBeGreaterThan(0);
    expect(limit.take('a', 0)).toBe(0);
  });
});
