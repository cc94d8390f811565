import { expect, test } from 'vitest';
import type { CashDevice } from '../../../../device/cash/cash-device.ts';
import { CoinSlot } from '../../../../device/cash/coin-slot.ts';
import { limits } from '../../../../src/limits.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const fine = { bookWritable: true, storageLow: false, playable: true, inService: true, creditMinor: 0n };

function slotWith(facts: { now: typeof fine }) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const device = { accept: () => told.push('accept'), inhibit: () => told.push('inhibit') } as unknown as CashDevice;
  const parts = { acceptor: device, feed: { waiting: () => 0 }, clock, facts: () => facts.now };
  return { slot: new CoinSlot(parts as unknown as ConstructorParameters<typeof CoinSlot>[0]), clock, told };
}

test('takes no coin where no work can be played, and takes them as soon as one can (ruling 12)', async () => {
  const facts = { now: { ...fine, playable: false } };
  const { slot, clock, told } = slotWith(facts);
  slot.accept(true);
  expect(told).toEqual(['inhibit']);
  facts.now = fine;
  await clock.advance(limits.acceptLeaseMs / 3);
  expect(told).toEqual(['inhibit', 'accept']);
  facts.now = { ...fine, creditMinor: BigInt(limits.patronCreditMaxMinor) };
  await clock.advance(limits.acceptLeaseMs / 3);
  expect(told.at(-1)).toBe('inhibit');
  slot.accept(false);
  facts.now = fine;
  await clock.advance(limits.acceptLeaseMs);
  expect(told.at(-1)).toBe('inhibit');
});
