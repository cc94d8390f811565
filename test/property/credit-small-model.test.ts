import { describe, expect, test } from 'vitest';
import type { AckBody, AckLedger } from '../../src/domain/credit/ack-ledger.ts';
import { buildAck, counts, createAckLedger, noteReceiptDurable, noteWindow, received } from '../../src/domain/credit/ack-ledger.ts';
import type { ClassCount } from '../../src/domain/credit/billing-class.ts';
import { packetsOf } from '../../src/domain/credit/billing-class.ts';
import {
  acknowledge,
  createMonitor,
  dueRetransmissions,
  expire,
  type MonitorState,
  nextSend,
  openSpan,
  receiptDurable,
  windowView,
} from '../../src/domain/credit/credit-monitor.ts';
import type { WindowMessage } from '../../src/domain/credit/messages.ts';
import { firstSentMs, statusOf } from '../../src/domain/credit/packet-ring.ts';
import type { CreditTerms } from '../../src/domain/credit/terms.ts';
import { paidSpan, receiptOf, TERMS } from '../unit/domain/credit/credit-fixtures.ts';

/**
 * Every interleaving of sending, delivering, losing, acknowledging and receipting, for a work of a few packets and tiny
 * windows, up to a depth. Each direction holds one message of each kind in flight; a newer one replaces (loses) it, which is how
 * an ACK and the WINDOW that abandons its packets cross.
 */
interface World {
  readonly monitor: MonitorState;
  readonly ledger: AckLedger;
  /** Slots in flight to the device. */
  readonly air: number[];
  ack: AckBody | null;
  window: WindowMessage | null;
  receipt: { readonly base: number; readonly counts: readonly ClassCount[] } | null;
  nowMs: number;
  ackCounter: number;
}

const LATER_MS = 10_000;

type Action = { readonly name: string; readonly act: (world: World) => void };

function actionsOf(world: World): Action[] {
  const actions: Action[] = [
    { name: 'expire', act: letTimePass },
    { name: 'window', act: makeWindow },
    { name: 'ack', act: makeAck },
    { name: 'receipt', act: signReceipt },
  ];
  if (nextSend(structuredClone(world.monitor), world.nowMs).send) actions.push({ name: 'send', act: send });
  if (world.window !== null) actions.push({ name: 'window-arrives', act: deliverWindow });
  if (world.ack !== null) actions.push({ name: 'ack-arrives', act: deliverAck });
  if (world.receipt !== null) actions.push({ name: 'receipt-arrives', act: deliverReceipt });
  for (const sequence of new Set(world.air)) {
    actions.push({ name: `deliver-${sequence}`, act: (next) => deliver(next, sequence, true) });
    actions.push({ name: `lose-${sequence}`, act: (next) => deliver(next, sequence, false) });
  }
  return actions;
}

function makeWindow(world: World): void {
  world.window = windowOf(world.monitor);
}

function makeAck(world: World): void {
  world.ack = buildAck(world.ledger);
}

function send(world: World): void {
  const decision = nextSend(world.monitor, world.nowMs);
  if (decision.send) world.air.push(decision.sequence);
}

function letTimePass(world: World): void {
  world.air.push(...dueRetransmissions(world.monitor, world.nowMs));
  world.nowMs += LATER_MS;
  expire(world.monitor, world.nowMs);
}

function windowOf(monitor: MonitorState): WindowMessage {
  const view = windowView(monitor);
  return { ...view, type: 'window', epoch: 0, counter: 0, creditWindowPackets: 0, receiptCounter: 0, confirmEventId: new Uint8Array(16) };
}

function deliver(world: World, sequence: number, arrives: boolean): void {
  world.air.splice(world.air.indexOf(sequence), 1);
  if (arrives) received(world.ledger, sequence, sequence);
}

function deliverWindow(world: World): void {
  if (world.window !== null) noteWindow(world.ledger, world.window);
  world.window = null;
}

function deliverAck(world: World): void {
  if (world.ack === null) return;
  world.ackCounter += 1;
  const outcome = acknowledge(world.monitor, { ...world.ack, epoch: 0, counter: world.ackCounter, challenge: null }, world.nowMs);
  expect(outcome.accepted).toBe(true);
  world.ack = null;
}

function signReceipt(world: World): void {
  const body = counts(world.ledger);
  noteReceiptDurable(world.ledger, body);
  world.receipt = { base: world.ledger.base, counts: body };
}

function deliverReceipt(world: World): void {
  if (world.receipt === null) return;
  receiptDurable(world.monitor, { ...receiptOf(0, world.receipt.base), counts: world.receipt.counts });
  world.receipt = null;
}

