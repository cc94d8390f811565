import type { AckLedger } from '../../src/domain/credit/ack-ledger.ts';
import { buildAck, isBehind, noteReceiptDurable, noteWindow, received } from '../../src/domain/credit/ack-ledger.ts';
import { HEARD, heardOf } from '../../src/domain/credit/ledger-slots.ts';
import type { AckMessage, ConfirmMessage, ReceiptMessage, WindowMessage } from '../../src/domain/credit/messages.ts';
import type { CreditTerms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { challengeResponse } from '../../src/platform/crypto/challenge.ts';
import { sha256 } from '../../src/platform/crypto/digest.ts';
import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { ReceivedSlot } from '../media/rtp-receiver.ts';
import type { CounterBlock } from './counter-block.ts';
import type { ReceiptWriter, SignedReceipt } from './receipt-writer.ts';

type Bare<T> = T extends unknown ? Omit<T, 'epoch' | 'counter'> : never;
/** A message before its epoch and counter are known. */
export type Draft = Bare<AckMessage | ReceiptMessage | ConfirmMessage>;

/** A message and the counter it goes under. */
export interface Said {
  readonly draft: Draft;
  readonly counter: number;
}

export interface AcknowledgerParts {
  readonly clock: Clock;
  readonly terms: CreditTerms;
  readonly ledger: AckLedger;
  readonly counters: CounterBlock;
  readonly receipts: ReceiptWriter;
  readonly sid: Uint8Array;
  readonly challengeKey: Uint8Array;
  /** What leaves at one moment, and so in one datagram; may be nothing. */
  readonly send: (said: readonly Said[]) => void;
  /** Asks for a receipt of all that is acknowledged; `takeReceipt` follows once it is durable, if it is to be had. */
  readonly askReceipt: () => void;
}

/** A receipt that no WINDOW shows yet is on its way for so long, and then said again. */
const RECEIPT_AGAIN_MS = 2 * limits.ackIntervalMs;

interface OpenChallenge {
  readonly sequence: number;
  readonly response: Uint8Array;
}

/**
 * Pays: says which packets arrived, every few packets and at least every ACK interval, with the whole recent history each time,
 * so that no lost ACK matters. Repeats answers to challenges, receipts and the confirmation until a WINDOW shows them. Where a receipt is
 * due, an ACK waits for it a moment, as a datagram costs more than what it brings. One epoch.
 */
export class Acknowledger {
  readonly #parts: AcknowledgerParts;
  readonly #challenges: OpenChallenge[] = [];
  #unacknowledged = 0;
  #sentAcks = 0;
  #suppressed: boolean;
  #confirm: Bare<ConfirmMessage> | null = null;
  #receiptAskedMs: number;
  #receiptSaidMs = Number.NEGATIVE_INFINITY;
  #windowsSinceAck = 0;
  /** An ACK is due, and waits for the receipt that goes along. */
  #holds = false;
  #cancel: () => void = () => {};
  #closed = false;

  constructor(parts: AcknowledgerParts, suppressed: boolean) {
    this.#parts = parts;
    this.#suppressed = suppressed;
    this.#receiptAskedMs = monotonicMs(parts.clock);
    this.#wait(parts.terms.ackIntervalMs);
  }

  /** Demonstrates the credit window: nothing is acknowledged, so the sender stops after exactly W. */
  set suppressed(on: boolean) {
    this.#suppressed = on;
    if (!on) this.acknowledge();
  }

  /** An authentic packet that lies in the playout buffer. */
  take(slot: ReceivedSlot): void {
    received(this.#parts.ledger, slot.sequence, slot.packetIndex);
    if (slot.challenge !== null) this.#answer(slot, slot.challenge);
    this.#unacknowledged += 1;
    if (this.#sentAcks === 0 || this.#showsLoss(slot.sequence)) this.acknowledge();
    else if (this.#unacknowledged >= this.#parts.terms.ackEveryPackets && !this.#holds) this.#turn();
  }

  takeWindow(window: WindowMessage): void {
    noteWindow(this.#parts.ledger, window);
    this.#parts.receipts.noteShown(window.receiptCounter);
    this.#dropAnswered(window.challengeAnswered);
    if (this.#confirm !== null && window.confirmEventId.some((byte) => byte !== 0)) this.#confirm = null;
    this.#windowsSinceAck += 1;
    if (this.#sentAcks === 0 || isBehind(this.#parts.ledger, window, this.#windowsSinceAck)) this.acknowledge();
  }

  /** Sent again with every ACK until a WINDOW echoes it. */
  confirm(message: Bare<ConfirmMessage>): void {
    this.#confirm = message;
    this.#parts.send(this.#count([message]));
  }

  /** A receipt that is durable here. */
  takeReceipt(receipt: SignedReceipt): void {
    noteReceiptDurable(this.#parts.ledger, receipt.receipt.counts);
    this.#receiptAskedMs = monotonicMs(this.#parts.clock);
    this.#receiptSaidMs = Number.NEGATIVE_INFINITY;
    if (!this.#suppressed) this.acknowledge();
  }

  /** Says now what there is to say. */
  acknowledge(): void {
    this.#holds = false;
    this.#wait(this.#parts.terms.ackIntervalMs);
    const confirm = this.#confirm === null ? [] : [this.#confirm];
    const said = this.#count(this.#suppressed ? confirm : [...confirm, ...this.#receiptAndAck()]);
    for (const { draft } of said) this.#note(draft);
    this.#parts.send(said);
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  /** The interval runs from the last ACK, whatever was its reason: so there is one, not two, where both reasons come at the same pace. */
  #wait(milliseconds: number): void {
    this.#cancel();
    if (this.#closed) return;
    this.#cancel = this.#parts.clock.after(milliseconds, () => this.#turn());
  }

  /** An ACK is due. With the one that is nearest to the receipt interval goes a receipt, as soon as the disk has it. */
  #turn(): void {
    const { clock, terms, ledger, askReceipt } = this.#parts;
    const nowMs = monotonicMs(clock);
    const isDue = nowMs - this.#receiptAskedMs >= terms.receiptIntervalMs - terms.ackIntervalMs / 2;
    if (!isDue || this.#holds || this.#suppressed) {
      this.acknowledge();
      return;
    }
    this.#receiptAskedMs = nowMs;
    this.#holds = true;
    this.#wait(limits.ackHoldMs);
    buildAck(ledger);
    askReceipt();
  }

  #receiptAndAck(): readonly Draft[] {
    const { receipts, ledger, clock } = this.#parts;
    const { unshown } = receipts;
    const ack = buildAck(ledger);
    const drafts: Draft[] = ack === null ? [] : [{ ...ack, challenge: this.#challenges[0] ?? null }];
    if (unshown === null || monotonicMs(clock) - this.#receiptSaidMs < RECEIPT_AGAIN_MS) return drafts;
    return [{ type: 'receipt', receipt: unshown.receipt, signature: unshown.signature }, ...drafts];
  }

  #note({ type }: Draft): void {
    if (type === 'receipt') this.#receiptSaidMs = monotonicMs(this.#parts.clock);
    if (type !== 'ack') return;
    this.#sentAcks += 1;
    this.#unacknowledged = 0;
    this.#windowsSinceAck = 0;
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

  #answer(slot: ReceivedSlot, nonce: Uint8Array): void {
    const { challengeKey, sid } = this.#parts;
    const response = challengeResponse(challengeKey, sid, slot.sequence, nonce, sha256(slot.payload));
    this.#challenges.push({ sequence: slot.sequence, response });
    this.#challenges.sort((left, right) => left.sequence - right.sequence);
    if (this.#challenges.length > limits.challengeGracePackets) this.#challenges.shift();
  }

  /** Each under its own counter; what finds none is not said. */
  #count(drafts: readonly Draft[]): readonly Said[] {
    return drafts.flatMap((draft) => {
      const counter = this.#parts.counters.take();
      return counter === null ? [] : [{ draft, counter }];
    });
  }
}
