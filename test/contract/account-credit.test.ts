import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LeaseRequest } from '../../src/ports/account-credit-store.ts';
import { type AccountId, asId } from '../../src/units/ids.ts';
import { type BookFixture, bookFixture } from '../unit/headend/stores/book-fixture.ts';

const account = asId<AccountId>('venue');
let fixture: BookFixture;
beforeEach(() => {
  fixture = bookFixture();
  fixture.book.setCreditCap(account, 100);
});
afterEach(() => fixture.remove());

function ask(holder: string, over: Partial<LeaseRequest> = {}): LeaseRequest {
  return { account, holder, packets: 50, leastPackets: 10, nowMs: 0, expiresAtMs: 1_000, ...over };
}

function fenceOf(holder: string, over: Partial<LeaseRequest> = {}): number {
  const lease = fixture.book.leaseCredit(ask(holder, over));
  if (!lease.ok) throw new Error(lease.error.message);
  return lease.value.fence;
}

describe('AccountCreditStore: credit of an account (ruling 20)', () => {
  test('is lent to many sessions, and never more than the cap', () => {
    expect(fixture.book.leaseCredit(ask('a'))).toMatchObject({ ok: true, value: { packets: 50 } });
    expect(fixture.book.leaseCredit(ask('b', { packets: 45 }))).toMatchObject({ ok: true, value: { packets: 45 } });
    expect(fixture.book.leaseCredit(ask('c'))).toMatchObject({ ok: false, error: { code: 'account-credit-used-up' } });
    expect(fixture.book.accountCredit(account)).toMatchObject({ leasedPackets: 95, leftoverPackets: 0 });
  });

  test('survives a restart, and what was not paid stays as a leftover until later packets clear it', () => {
    const fence = fenceOf('a');
    const book = fixture.reopen();
    expect(book.returnCredit(account, 'a', fence, 30)).toBe(true);
    expect(book.returnCredit(account, 'a', fence, 30)).toBe(false);
    expect(book.accountCredit(account)).toMatchObject({ leasedPackets: 0, leftoverPackets: 30 });
    book.clearLeftovers(account, 20);
    expect(book.accountCredit(account)).toMatchObject({ leftoverPackets: 10, writtenOffPackets: 0 });
  });

  test('an older fence is heard no more', () => {
    const old = fenceOf('a');
    const fresh = fenceOf('a', { packets: 20 });
    expect(fixture.book.renewLease(account, 'a', old, 9_000)).toBe(false);
    expect(fixture.book.returnCredit(account, 'a', old, 50)).toBe(false);
    expect(fixture.book.accountCredit(account).leasedPackets).toBe(20);
    expect(fixture.book.returnCredit(account, 'a', fresh, 0)).toBe(true);
  });

  test('a lease that expires counts as given away, unless it was renewed in time', () => {
    const fence = fenceOf('a');
    fenceOf('b', { packets: 40 });
    expect(fixture.book.renewLease(account, 'a', fence, 500_000)).toBe(true);
    expect(fixture.book.leaseCredit(ask('c', { nowMs: 1_000, expiresAtMs: 9_000 })).ok).toBe(true);
    expect(fixture.book.accountCredit(account)).toMatchObject({ leasedPackets: 60, leftoverPackets: 40 });
    fixture.book.leaseCredit(ask('d', { nowMs: 500_000, expiresAtMs: 900_000 }));
    expect(fixture.book.renewLease(account, 'a', fence, 9_000)).toBe(false);
  });
});
