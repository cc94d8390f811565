import { describe, expect, test } from 'vitest';
import { type AccountPayment, standingOf } from '../../../../src/domain/ledger/payment-standing.ts';

const DAY = 86_400_000;
const TERMS = { dueMs: 14 * DAY, unpaidMs: 60 * DAY };
/** 10.00 on day 0, 5.00 on day 20. */
const CHARGES = [
  { atMs: 20 * DAY, minor: 500n },
  { atMs: 0, minor: 1_000n },
];
const paid = (day: number, minor: bigint, state: AccountPayment['state'] = 'paid'): AccountPayment => ({ atMs: day * DAY, minor, state });

describe('how an account stands', () => {
  test.each<readonly [string, readonly AccountPayment[], number, object]>([
    ['nothing is due yet', [], 13, { state: 'current', owedMinor: 1_500n, overdueMinor: 0n, overdueSinceMs: null }],
    ['the first charge is overdue', [], 14, { state: 'late', overdueMinor: 1_000n, overdueSinceMs: 14 * DAY }],
    ['both are', [], 40, { state: 'late', overdueMinor: 1_500n, overdueSinceMs: 14 * DAY }],
    ['a part was paid after it fell due', [paid(15, 400n)], 16, { state: 'partial', owedMinor: 1_100n, overdueMinor: 600n }],
    ['what was paid before does not make it partial', [paid(2, 400n)], 16, { state: 'late', overdueMinor: 600n }],
    ['the oldest is paid first', [paid(15, 1_000n)], 33, { state: 'current', owedMinor: 500n, overdueMinor: 0n }],
    ['all is paid, and more', [paid(15, 2_000n)], 90, { state: 'current', owedMinor: 0n }],
    ['a payment under way covers nothing', [paid(15, 1_500n, 'pending')], 40, { state: 'late', overdueMinor: 1_500n }],
    ['the last payment failed', [paid(15, 400n), paid(16, 1_100n, 'failed')], 17, { state: 'failed', overdueMinor: 600n }],
    ['a payment failed before anything was due', [paid(3, 1_000n, 'failed')], 4, { state: 'failed', overdueMinor: 0n }],
    ['it failed, and then went through', [paid(3, 1_500n, 'failed'), paid(4, 1_500n)], 40, { state: 'current' }],
    ['patience is at its end', [], 60, { state: 'unpaid', overdueMinor: 1_500n }],
    ['a part was paid, and patience is at its end all the same', [paid(30, 999n)], 60, { state: 'unpaid' }],
  ])('%s', (_what, payments, day, expected) => {
    expect(standingOf(CHARGES, payments, TERMS, day * DAY)).toMatchObject(expected);
  });

  test('what was given back counts like a payment', () => {
    expect(standingOf([...CHARGES, { atMs: 21 * DAY, minor: -1_000n }], [], TERMS, 30 * DAY)).toMatchObject({ state: 'current', owedMinor: 500n });
  });
});
