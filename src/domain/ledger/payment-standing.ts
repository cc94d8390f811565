/**
 * How an account stands with what it owes (document 002, P-25: late, failed, partial and no payment are the provider's to define).
 * - `current`  nothing is due
 * - `partial`  something is overdue, and a part of it was paid since it fell due
 * - `failed`   the last try to pay failed, and something is owed
 * - `late`     something is overdue
 * - `unpaid`   overdue for so long that nothing more is sold
 */
export const PAYMENT_STATES = ['current', 'partial', 'failed', 'late', 'unpaid'] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** When what is charged falls due, and when patience ends; both from the charge on, milliseconds. */
export interface PaymentTerms {
  readonly dueMs: number;
  readonly unpaidMs: number;
}

/** A charge is positive, an adjustment in favour of the account negative. Minor units. */
export interface AccountCharge {
  /** Of the posting. */
  readonly number?: number;
  readonly atMs: number;
  readonly minor: bigint;
}

export interface AccountPayment {
  readonly atMs: number;
  readonly minor: bigint;
  readonly state: 'pending' | 'paid' | 'failed';
}

export interface PaymentStanding {
  readonly state: PaymentState;
  /** All that is owed, due or not. */
  readonly owedMinor: bigint;
  readonly overdueMinor: bigint;
  /** Since when the oldest overdue charge is due; null where none is. */
  readonly overdueSinceMs: number | null;
  /** The posting of that charge, where it has a number. */
  readonly overdueCharge: number | null;
}

/** Payments cover the oldest charges first. */
export function standingOf(charges: readonly AccountCharge[], payments: readonly AccountPayment[], terms: PaymentTerms, nowMs: number): PaymentStanding {
  const ordered = charges.toSorted((left, right) => left.atMs - right.atMs);
  const paid = payments.filter(({ state }) => state === 'paid');
  let cover = paid.reduce((sum, { minor }) => sum + minor, 0n) - ordered.reduce((sum, { minor }) => (minor < 0n ? sum + minor : sum), 0n);
  let [owedMinor, overdueMinor] = [0n, 0n];
  let oldestMs: number | null = null;
  let overdueCharge: number | null = null;
  for (const { number = null, atMs, minor } of ordered) {
    if (minor <= 0n) continue;
    const open = minor > cover ? minor - cover : 0n;
    cover = cover > minor ? cover - minor : 0n;
    owedMinor += open;
    if (open === 0n || atMs + terms.dueMs > nowMs) continue;
    overdueMinor += open;
    if (oldestMs === null) [oldestMs, overdueCharge] = [atMs, number];
  }
  const overdueSinceMs = oldestMs === null ? null : oldestMs + terms.dueMs;
  const last = payments.toSorted((left, right) => left.atMs - right.atMs).at(-1);
  const state = stateOf(last?.state === 'failed' && owedMinor > 0n, paid, { oldestMs, overdueSinceMs }, terms, nowMs);
  return { state, owedMinor, overdueMinor, overdueSinceMs, overdueCharge };
}

function stateOf(
  failed: boolean,
  paid: readonly AccountPayment[],
  { oldestMs, overdueSinceMs }: { readonly oldestMs: number | null; readonly overdueSinceMs: number | null },
  terms: PaymentTerms,
  nowMs: number,
): PaymentState {
  if (oldestMs !== null && nowMs >= oldestMs + terms.unpaidMs) return 'unpaid';
  if (failed) return 'failed';
  if (overdueSinceMs === null) return 'current';
  return paid.some(({ atMs }) => atMs >= overdueSinceMs) ? 'partial' : 'late';
}
