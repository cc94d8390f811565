import type { BillingClass } from '../../../src/domain/credit/billing-class.ts';
import type { AckMessage } from '../../../src/domain/credit/messages.ts';

export interface SentSlot {
  readonly epoch: number;
  readonly sequence: number;
  readonly packetIndex: number;
  readonly billingClass: BillingClass;
  readonly confirmed: boolean;
}

/** What really happened, written down where it happened: at the wire and at the disks. The checks know nothing else. */
export class Tape {
  readonly sent = new Map<number, SentSlot>();
  readonly problems: string[] = [];
  /** Distinct packets of the work that came whole to the device in a slot sent as paid. */
  readonly paidIndexesDelivered = new Set<number>();
  readonly paidIndexesSent = new Set<number>();
  readonly paidSlotsSent = new Set<number>();
  trialSent = 0;
  /** Paid packets of the work that came to the device, and that a frame which ARRIVED at the headend showed. */
  readonly #spokenIndexes = new Set<number>();
  readonly #deliveredPaid = new Map<number, number>();
  #shownBelow = 0;
  signedArrived = 0;
  maxUnspoken = 0;
  maxUnsigned = 0;
  /** S_signed as WINDOWs showed it to the device, and what the device itself had signed and stored. */
  shownSigned = 0;
  storedSigned = 0;
  headendKills = 0;
  deviceKills = 0;
  resumes = 0;
  /** The box ended the play because nothing came any more. */
  gaveUp = false;

  /** The sender put a packet on the wire; `again` for a retransmission of the same slot. */
  noteSent(slot: SentSlot): void {
    const before = this.sent.get(slot.sequence);
    if (before !== undefined) this.problems.push(`slot ${slot.sequence} was used in epochs ${before.epoch} and ${slot.epoch}`);
    this.sent.set(slot.sequence, slot);
    if (slot.billingClass === 'trial') this.trialSent += 1;
    if (slot.billingClass !== 'paid') return;
    this.paidSlotsSent.add(slot.sequence);
    this.paidIndexesSent.add(slot.packetIndex);
    this.maxUnspoken = Math.max(this.maxUnspoken, this.paidIndexesSent.size - Math.max(this.#spokenIndexes.size, this.signedArrived));
    this.maxUnsigned = Math.max(this.maxUnsigned, this.paidIndexesSent.size - this.signedArrived);
  }

  noteDelivered(sequence: number): void {
    const slot = this.sent.get(sequence);
    if (slot === undefined) this.problems.push(`slot ${sequence} arrived and was never sent`);
    else if (slot.billingClass === 'paid') {
      this.paidIndexesDelivered.add(slot.packetIndex);
      this.#deliveredPaid.set(sequence, slot.packetIndex);
    }
  }

  /** An ACK arrived at the headend. Slots below its base that never came were declared lost. */
  noteAck({ base, bitmap, ranges }: AckMessage): void {
    for (; this.#shownBelow < base; this.#shownBelow += 1) this.#show(this.#shownBelow);
    for (let bit = 0, bits = bitmap; bits !== 0n; bit += 1, bits >>= 1n) if ((bits & 1n) === 1n) this.#show(base + bit);
    for (const [first, packets] of ranges) for (let at = 0; at < packets; at += 1) this.#show(first + at);
  }

  noteSigned(paidPackets: number): void {
    this.signedArrived = Math.max(this.signedArrived, paidPackets);
  }

  #show(sequence: number): void {
    const packetIndex = this.#deliveredPaid.get(sequence);
    if (packetIndex !== undefined) this.#spokenIndexes.add(packetIndex);
  }
}