/** The ledgers' arrays are large; what differs between worlds is small. */
function keyOf(world: World): string {
  const { monitor, ledger } = world;
  const slots = monitor.nextSequence;
  const sequences = Array.from({ length: slots }, (_, sequence) => sequence);
  return JSON.stringify([
    windowView(monitor),
    sequences.map((sequence) => statusOf(monitor.ring, sequence)),
    // Which deadlines have passed is all that time means here.
    sequences.map((sequence) => world.nowMs - firstSentMs(monitor.ring, sequence) >= LATER_MS),
    monitor.highestAcknowledged,
    monitor.ackedBase,
    monitor.claimedPaid,
    monitor.receiptedLost,
    [...ledger.status.subarray(0, slots)],
    [ledger.base, ledger.top, ledger.abandonedBelow, ledger.spans.horizon, ledger.ackedPaid, ledger.lostPaid, ledger.durablePaid],
    [...world.air].sort(),
    world.ack === null ? null : { ...world.ack, bitmap: world.ack.bitmap.toString() },
    world.window,
    world.receipt,
  ]);
}

function expectSafe({ monitor, ledger }: World, path: readonly string[]): void {
  const view = windowView(monitor);
  const { creditWindowPackets, receiptWindowPackets, lossAllowancePerMille } = monitor.terms;
  const owed = packetsOf(counts(ledger), 'paid');
  const forgivable = Math.floor((lossAllowancePerMille * view.sentPaid) / 1_000);
  const problems = [
    view.unpaidInFlight > creditWindowPackets + forgivable && 'a vanished peer costs more than W + A',
    view.sentPaid - view.receiptedPaid > receiptWindowPackets + forgivable && 'a peer that denies its MACs costs more than R',
    view.acknowledgedPaid > owed && 'the server counts what the device does not owe',
    owed > view.sentPaid && 'the device owes what was not sent',
    view.resolvedBase < view.abandonedBelow && 'the pointers crossed',
  ].filter((problem) => problem !== false);
  expect(problems, path.join(' ')).toEqual([]);
}

/** Lets everything in flight arrive, then repeats WINDOW, ACK and receipt until nothing changes. */
function settle(world: World): void {
  for (const sequence of [...world.air]) deliver(world, sequence, true);
  for (let round = 0; round < 4; round += 1) {
    deliverWindow(world);
    deliverAck(world);
    deliverReceipt(world);
    letTimePass(world);
    for (const sequence of [...world.air]) deliver(world, sequence, true);
    makeWindow(world);
    deliverWindow(world);
    makeAck(world);
    signReceipt(world);
  }
}

function explore(terms: CreditTerms, packets: number, depth: number): { readonly states: number; readonly crossings: number } {
  const monitor = createMonitor(terms, null, undefined, 16);
  openSpan(monitor, paidSpan(packets));
  const start: World = { monitor, ledger: createAckLedger(terms), air: [], ack: null, window: null, receipt: null, nowMs: 0, ackCounter: 0 };
  const seen = new Set<string>();
  let level: { readonly world: World; readonly path: readonly string[] }[] = [{ world: start, path: [] }];
  let crossings = 0;
  for (let step = 0; step < depth; step += 1) {
    const next: typeof level = [];
    for (const { world, path } of level) {
      for (const action of actionsOf(world)) {
        const world2 = structuredClone(world);
        action.act(world2);
        const key = keyOf(world2);
        if (seen.has(key)) continue;
        seen.add(key);
        const path2 = [...path, action.name];
        expectSafe(world2, path2);
        next.push({ world: world2, path: path2 });
        crossings += expectAgreement(structuredClone(world2), path2);
      }
    }
    level = next;
  }
  return { states: seen.size, crossings };
}

/** @returns 1 where a packet was abandoned although the device had it */
function expectAgreement(world: World, path: readonly string[]): number {
  settle(world);
  const view = windowView(world.monitor);
  expect({ counts: view.counts, paid: view.acknowledgedPaid, lost: view.lostPaid }, path.join(' ')).toEqual({
    counts: counts(world.ledger),
    paid: packetsOf(counts(world.ledger), 'paid'),
    lost: world.ledger.lostPaid,
  });
  return world.monitor.abandonedPaid > view.lostPaid ? 1 : 0;
}

describe('every interleaving of a tiny session', () => {
  const tiny: CreditTerms = { ...TERMS, creditWindowPackets: 2, receiptWindowPackets: 3, receiptIntervalMs: 20, ackIntervalMs: 20, ackEveryPackets: 1 };

  test('W = 2, R = 3: never more than W + A is lost, and both sides agree when the link is quiet', () => {
    const { states } = explore(tiny, 4, 11);
    expect(states).toBeGreaterThan(2_000);
  });

  test('W = 3, R = 5, every second loss forgiven: also where ACK and abandonment cross', () => {
    const { states, crossings } = explore({ ...tiny, creditWindowPackets: 3, receiptWindowPackets: 5, lossAllowancePerMille: 500 }, 3, 9);
    expect(states).toBeGreaterThan(2_000);
    expect(crossings).toBeGreaterThan(0);
  });
});
