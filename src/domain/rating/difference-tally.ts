/** What two models charge one licence, in whole minor units. */
export interface ChargedPair {
  readonly beforeMinor: bigint;
  readonly afterMinor: bigint;
}

/** How many users have one difference: what they pay more, negative where they save. */
export interface DifferenceCount {
  readonly minor: bigint;
  readonly users: number;
}

export interface DifferenceSummary {
  readonly users: number;
  readonly winners: number;
  readonly losers: number;
  readonly unchanged: number;
  readonly beforeMinor: bigint;
  readonly afterMinor: bigint;
  readonly differenceMinor: bigint;
  /** What all winners save together, not negative. */
  readonly savedMinor: bigint;
  /** What all losers pay more together. */
  readonly addedMinor: bigint;
  /** null: there was no user. */
  readonly spread: DifferenceSpread | null;
}

/** Of the signed differences: what most users save at most stands at the low end. */
export interface DifferenceSpread {
  readonly minMinor: bigint;
  readonly p5Minor: bigint;
  readonly p50Minor: bigint;
  readonly p95Minor: bigint;
  readonly maxMinor: bigint;
}

/** Adds up what changes for whom when one model follows another: exact, and no larger than the number of distinct differences. */
export class DifferenceTally {
  readonly #counts = new Map<bigint, number>();
  #users = 0;
  #beforeMinor = 0n;
  #afterMinor = 0n;

  add({ beforeMinor, afterMinor }: ChargedPair): void {
    const difference = afterMinor - beforeMinor;
    this.#counts.set(difference, (this.#counts.get(difference) ?? 0) + 1);
    this.#users += 1;
    this.#beforeMinor += beforeMinor;
    this.#afterMinor += afterMinor;
  }

  /** Ascending. */
  differences(): readonly DifferenceCount[] {
    return [...this.#counts].map(([minor, users]) => ({ minor, users })).sort((left, right) => (left.minor < right.minor ? -1 : 1));
  }

  summary(): DifferenceSummary {
    const differences = this.differences();
    const winners = differences.filter(({ minor }) => minor < 0n);
    const losers = differences.filter(({ minor }) => minor > 0n);
    return {
      users: this.#users,
      winners: countUsers(winners),
      losers: countUsers(losers),
      unchanged: this.#counts.get(0n) ?? 0,
      beforeMinor: this.#beforeMinor,
      afterMinor: this.#afterMinor,
      differenceMinor: this.#afterMinor - this.#beforeMinor,
      savedMinor: -sumOf(winners),
      addedMinor: sumOf(losers),
      spread: spreadOf(differences),
    };
  }
}

/**
 * The nearest-rank percentile: the smallest difference that at least `percent` of 100 users do not exceed. It is always a difference
 * that somebody has, so that it stays an exact amount.
 * @param differences ascending
 * @param percent a whole number, 1 to 100
 * @returns null where there is no user
 */
export function percentileOf(differences: readonly DifferenceCount[], percent: number): bigint | null {
  const rank = Math.floor((percent * countUsers(differences) + 99) / 100);
  let passed = 0;
  for (const { minor, users } of differences) {
    passed += users;
    if (passed >= rank) return minor;
  }
  return null;
}

function spreadOf(differences: readonly DifferenceCount[]): DifferenceSpread | null {
  const [first, last] = [differences[0], differences.at(-1)];
  if (first === undefined || last === undefined) return null;
  const at = (percent: number): bigint => percentileOf(differences, percent) ?? last.minor;
  return { minMinor: first.minor, p5Minor: at(5), p50Minor: at(50), p95Minor: at(95), maxMinor: last.minor };
}

function countUsers(differences: readonly DifferenceCount[]): number {
  return differences.reduce((sum, { users }) => sum + users, 0);
}

function sumOf(differences: readonly DifferenceCount[]): bigint {
  return differences.reduce((sum, { minor, users }) => sum + minor * BigInt(users), 0n);
}
