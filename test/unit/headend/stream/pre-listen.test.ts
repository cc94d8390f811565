import { describe, expect, it } from 'vitest';
import { PreListenQuota, strangerPackets } from '../../../../src/headend/stream/pre-listen.ts';
import { limits } from '../../../../src/limits.ts';

describe('pre-listens of strangers', () => {
  it.each([
    [5_000, false, 1_500],
    [1_500, false, 500],
    [4, false, 1],
    [2, false, 0],
    [1_500, true, 1_500],
  ])('of %i packets (free: %s) give %i', (packets, free, given) => {
    expect(strangerPackets({ packets, free })).toBe(given);
  });

  it('are counted anew a day after the first', () => {
    const quota = new PreListenQuota();
    for (let count = 0; count < limits.plainTrialsPerWork; count += 1) quota.note('10.0.0.2', 'w', count);
    expect(quota.isUsedUp('10.0.0.2', 'w', 1_000)).toBe(true);
    expect(quota.isUsedUp('10.0.0.2', 'other', 1_000)).toBe(false);
    expect(quota.isUsedUp('10.0.0.2', 'w', limits.plainTrialRenewalMs)).toBe(false);
  });

  it('are remembered for a bounded number of addresses, the latest', () => {
    const quota = new PreListenQuota();
    for (let count = 0; count < limits.plainTrialsPerWork; count += 1) quota.note('first', 'w', 0);
    for (let address = 0; address < limits.plainTrialsRemembered; address += 1) quota.note(String(address), 'w', 0);
    expect(quota.isUsedUp('first', 'w', 0)).toBe(false);
  });
});
