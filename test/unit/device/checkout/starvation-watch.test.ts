import { describe, expect, it } from 'vitest';
import { isHeldByLosses, StarvationWatch } from '../../../../device/checkout/starvation-watch.ts';
import type { CreditTerms } from '../../../../src/domain/credit/terms.ts';
import { limits } from '../../../../src/limits.ts';
import { TERMS } from '../../domain/credit/credit-fixtures.ts';

const TICK_MS = 100;

/** Sound and silence in turns, in seconds. @returns when the play is ended, milliseconds; null: never in ten minutes */
function endsAfterMs(soundSeconds: number, silenceSeconds: number, heldByLosses = false): number | null {
  const watch = new StarvationWatch();
  const turnMs = (soundSeconds + silenceSeconds) * 1_000;
  for (let atMs = 0; atMs < 600_000; atMs += TICK_MS) {
    const sounds = atMs % turnMs < soundSeconds * 1_000;
    if (watch.pass(TICK_MS, sounds, heldByLosses)) return atMs + TICK_MS;
  }
  return null;
}

describe('a play crawls', () => {
  it('where less than half of 20 s is heard, and is ended then', () => {
    expect(endsAfterMs(0.2, 1.8)).toBe(limits.starvedWithinMs);
    expect(endsAfterMs(1, 4)).toBe(limits.starvedWithinMs);
    expect(endsAfterMs(0.9, 1.1)).toBe(limits.starvedWithinMs);
  });

  it('not where half of it is heard', () => {
    expect(endsAfterMs(1, 1)).toBeNull();
    expect(endsAfterMs(4, 2)).toBeNull();
    expect(endsAfterMs(20, 0.1)).toBeNull();
  });

  it('not where it is silent once, however long, or once a minute', () => {
    expect(endsAfterMs(10, 590)).toBeNull();
    expect(endsAfterMs(60, 180)).toBeNull();
  });

  it('where it is silent once and losses hold the window, as no time heals that', () => {
    const endedMs = endsAfterMs(30, 590, true);
    expect(endedMs).toBeGreaterThan(30_000 + limits.starvedWithinMs / 2);
    expect(endedMs).toBeLessThanOrEqual(30_000 + limits.starvedWithinMs);
  });

  it('not because the process slept', () => {
    const watch = new StarvationWatch();
    for (let ticks = 0; ticks < 300; ticks += 1) expect(watch.pass(TICK_MS, true, false)).toBe(false);
    expect(watch.pass(600_000, false, true)).toBe(false);
    for (let ticks = 0; ticks < 300; ticks += 1) expect(watch.pass(TICK_MS, true, true)).toBe(false);
  });
});

describe('losses hold the credit window', () => {
  const terms: CreditTerms = { ...TERMS, lossAllowancePerMille: 15 };
  const window = { creditWindowPackets: 50, acknowledgedPaid: 1_000, lostPaid: 0 };

  it('where more than half of it is lost beyond what is forgiven', () => {
    expect(isHeldByLosses(terms, { ...window, lostPaid: 40 })).toBe(false);
    expect(isHeldByLosses(terms, { ...window, lostPaid: 41 })).toBe(true);
    expect(isHeldByLosses(terms, { ...window, acknowledgedPaid: 100_000, lostPaid: 1_000 })).toBe(false);
  });
});
