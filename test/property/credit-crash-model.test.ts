import { describe, expect, test } from 'vitest';
import {
  type AckLedger,
  acceptCounts,
  buildAck,
  counts,
  createAckLedger,
  noteReceiptDurable,
  noteWindow,
  received,
} from '../../src/domain/credit/ack-ledger.ts';
import { type ClassCount, packetsOf } from '../../src/domain/credit/billing-class.ts';
import {
  acknowledge,
  carryOver,
  coveredIndexes,
  createMonitor,
  type MonitorState,
  nextSend,
  openSpan,
  receiptDurable,
  windowView,
} from '../../src/domain/credit/credit-monitor.ts';
import { exposurePackets } from '../../src/domain/credit/ledger-slots.ts';
import { statusOf } from '../../src/domain/credit/packet-ring.ts';
import { type PaidRanges, planSpans, type SpanPlan } from '../../src/domain/credit/paid-ranges.ts';
import type { CreditTerms } from '../../src/domain/credit/terms.ts';
import { receiptOf, TERMS } from '../unit/domain/credit/credit-fixtures.ts';

/**
 * Every order of sending, losing, acknowledging, signing and crashing of the box, for a work of three packets and the smallest windows:
 * what is owed never exceeds what came in paid slots, and what was signed is never owed less.
 */
interface World {
  readonly monitor: MonitorState;
  readonly ledger: AckLedger;
  plan: readonly SpanPlan[];
  epoch: number;
  counter: number;
  /** In flight to the box: slot and packet. */
  readonly air: (readonly [sequence: number, packetIndex: number, paid: boolean])[];
  /** Distinct packets that came in paid slots. */
  readonly came: Set<number>;
  /** The book of the box. */
  readonly durable: { counts: readonly ClassCount[]; ranges: PaidRanges };
}

const TINY: CreditTerms = { ...TERMS, creditWindowPackets: 2, receiptWindowPackets: 4, receiptIntervalMs: 40, ackIntervalMs: 20, ackEveryPackets: 1 };
const PACKETS = 3;

const ACTIONS: Readonly<Record<string, (world: World) => void>> = {
  send: (world) => {
    const next = world.plan[0];
    if (next !== undefined && (world.monitor.span === null || world.monitor.spanSent >= world.monitor.span.packets)) {
      openSpan(world.monitor, next);
      world.plan = world.plan.slice(1);
    }
    const decision = nextSend(world.monitor, 0);
    if (decision.send) world.air.push([decision.sequence, decision.packetIndex, decision.billingClass === 'paid']);
  },
  arrive: (world) => {
    const slot = world.air.shift();
    if (slot === undefined) return;
    const [sequence, packetIndex, paid] = slot;
    if (received(world.ledger, sequence, packetIndex) === 'new' && paid) world.came.add(packetIndex);
  },
  lose: (world) => void world.air.shift(),
  window: (world) => {
    const view = windowView(world.monitor);
    noteWindow(world.ledger, { ...view, type: 'window', epoch: world.epoch, counter: 0, receiptCounter: 0, confirmEventId: new Uint8Array(16) });
  },
  ack: (world) => {
    const body = buildAck(world.ledger);
    world.counter += 1;
    if (body !== null) acknowledge(world.monitor, { ...body, epoch: world.epoch, counter: world.counter, challenge: null }, 0);
  },
  'ack-lost': (world) => void buildAck(world.ledger),
  sign: (world) => {
    world.durable.counts = counts(world.ledger);
    world.durable.ranges = world.ledger.paidRanges;
    noteReceiptDurable(world.ledger, world.durable.counts);
    receiptDurable(world.monitor, { ...receiptOf(0, world.ledger.base), counts: world.durable.counts });
  },
  'crash-of-the-box': (world) => {
    const carried = carryOver(world.monitor);
    const covered = coveredIndexes(world.monitor);
    const word = acceptCounts(TINY, world.durable.counts, carried.counts ?? []);
    // The box forgets what its book does not hold; the headend, alive, knows which packets its word is about.
    const ranges = packetsOf(word, 'paid') > packetsOf(world.durable.counts, 'paid') ? (carried.paidRanges ?? []) : world.durable.ranges;
    world.epoch += 1;
    world.air.length = 0;
    const nextSequence = carried.nextSequence + 2;
    const monitor = createMonitor(TINY, null, { ...carried, nextSequence, epoch: world.epoch }, 32);
    Object.assign(world, {
      monitor,
      counter: 0,
      ledger: createAckLedger(TINY, { nextSequence, counts: word, paidRanges: ranges, receiptedPaid: packetsOf(world.durable.counts, 'paid') }),
    });
    world.plan = planSpans(covered.length > 0 ? (carried.paidRanges ?? []) : [], 0, PACKETS, { node: 0, fresh: 'paid' });
  },
};

