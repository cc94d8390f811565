import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirmTrial, counts } from '../../src/domain/credit/ack-ledger.ts';
import {
  acknowledge,
  confirm,
  dueRetransmissions,
  expire,
  type MonitorState,
  nextSend,
  noteChallenge,
  windowView,
} from '../../src/domain/credit/credit-monitor.ts';
import { isMissing } from '../../src/domain/credit/slot-marking.ts';
import { ackOf, paidMonitor, paidSpan, TERMS } from '../unit/domain/credit/credit-fixtures.ts';
import { CLEAN, CreditLink, chanceFrom, type LinkFaults } from './credit-link.ts';

const faults = (worst: number): fc.Arbitrary<LinkFaults> =>
  fc.record({
    dataLoss: fc.integer({ min: 0, max: worst }),
    ackLoss: fc.integer({ min: 0, max: worst * 2 }),
    windowLoss: fc.integer({ min: 0, max: worst * 2 }),
    duplicate: fc.integer({ min: 0, max: 100 }),
    delayMs: fc.integer({ min: 1, max: 100 }),
    jitterMs: fc.integer({ min: 0, max: 150 }),
  });

const trialThenPaid = {
  terms: TERMS,
  trial: { mode: 'restrict', packets: 60 },
  plans: [{ packetIndex: 0, packets: 60, billingClass: 'trial', node: 0 }],
} as const;

/** The count that lets retransmission skip its search, counted afresh. */
function holesOf(monitor: MonitorState): number {
  let holes = 0;
  for (let sequence = monitor.abandonedBelow; sequence < monitor.highestAcknowledged; sequence += 1) if (isMissing(monitor, sequence)) holes += 1;
  return holes;
}

/** I1 in both of its halves. */
function expectBounds(link: CreditLink): void {
  const view = windowView(link.monitor);
  const forgivable = (resolved: number): number => Math.floor((TERMS.lossAllowancePerMille * resolved) / 1_000);
  expect(link.unpaid).toBeLessThanOrEqual(TERMS.creditWindowPackets + forgivable(view.sentPaid));
  expect(link.unsigned).toBeLessThanOrEqual(TERMS.receiptWindowPackets + forgivable(view.sentPaid));
  expect(view.acknowledgedPaid).toBeLessThanOrEqual(link.deviceOwes);
  expect(link.monitor.holes).toBe(holesOf(link.monitor));
}

describe('a monitor and a ledger over a bad link', () => {
  test('I1-I3: the loss stays bounded, S never falls, nothing is counted twice, and in the end both sides count the same', () => {
    fc.assert(
      fc.property(faults(60), fc.integer(), (bad, seed) => {
        const link = new CreditLink({ ...trialThenPaid, faults: bad, seed });
        let acknowledged = 0;
        for (let tick = 0; tick < 500; tick += 1) {
          if (tick === 80) {
            confirmTrial(link.ledger);
            confirm(link.monitor);
            link.addPlan(paidSpan(300));
          }
          link.tick();
          expectBounds(link);
          const view = windowView(link.monitor);
          expect(view.acknowledgedPaid).toBeGreaterThanOrEqual(acknowledged);
          acknowledged = view.acknowledgedPaid;
        }
        link.finish(2_000);
        const view = windowView(link.monitor);
        expect(view.counts).toEqual(counts(link.ledger));
        expect(view.acknowledgedPaid).toBe(link.deviceOwes);
        expect(view.lostPaid).toBe(link.ledger.lostPaid);
        expect(link.deviceOwes).toBeLessThanOrEqual([...link.arrived].filter((sequence) => sequence >= 60).length);
        expect(view.acknowledgedPaid + view.lostPaid).toBeLessThanOrEqual(view.sentPaid);
      }),
      { numRuns: 60 },
    );
  });

  test('I4: where losses stay below what is forgiven and ACKs arrive, the sender is never starved', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 60 }), (seed, jitterMs) => {
        const link = new CreditLink({
          terms: TERMS,
          plans: [paidSpan(3_000)],
          faults: { dataLoss: 10, ackLoss: 20, windowLoss: 20, duplicate: 10, delayMs: 20, jitterMs },
          seed,
        });
        link.finish(3_100);
        expect(link.refusals.get('credit') ?? 0).toBe(0);
        expect(link.refusals.get('receipt') ?? 0).toBe(0);
        expect(link.monitor.nextSequence).toBe(3_000);
      }),
      { numRuns: 10 },
    );
  });

  test('I5: a device that falls silent at any moment costs at most W and the losses already forgiven', () => {
    fc.assert(
      fc.property(faults(40), fc.integer(), fc.integer({ min: 0, max: 400 }), (bad, seed, silentAt) => {
        const link = new CreditLink({ terms: TERMS, plans: [paidSpan(5_000)], faults: bad, seed });
        link.run(silentAt);
        link.deviceSilent = true;
        link.run(600);
        const view = windowView(link.monitor);
        expect(view.phase).toBe('suspended');
        expect(view.unpaidInFlight).toBe(TERMS.creditWindowPackets + view.allowance);
      }),
      { numRuns: 30 },
    );
  });

  test('a peer that denies its MACs costs at most R and the losses it signed for', () => {
    fc.assert(
      fc.property(faults(20), fc.integer(), fc.integer({ min: 0, max: 400 }), (bad, seed, deniesAt) => {
        const link = new CreditLink({ terms: { ...TERMS, receiptIntervalMs: 2_000 }, plans: [paidSpan(5_000)], faults: bad, seed });
        link.run(deniesAt);
        link.receiptsStopped = true;
        link.ledger.durablePaid = Number.MAX_SAFE_INTEGER; // A peer that cheats does not keep to its own ceiling.
        link.run(800);
        expect(link.refusals.get('receipt') ?? 0).toBeGreaterThan(0);
        expect(link.unsigned).toBe(
          TERMS.receiptWindowPackets + Math.min(link.monitor.receiptedLost, Math.floor((15 * (link.monitor.signedPaid + link.monitor.receiptedLost)) / 1_000)),
        );
      }),
      { numRuns: 20 },
    );
  });

  test('I6: forged, replayed and impossible ACKs change nothing', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 500 }), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (seed, beyond, bitmap) => {
        const link = new CreditLink({ terms: TERMS, plans: [paidSpan(500)], faults: { ...CLEAN, dataLoss: 30 }, seed });
        link.run(100);
        const before = essence(link.monitor);
        const { nextSequence, ackCounter } = link.monitor;
        for (const impossible of [
          ackOf(ackCounter + 1, nextSequence + beyond),
          ackOf(ackCounter + 1, nextSequence, [], { bitmap: bitmap | 1n }),
          ackOf(ackCounter + 1, 0, [], { ranges: [[nextSequence - 1, beyond + 1]] }),
          ackOf(ackCounter, nextSequence),
          ackOf(ackCounter + 1, nextSequence, [], { epoch: 1 }),
        ]) {
          expect(acknowledge(link.monitor, impossible, link.nowMs).accepted).toBe(false);
          expect(essence(link.monitor)).toBe(before);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('the same events give the same decisions', () => {
    const run = (): string => {
      const link = new CreditLink({
        terms: TERMS,
        plans: [paidSpan(1_000)],
        faults: { dataLoss: 30, ackLoss: 30, windowLoss: 30, duplicate: 30, delayMs: 30, jitterMs: 100 },
        seed: 7,
      });
      link.run(600);
      return essence(link.monitor);
    };
    expect(run()).toBe(run());
  });
});

