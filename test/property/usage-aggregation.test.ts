import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureOutlet } from '../../src/domain/usage/domain-time.ts';
import { payloadFingerprint } from '../../src/domain/usage/payload-fingerprint.ts';
import { orderOutlet } from '../../src/domain/usage/record-order.ts';
import { UsageIntake } from '../../src/domain/usage/usage-intake.ts';
import { UsageTally } from '../../src/domain/usage/usage-totals.ts';
import { read, shopRecord } from '../fakes/usage-records.ts';

const EVENTS = ['SIGN_ON', 'SIGN_OFF', 'USAGE', 'USAGE', 'USAGE', 'VIEW_FEATURE', 'PULSE'] as const;

/** An evening of up to two outlets of up to two devices; clocks may step either way, sign-offs get lost, boots are cut off. */
const evening = fc
  .array(
    fc.record({
      device: fc.constantFrom('d1', 'd2', 'd3'),
      event: fc.constantFrom(...EVENTS),
      stepS: fc.integer({ min: -20, max: 60 }),
      domains: fc.subarray(['session', 'menu', 'category', 'discounted']),
      boot: fc.constantFrom(null, 'b1', 'b2'),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let at = 0;
    return steps.map(({ device, event, stepS, domains, boot }, place) => {
      at += stepS;
      const listed = event === 'SIGN_OFF' || event === 'PULSE' ? [] : domains;
      return shopRecord(place, at, listed, {
        id: `${device}:${place}`,
        DeviceId: device,
        OutletNo: device === 'd3' ? 'o2' : 'o1',
        EventType: event,
        ...(boot === null ? {} : { BootId: boot, MonotonicNs: String(BigInt(place) * 3_000_000_000n) }),
      });
    });
  });

function aggregate(records: readonly Readonly<Record<string, unknown>>[]) {
  const intake = new UsageIntake();
  const admitted = records.map((record) => intake.admit(read(record), payloadFingerprint(record)));
  const tally = new UsageTally();
  for (const outlet of intake.outlets()) tally.addOutlet(outlet);
  return { totals: tally.totals(), admitted, outlets: [...intake.outlets()] };
}

function shuffled<T>(items: readonly T[], keys: readonly number[]): T[] {
  return items
    .map((item, place) => ({ item, key: keys[place % Math.max(1, keys.length)] ?? 0, place }))
    .sort((left, right) => left.key - right.key || left.place - right.place)
    .map(({ item }) => item);
}

test('order and repetition of records change nothing', () => {
  fc.assert(
    fc.property(evening, fc.array(fc.double({ noNaN: true }), { minLength: 1 }), fc.array(fc.nat({ max: 39 })), (records, keys, again) => {
      const straight = aggregate(records).totals;
      const repeated = [...records, ...again.flatMap((place) => records.slice(place, place + 1))];
      expect(aggregate(shuffled(repeated, keys)).totals).toEqual({ ...straight, gaps: expect.anything() });
    }),
  );
});

test('every accepted record ends in a posting or in a named reason, and the sums are their sum', () => {
  fc.assert(
    fc.property(evening, (records) => {
      const { totals, admitted, outlets } = aggregate(records);
      const named = [...totals.reasons.values()].reduce((sum, times) => sum + times, 0);
      expect(totals.posted + named).toBe(admitted.filter((admission) => admission === 'accepted').length);
      const outcomes = outlets.flatMap((outlet) => measureOutlet(orderOutlet(outlet)).outcomes);
      const postedMs = outcomes.reduce((sum, { domains, ms }) => sum + domains.length * ms, 0);
      expect([...totals.msOf.values()].reduce((sum, ms) => sum + ms, 0)).toBe(postedMs);
      expect(outcomes.every(({ ms, reason }) => ms >= 0 && (reason === null || ms === 0))).toBe(true);
    }),
  );
});

test('occurrences hold exactly the time of their domain', () => {
  fc.assert(
    fc.property(evening, (records) => {
      const { totals, outlets } = aggregate(records);
      const sums = new Map<string, number>();
      for (const { domain, ms } of outlets.flatMap((outlet) => measureOutlet(orderOutlet(outlet)).occurrences)) sums.set(domain, (sums.get(domain) ?? 0) + ms);
      expect(Object.fromEntries(sums)).toEqual(Object.fromEntries(totals.msOf));
    }),
  );
});

test('the same id with another payload is always a conflict, and never changes a sum', () => {
  fc.assert(
    fc.property(evening, fc.nat({ max: 39 }), (records, place) => {
      const [known] = records.slice(place, place + 1);
      if (known === undefined) return;
      const { totals, admitted } = aggregate([...records, { ...known, ConsumerId: 'somebody else' }]);
      expect(admitted.at(-1)).toBe('conflict');
      expect(totals).toEqual(aggregate(records).totals);
    }),
  );
});
