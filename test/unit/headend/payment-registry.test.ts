import { beforeEach, describe, expect, test } from 'vitest';
import { PaymentRegistry } from '../../../src/headend/payment-registry.ts';
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

function progressOf(sid: SessionId, packets: number) {
  const counts = [{ node: 0, billingClass: 'paid', packets }] as const;
  return { sid, epoch: 0, counts, lostPaid: 0, nextSequence: packets, paidRanges: [[0, packets]] as const };
}

describe('the payment registry', () => {
  test('makes many acknowledgements of many sessions durable in one commit each 100 ms', async () => {
    for (let packets = 1; packets <= 10; packets += 1) {
      registry.accumulate(progressOf(SID, packets));
      registry.accumulate(progressOf(OTHER, 2 * packets));
    }
    expect(store.commits).toBe(0);
    await clock.advance(100);
    expect(store.commits).toBe(1);
    expect(store.progress.get(SID)?.nextSequence).toBe(10);
    expect(store.progress.get(OTHER)?.nextSequence).toBe(20);
    await clock.advance(10_000);
    expect(store.commits).toBe(1);
  });

  test('keeps what a failing store did not take, says so, and tries again', async () => {
    store.broken = true;
    registry.accumulate(progressOf(SID, 5));
    await clock.advance(500);
    expect(events).toEqual(['progress-not-stored']);
    store.broken = false;
    await clock.advance(1_000);
    expect(store.progress.get(SID)?.nextSequence).toBe(5);
  });

  test('commits on demand, and leaves no timer behind', () => {
    registry.accumulate(progressOf(SID, 5));
    expect(registry.flush()).toBe(true);
    expect(store.commits).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
