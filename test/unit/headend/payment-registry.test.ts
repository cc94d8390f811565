import { beforeEach, describe, expect, test } from 'vitest';
import { PaymentRegistry, type Progressing, type RegistryWriter } from '../../../src/headend/payment-registry.ts';
import type { ReceiptToStore } from '../../../src/ports/headend-stores.ts';
import { asId, type SessionId } from '../../../src/units/ids.ts';
import { RecordingRegistry } from '../../fakes/recording-registry.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const SID = asId<SessionId>('00'.repeat(16));
const OTHER = asId<SessionId>('11'.repeat(16));

let clock: VirtualClock;
let store: RecordingRegistry;
let registry: PaymentRegistry;
let events: string[];

beforeEach(() => {
  clock = new VirtualClock();
  store = new RecordingRegistry();
  events = [];
  registry = new PaymentRegistry({ store, clock, log: { info: () => {}, warn: (event) => events.push(event) } });
});

/** A session that acknowledged `packets`; what became durable of it is noted. */
function sessionOf(sid: SessionId, packets: number): Progressing & { durable: number } {
  return {
    sid,
    durable: 0,
    progress: () => ({
      sid,
      epoch: 0,
      counts: [{ node: 0, billingClass: 'paid', packets }],
      lostPaid: 0,
      nextSequence: packets,
      paidRanges: [[0, packets]],
    }),
    committed(progress) {
      this.durable = progress.nextSequence;
    },
    fenced: () => {},
  };
}

function receiptOf(sid: SessionId, ackCounter: number): ReceiptToStore {
  const none = new Uint8Array(16);
  const receipt = { sid, epoch: 0, ackCounter, base: 0, counts: [], termsHash: none, confirmEventId: none, wallMs: 0 };
  return { sid, receipt, bytes: none, signature: new Uint8Array(64) };
}

describe('the payment registry', () => {
  test('makes many acknowledgements of many sessions durable in one commit each 400 ms', async () => {
    for (let packets = 1; packets <= 10; packets += 1) {
      registry.accumulate(sessionOf(SID, packets));
      registry.accumulate(sessionOf(OTHER, 2 * packets));
    }
    expect(store.commits).toBe(0);
    await clock.advance(400);
    expect(store.commits).toBe(1);
    expect(store.progress.get(SID)?.nextSequence).toBe(10);
    expect(store.progress.get(OTHER)?.nextSequence).toBe(20);
    await clock.advance(10_000);
    expect(store.commits).toBe(1);
  });

  test('writes the counts of hundreds of sessions in groups, the oldest first, each within 400 ms, and nobody twice', async () => {
    const sidOf = (index: number): SessionId => asId<SessionId>(index.toString(16).padStart(32, '0'));
    const groups: number[] = [];
    const counting: RegistryWriter = {
      commitGroup: (group) => {
        groups.push(group.progress.length);
        return store.commitGroup(group);
      },
    };
    const many = new PaymentRegistry({ store: counting, clock, log: { info: () => {}, warn: () => {} } });
    const sessions = Array.from({ length: 200 }, (_, index) => sessionOf(sidOf(index), index + 1));
    for (const session of sessions) {
      many.accumulate(session);
      await clock.advance(2);
    }
    expect(sessions.map(({ durable }) => durable > 0).lastIndexOf(true)).toBe(63);
    await clock.advance(400);
    expect(sessions.every(({ durable }, index) => durable === index + 1)).toBe(true);
    expect(Math.max(...groups)).toBe(64);
    expect(groups.reduce((sum, size) => sum + size, 0)).toBe(200);
    for (const session of sessions) many.accumulate(session);
    await many.close();
    expect(groups.at(-1)).toBe(200);
    expect(clock.pending).toBe(0);
  });

  test('writes at once who can not wait, and those who can go along', async () => {
    registry.accumulate(sessionOf(OTHER, 7));
    registry.accumulate(sessionOf(SID, 5));
    registry.accumulate(sessionOf(SID, 6), 0);
    await clock.advance(0);
    expect([store.commits, store.progress.get(SID)?.nextSequence, store.progress.get(OTHER)?.nextSequence]).toEqual([1, 6, 7]);
    await clock.advance(2_000);
    expect(store.commits).toBe(1);
  });

  test('keeps what a failing store did not take, says so, and tries again', async () => {
    const session = sessionOf(SID, 5);
    store.broken = true;
    registry.accumulate(session);
    await clock.advance(400);
    expect(events).toEqual(['registry-not-stored']);
    expect(session.durable).toBe(0);
    store.broken = false;
    await clock.advance(1_000);
    expect(store.progress.get(SID)?.nextSequence).toBe(5);
    expect(session.durable).toBe(5);
  });

  test('commits on demand, and leaves no timer behind', async () => {
    registry.accumulate(sessionOf(SID, 5));
    await registry.close();
    expect(store.commits).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('makes the receipts of one moment durable in one commit, each with the counts it follows, and says so only then', async () => {
    const told: string[] = [];
    registry.accumulate(sessionOf(SID, 5));
    registry.accumulate(sessionOf(OTHER, 7));
    for (const counter of [1, 2, 3]) registry.putReceipt(receiptOf(SID, counter), (stored) => void told.push(`${counter} ${stored}`));
    expect(told).toEqual([]);
    await clock.advance(50);
    expect(told).toEqual(['1 true', '2 true', '3 true']);
    expect(store.commits).toBe(1);
    expect([...store.progress.keys()]).toEqual([SID]);
    await clock.advance(400);
    expect([...store.progress.keys()]).toEqual([SID, OTHER]);
  });

  test('tells that a receipt and a yes are not durable where the store failed', async () => {
    const told: boolean[] = [];
    store.broken = true;
    registry.putReceipt(receiptOf(SID, 1), (stored) => void told.push(stored));
    registry.putConfirmation(SID, 'aa', (stored) => void told.push(stored));
    await clock.advance(50);
    expect(told).toEqual([false, false]);
    expect(store.receipts).toEqual([]);
  });

  test('waits for the group that is on its way before it writes the next, and a flush waits for both', async () => {
    const groups: { readonly size: number; readonly finish: () => void }[] = [];
    const slow: RegistryWriter = {
      commitGroup: ({ receipts }) => new Promise((resolve) => void groups.push({ size: receipts.length, finish: () => resolve([]) })),
    };
    const writing = new PaymentRegistry({ store: slow, clock, log: { info: () => {}, warn: () => {} } });
    const told: number[] = [];
    const put = (counter: number): void => writing.putReceipt(receiptOf(SID, counter), () => void told.push(counter));
    put(1);
    await clock.advance(50);
    put(2);
    put(3);
    await clock.advance(1_000);
    expect(groups.map(({ size }) => size)).toEqual([1]);
    const flushed = writing.flush();
    groups[0]?.finish();
    await clock.advance(50);
    expect(told).toEqual([1]);
    groups[1]?.finish();
    await flushed;
    expect([told, groups.map(({ size }) => size)]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
  });
});
