/** Who gets how much of what a location took. Shares are thousandths, and together all of it. */
export interface Share {
  readonly party: string;
  readonly perMille: number;
}

/** What is wrong with shares, in words, or null. */
export function findShareProblem(shares: readonly Share[]): string | null {
  if (new Set(shares.map(({ party }) => party)).size < shares.length) return 'A party stands there twice.';
  if (shares.some(({ perMille }) => !Number.isSafeInteger(perMille) || perMille < 0)) return 'A share is a whole number of thousandths.';
  const sum = shares.reduce((total, { perMille }) => total + perMille, 0);
  return sum === 1_000 ? null : `The shares are ${sum} thousandths together, not 1000.`;
}

/**
 * Splits an amount so that nothing of it is lost or made: each party gets its share rounded down, and what is left goes, one minor unit
 * each, to those whose share was cut most; among equals to the first. Negative amounts split by their magnitude.
 */
export function splitAmount(amountMinor: bigint, shares: readonly Share[]): readonly bigint[] {
  const magnitude = amountMinor < 0n ? -amountMinor : amountMinor;
  const parts = shares.map(({ perMille }, place) => {
    const exact = magnitude * BigInt(perMille);
    return { place, whole: exact / 1_000n, rest: exact % 1_000n };
  });
  let left = magnitude - parts.reduce((sum, { whole }) => sum + whole, 0n);
  const amounts = parts.map(({ whole }) => whole);
  for (const { place } of [...parts].sort((one, other) => Number(other.rest - one.rest) || one.place - other.place)) {
    if (left === 0n) break;
    amounts[place] = (amounts[place] ?? 0n) + 1n;
    left -= 1n;
  }
  return amountMinor < 0n ? amounts.map((amount) => -amount) : amounts;
}
