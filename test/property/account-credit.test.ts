import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccountCredit, type CreditLease, clearLeftovers, grantLease, returnLease, writeOff } from '../../src/domain/credit/account-credit.ts';

const EMPTY: AccountCredit = { capPackets: 200, leasedPackets: 0, leftoverPackets: 0, writtenOffPackets: 0, writtenOffMonth: '' };

test('many sessions of one account at once are never lent more than its cap, whatever ends how and however much was acknowledged and never signed for', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), packets: fc.integer({ min: 1, max: 100 }) }),
    fc.record({ kind: fc.constant('end' as const), packets: fc.integer({ min: 0, max: 200 }) }),
    fc.record({ kind: fc.constant('pay' as const), packets: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ kind: fc.constant('forgive' as const), packets: fc.integer({ min: 0, max: 20 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let credit = EMPTY;
      const leases: CreditLease[] = [];
      for (const { kind, packets } of steps) {
        const free = credit.capPackets - credit.leasedPackets - credit.leftoverPackets;
        if (kind === 'ask') {
          const granted = grantLease(credit, packets, 10);
          expect(granted.ok).toBe(Math.min(packets, free) >= 10);
          if (!granted.ok) continue;
          leases.push({ fence: leases.length, packets: granted.value, expiresAtMs: 0 });
          credit = { ...credit, leasedPackets: credit.leasedPackets + granted.value };
          expect(credit.leasedPackets + credit.leftoverPackets).toBeLessThanOrEqual(credit.capPackets);
        } else if (kind === 'end') {
          const lease = leases.pop();
          if (lease === undefined) continue;
          const { leftoverPackets } = credit;
          credit = returnLease(credit, lease, packets);
          expect(credit.leftoverPackets).toBe(leftoverPackets + packets);
        } else credit = kind === 'pay' ? clearLeftovers(credit, packets) : writeOff(credit, '2026-11', 20);
        expect(credit.leasedPackets).toBe(leases.reduce((sum, lease) => sum + lease.packets, 0));
        expect(Math.min(credit.leasedPackets, credit.leftoverPackets)).toBeGreaterThanOrEqual(0);
        expect(credit.writtenOffPackets).toBeLessThanOrEqual(20);
      }
    }),
  );
});

test('an account that vanishes in every session is locked out after its cap, and playing on pays it off one to one', () => {
  let credit = EMPTY;
  let taken = 0;
  for (;;) {
    const granted = grantLease(credit, 50, 10);
    if (!granted.ok) break;
    taken += granted.value;
    credit = returnLease({ ...credit, leasedPackets: granted.value }, { fence: 1, packets: granted.value, expiresAtMs: 0 }, granted.value);
  }
  expect(taken).toBe(200);
  expect(grantLease(clearLeftovers(credit, 30), 50, 10)).toEqual({ ok: true, value: 30 });
  expect(grantLease(writeOff(writeOff(credit, '2026-11', 15), '2026-11', 15), 50, 10)).toEqual({ ok: true, value: 15 });
  expect(writeOff(writeOff(credit, '2026-11', 15), '2026-12', 15).leftoverPackets).toBe(170);
});