describe('sustained loss', () => {
  /** A10's own experiment: residual loss r after retransmission, an ACK every 10 packets, a receipt every 100. */
  const packetsUntilStall = (lossPerMille: number, seed: number): number => {
    const chance = chanceFrom(seed);
    const link = new CreditLink({
      terms: { ...TERMS, retransmitDeadlineMs: 0 },
      plans: [paidSpan(180_000)],
      faults: { ...CLEAN, dataLoss: lossPerMille },
      seed: Math.floor(chance() * 1e9),
    });
    for (let tick = 0; tick < 180_000 && !link.allSent; tick += 1) {
      link.tick();
      if ((link.refusals.get('credit') ?? 0) + (link.refusals.get('receipt') ?? 0) > 0) break;
    }
    return link.monitor.nextSequence;
  };

  test('A10: 1 % loss at 1.5 % forgiven does not stall in an hour, neither on credit nor on receipts', () => {
    expect(packetsUntilStall(10, 1)).toBe(180_000);
  });

  test('A10: loss far above what is forgiven stalls', () => {
    expect(packetsUntilStall(60, 1)).toBeLessThan(180_000);
  });
});

describe('a monitor whose packets are challenged', () => {
  test('knows at every moment how many are missing, whatever is claimed, answered late or never, and given up', () => {
    const step = fc.record({
      sends: fc.nat(6),
      challenge: fc.boolean(),
      base: fc.nat(12),
      above: fc.array(fc.nat(40), { maxLength: 12 }),
      answers: fc.option(fc.nat(20)),
      passesMs: fc.constantFrom(0, 20, 200, 900),
    });
    const response = new Uint8Array(8).fill(5);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const monitor = paidMonitor({ creditWindowPackets: 200, receiptWindowPackets: 2_000 });
        const challenged: number[] = [];
        let nowMs = 0;
        steps.forEach(({ sends, challenge, base, above, answers, passesMs }, counter) => {
          nowMs += passesMs;
          for (let count = 0; count < sends; count += 1) {
            const decision = nextSend(monitor, nowMs);
            if (!decision.send || !challenge || count !== 0) continue;
            noteChallenge(monitor, decision.sequence, response);
            challenged.push(decision.sequence);
          }
          const end = monitor.nextSequence;
          const ackBase = Math.min(end, monitor.ackedBase + base);
          const bits = above.map((at) => ackBase + 1 + at).filter((sequence) => sequence < end);
          const asked = answers === null ? undefined : challenged[answers];
          acknowledge(monitor, ackOf(counter + 1, ackBase, bits, { challenge: asked === undefined ? null : { sequence: asked, response } }), nowMs);
          expect(monitor.holes).toBe(holesOf(monitor));
          expire(monitor, nowMs);
          dueRetransmissions(monitor, nowMs);
          expect(monitor.holes).toBe(holesOf(monitor));
        });
      }),
      { numRuns: 300 },
    );
  });
});

/** All that can turn into money or credit. */
function essence(monitor: MonitorState): string {
  const clone = structuredClone(monitor);
  clone.abusiveAcks = 0;
  const decision = nextSend(clone, 1e9);
  return JSON.stringify([windowView(clone), decision, clone.highestAcknowledged, clone.holes, clone.claimedPaid, clone.paidRanges]);
}
