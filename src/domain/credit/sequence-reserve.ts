import { limits } from '../../limits.ts';

/** Where the next epoch begins: above every slot that this one can have sent, whatever of it became durable. */
export function firstSlotOfNextEpoch(durableNextSequence: number): number {
  return durableNextSequence + limits.sequenceReservePackets;
}

/** False where sending the next slot could outrun what a crash forgets: it waits until the number is durable again. */
export function isReserved(nextSequence: number, durableNextSequence: number): boolean {
  return nextSequence - durableNextSequence < limits.sequenceReservePackets;
}

/** True where the number should become durable now, so that nothing has to wait for it. */
export function reserveIsLow(nextSequence: number, durableNextSequence: number): boolean {
  return 2 * (nextSequence - durableNextSequence) >= limits.sequenceReservePackets;
}

/** Slots that were used, without those that the epochs before left out: they were never sent, so they are neither lost nor payable. */
export function slotsUsed(nextSequence: number, epoch: number): number {
  return Math.max(0, nextSequence - epoch * limits.sequenceReservePackets);
}
