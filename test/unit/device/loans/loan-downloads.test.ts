import { expect, test } from 'vitest';
import { LoanDownloads, type LoanDownloadsParts } from '../../../../device/loans/loan-downloads.ts';

test('whoever wakes the downloads is heard, in whatever moment of the end of the last ones', async () => {
  for (let turns = 0; turns < 12; turns += 1) {
    let looks = 0;
    const loans = (): readonly never[] => {
      looks += 1;
      return [];
    };
    const downloads = new LoanDownloads({ shelf: { loans } } as unknown as LoanDownloadsParts);
    downloads.wake();
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const before = looks;
    downloads.wake();
    await downloads.settled();
    expect(looks, `after ${turns} turns`).toBeGreaterThan(before);
    downloads.stop();
  }
});
