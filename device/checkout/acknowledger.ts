import type { AckLedger } from '../../src/domain/credit/ack-ledger.ts';
import { buildAck, isBehind, noteReceiptDurable, noteWindow, received } from '../../src/domain/credit/ack-ledger.ts';
import { HEARD, heardOf } from '../../src/domain/credit/ledger-slots.ts';
import type { AckMessage, ConfirmMessage, ReceiptMessage, WindowMessage } from '../../src/domain/credit/messages.ts';
import type { CreditTerms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { challengeResponse } from '../../src/platform/crypto/challenge.ts';
import { sha256 } from '../../src/platform/crypto/digest.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ReceivedSlot } from '../media/rtp-receiver.ts';
import type { CounterBlock } from './counter-block.ts';
import type { ReceiptWriter, SignedReceipt } from './receipt-writer.ts';

type Bare<T> = T extends unknown ? Omit<T, 'epoch' | 'counter'> : never;
/** A message before its epoch and counter are known. */
export type Draft = Bare<AckMessage | ReceiptMessage | ConfirmMessage>;

export interface AcknowledgerParts {
  readonly clock: Clock;
  readonly terms: CreditTerms;
  readonly ledger: AckLedger;
  readonly counters: CounterBlock;
  readonly receipts: ReceiptWriter;
  readonly sid: Uint8Array;
  readonly challengeKey: Uint8Array;
  readonly send: (draft: Draft, counter: number) => void;
}

interface OpenChallenge {
  readonly sequence: number;
  readonly response: Uint8Array;
}

/**
 * Pays: says which packets arrived, every few packets and at least every ACK interval, with the whole recent history each time,
 * so that no lost ACK matters. Repeats answers to challenges, receipts and the confirmation until a WINDOW shows them. One epoch.
 */
export class Acknowledger {
  readonly #parts: AcknowledgerParts;
  readonly #challenges: OpenChallenge[] = [];
  #unacknowledged = 0;
  #sentAcks = 0;
  #suppressed: boolean;
  #confirm: Bare<ConfirmMessage> | null = null;
  #lastCounter = 0;
  #base = 0;
  #cancel: () => void = () => {};
  #closed = false;

  constructor(parts: AcknowledgerParts, suppressed: boolean) {
    this.#parts = parts;
    this.#suppressed = suppressed;
    this.#waitAnInterval();
  }

  /** Demonstrates the credit window: nothing is acknowledged, so the sender stops after exactly W. */
  set suppressed(on: boolean) {
    this.#suppressed = on;
    if (!on) this.acknowledge();
  }

  /** Newest ACK counter used, and the base it told: what the next receipt follows. */
  get told(): { readonly ackCounter: number; readonly base: number } {
    return { ackCounter: this.#lastCounter, base: this.#base };
  }

  /** An authentic packet that lies in the playout buffer. */
  take(slot: ReceivedSlot): void {
    received(this.#parts.ledger, slot.sequence, slot.packetIndex);
    if (slot.challenge !== null) this.#answer(slot, slot.challenge);
    this.#unacknowledged += 1;
    if (this.#sentAcks === 0 || this.#unacknowledged >= this.#parts.terms.ackEveryPackets || this.#showsLoss(slot.sequence)) this.acknowledge();
  }

  takeWindow(window: WindowMessage): void {
    noteWindow(this.#parts.ledger, window);
    this.#parts.receipts.noteShown(window.receiptCounter);
    this.#dropAnswered(window.challengeAnswered);
    if (this.#confirm !== null && window.confirmEventId.some((byte) => byte !== 0)) this.#confirm = null;
    if (this.#sentAcks === 0 || isBehind(this.#parts.ledger, window)) this.acknowledge();
  }

  /** Sent again with every ACK until a WINDOW echoes it. */
  confirm(message: Bare<ConfirmMessage>): void {
    this.#confirm = message;
    this.#say(message);
  }

  /** A receipt that is durable here. */
  takeReceipt(receipt: SignedReceipt): void {
    noteReceiptDurable(this.#parts.ledger, receipt.receipt.counts);
    if (!this.#suppressed) this.#sayReceipt(receipt);
  }

  acknowledge(): void {
    this.#waitAnInterval();
    if (this.#confirm !== null) this.#say(this.#confirm);
    if (this.#suppressed) return;
    const { receipts, ledger } = this.#parts;
    if (receipts.unshown !== null) this.#sayReceipt(receipts.unshown);
    const ack = buildAck(ledger);
    if (ack === null) return;
    const counter = this.#say({ ...ack, challenge: this.#challenges[0] ?? null });
    if (counter === null) return;
    this.#sentAcks += 1;
    this.#unacknowledged = 0;
    this.#base = ack.base;
    this.#lastCounter = counter;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** The interval runs from the last ACK, whatever was its reason: so there is one, not two, where both reasons come at the same pace. */
  #waitAnInterval(): void {
    this.#cancel();
    if (this.#closed) return;
    this.#cancel = this.#parts.clock.after(this.#parts.terms.ackIntervalMs, () => this.acknowledge());
  }

  /** A hole old enough to be a loss is told at once: only then can the packet be sent again in time to be heard. */
  #showsLoss(sequence: number): boolean {
    const hole = sequence - limits.reorderThresholdPackets;
    return hole >= this.#parts.ledger.base && heardOf(this.#parts.ledger, hole) === HEARD.missing;
  }

  /** Only the very one: a challenged packet that came late, sent again, has a lower number and is still to be answered. */
  #dropAnswered(sequence: number): void {
    const at = this.#challenges.findIndex((open) => open.sequence === sequence);
    if (at >= 0) this.#challenges.splice(at, 1);
  }

  #sayReceipt({ receipt, signature }: SignedReceipt): void {
    this.#say({ type: 'receipt', receipt, signature });
  }

  #answer(slot: ReceivedSlot, nonce: Uint8Array): void {
    const { challengeKey, sid } = this.#parts;
    const response = challengeResponse(challengeKey, sid, slot.sequence, nonce, sha256(slot.payload));
    this.#challenges.push({ sequence: slot.sequence, response });
    this.#challenges.sort((left, right) => left.sequence - right.sequence);
    if (this.#challenges.length > limits.challengeGracePackets) this.#challenges.shift();
  }

  #say(draft: Draft): number | null {
    const counter = this.#parts.counters.take();
    if (counter !== null) this.#parts.send(draft, counter);
    return counter;
  }
}