function keyOf({ monitor, ledger, plan, epoch, air, came, durable }: World): string {
  const view = windowView(monitor);
  const slots = monitor.nextSequence - monitor.abandonedBelow;
  const statuses = Array.from({ length: slots }, (_, at) => statusOf(monitor.ring, monitor.abandonedBelow + at));
  const heard = Array.from({ length: Math.max(0, ledger.top - ledger.base) }, (_, at) => ledger.status[(ledger.base + at) & (ledger.status.length - 1)]);
  const device = [ledger.base, ledger.top, ledger.spans.horizon, ledger.ackedPaid, ledger.durablePaid, ledger.speaks, ledger.paidRanges, heard];
  return JSON.stringify([
    view,
    statuses,
    monitor.spanSent,
    monitor.exposed,
    monitor.paidRanges,
    monitor.claimedPaid,
    plan,
    epoch,
    air,
    [...came].sort(),
    durable,
    device,
  ]);
}

function expectHonest({ monitor, ledger, came, durable }: World, path: readonly string[]): void {
  const owed = packetsOf(counts(ledger), 'paid');
  const view = windowView(monitor);
  const problems = [
    owed > came.size && `${owed} are owed, ${came.size} came`,
    owed < packetsOf(durable.counts, 'paid') && 'what was signed is owed less',
    view.acknowledgedPaid > came.size && 'the headend counts what did not come',
    view.unpaidInFlight > TINY.creditWindowPackets && 'more than W is lent',
    view.sentPaid - view.receiptedPaid > TINY.receiptWindowPackets && 'more than R is unsigned',
  ].filter((problem) => problem !== false);
  expect(problems, path.join(' ')).toEqual([]);
}

function explore(depth: number, mostCrashes: number): number {
  const monitor = createMonitor(TINY, null, undefined, 32);
  const plan = planSpans([], 0, PACKETS, { node: 0, fresh: 'paid' });
  const start: World = { monitor, ledger: createAckLedger(TINY), plan, epoch: 0, counter: 0, air: [], came: new Set(), durable: { counts: [], ranges: [] } };
  const seen = new Set<string>();
  let level: { readonly world: World; readonly path: readonly string[] }[] = [{ world: start, path: [] }];
  for (let step = 0; step < depth; step += 1) {
    const next: typeof level = [];
    for (const { world, path } of level) {
      for (const [name, act] of Object.entries(ACTIONS)) {
        if (name === 'crash-of-the-box' && world.epoch >= mostCrashes) continue;
        const after = structuredClone(world);
        act(after);
        const key = keyOf(after);
        if (seen.has(key)) continue;
        seen.add(key);
        expectHonest(after, [...path, name]);
        next.push({ world: after, path: [...path, name] });
      }
    }
    level = next;
  }
  return seen.size;
}

describe('every order of a tiny session with crashes', () => {
  test('the client loses nothing: it owes what came, and no packet twice', { timeout: 120_000 }, () => {
    expect(explore(9, 2)).toBeGreaterThan(1_000);
  });

  test('a lying headend gains at most one receipt interval, whatever it claims and whatever is signed', () => {
    for (let signed = 0; signed <= 6; signed += 1) {
      for (let claimed = 0; claimed <= 60; claimed += 1) {
        const cells = (packets: number) => [{ node: 0, billingClass: 'paid', packets }] as const;
        const accepted = packetsOf(acceptCounts(TINY, cells(signed), cells(claimed)), 'paid');
        expect(accepted - signed).toBeLessThanOrEqual(exposurePackets(TINY));
        expect(accepted).toBeGreaterThanOrEqual(signed);
      }
    }
  });
});
