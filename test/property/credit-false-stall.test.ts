import { describe, expect, test } from 'vitest';
import { windowView } from '../../src/domain/credit/credit-monitor.ts';
import { paidSpan, TERMS } from '../unit/domain/credit/credit-fixtures.ts';
import { CLEAN, CreditLink, type LinkFaults } from './credit-link.ts';

/** By hand: ACKBOX_STALL_HOURS=24 ACKBOX_STALL_SEEDS=200 lives a day of works of an hour each, for each seed. */
const HOURS = Number(process.env.ACKBOX_STALL_HOURS ?? '1');
const SEEDS = Array.from({ length: Number(process.env.ACKBOX_STALL_SEEDS ?? '3') }, (_, at) => at + 1);
const HOUR_PACKETS = 180_000;
/** Four ACKs lost in a row hold a packet or two back for a moment, far less than lies ahead of the ear. */
const MOST_HELD_BACK = 10;

const RAW: LinkFaults = { dataLoss: 10, ackLoss: 50, windowLoss: 10, duplicate: 5, delayMs: 20, jitterMs: 30 };
const RESIDUAL: LinkFaults = { ...CLEAN, dataLoss: 10 };

/** @returns ticks in which the sender was starved for longer than the prebuffer (A9), in `HOURS` works of an hour */
function stallsIn(faults: LinkFaults, retransmitDeadlineMs: number, seed: number): { readonly stalls: number; readonly packets: number } {
  const total = { stalls: 0, packets: 0 };
  for (let hour = 0; hour < HOURS; hour += 1) {
    const link = new CreditLink({ terms: { ...TERMS, retransmitDeadlineMs }, plans: [paidSpan(HOUR_PACKETS)], faults, seed: seed * 1_000 + hour });
    for (let tick = 0; tick < HOUR_PACKETS + MOST_HELD_BACK && !link.allSent; tick += 1) {
      link.tick();
      total.stalls += link.monitor.starved ? 1 : 0;
    }
    total.packets += link.monitor.nextSequence;
  }
  return total;
}

describe('no false stall (A10, A11; W = 50, e = 1.5 %)', () => {
  test.each(SEEDS)('raw loss of 1 % with retransmission, and 5 % of the ACKs lost: seed %i', { timeout: 36e5 }, (seed) => {
    expect(stallsIn(RAW, 800, seed)).toEqual({ stalls: 0, packets: HOURS * HOUR_PACKETS });
  });

  test.each(SEEDS)('residual loss of 1 %: seed %i', { timeout: 36e5 }, (seed) => {
    expect(stallsIn(RESIDUAL, 0, seed)).toEqual({ stalls: 0, packets: HOURS * HOUR_PACKETS });
  });
});

/** The next so many messages of a kind are lost, then none. */
class LosesNext implements LinkFaults {
  readonly dataLoss = 0;
  readonly duplicate = 0;
  readonly delayMs = 40;
  readonly jitterMs = 0;
  windows = 0;
  acks = 0;

  get windowLoss(): number {
    this.windows -= 1;
    return this.windows >= 0 ? 1_000 : 0;
  }

  get ackLoss(): number {
    this.acks -= 1;
    return this.acks >= 0 ? 1_000 : 0;
  }
}

describe('no stall', () => {
  test.each([
    [5, 0],
    [4, 1],
    [3, 2],
    [2, 4],
    [1, 6],
    [0, 8],
  ])('%i WINDOWs lost in a row and %i ACKs and receipts, wherever in their intervals', (windows, acks) => {
    const stalled: string[] = [];
    for (let phase = 0; phase < 10; phase += 1) {
      for (let apart = -10; apart <= 30; apart += 1) {
        const faults = new LosesNext();
        const link = new CreditLink({ terms: TERMS, plans: [paidSpan(2_000)], faults, seed: 1 });
        link.run(500 + phase);
        for (let tick = -10; tick < 200; tick += 1) {
          if (tick === 0) faults.windows = windows;
          if (tick === apart) faults.acks = acks;
          link.tick();
          if (link.monitor.starved) stalled.push(`phase ${phase}, ${apart} ticks apart, tick ${tick}`);
        }
      }
    }
    expect(stalled).toEqual([]);
  });
});

describe('a silent client', () => {
  test('is stopped after exactly W, however long one waits', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const link = new CreditLink({ terms: TERMS, plans: [paidSpan(5_000)], faults: { ...RAW, dataLoss: seed % 300 }, seed });
      link.deviceSilent = true;
      link.run(250);
      expect(windowView(link.monitor)).toMatchObject({ sentPaid: TERMS.creditWindowPackets, unpaidInFlight: TERMS.creditWindowPackets, allowance: 0 });
      expect(link.monitor.nextSequence).toBe(TERMS.creditWindowPackets);
    }
  });
});
