import type { ClassCount } from '../../src/domain/credit/billing-class.ts';
import type { PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import type { AckReceipt } from '../../src/domain/credit/statements.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { fromHex } from '../../src/units/bytes.ts';
import { asId, type SessionId } from '../../src/units/ids.ts';
import { encodeReceipt } from '../../src/wire/ack-receipt.ts';
import type { Book } from '../stores/book-port.ts';

export interface SignedReceipt {
  readonly receipt: AckReceipt;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

export interface ReceiptFacts {
  readonly epoch: number;
  readonly ackCounter: number;
  readonly base: number;
  readonly counts: readonly ClassCount[];
  readonly lostPackets: number;
  readonly paidRanges: PaidRanges;
  readonly heardSample: number;
  /** 32 hex digits, null before a confirmation. */
  readonly confirmEventId: string | null;
}

const NO_EVENT = new Uint8Array(16);

/** Makes the signed receipts of one session: durable in the book BEFORE anybody may see them (ruling 29). */
export class ReceiptWriter {
  readonly #parts: { readonly book: Book; readonly signer: Signer; readonly clock: Clock; readonly log: Log };
  readonly #sid: string;
  readonly #termsHash: Uint8Array;
  #newest: SignedReceipt | null;
  #shownDurable: number;
  #writing: Promise<SignedReceipt | null> | null = null;

  constructor(
    parts: { readonly book: Book; readonly signer: Signer; readonly clock: Clock; readonly log: Log },
    sid: string,
    termsHash: Uint8Array,
    newest: SignedReceipt | null,
  ) {
    this.#parts = parts;
    this.#sid = sid;
    this.#termsHash = termsHash.subarray(0, 16);
    this.#newest = newest;
    this.#shownDurable = newest?.receipt.ackCounter ?? 0;
  }

  /** The newest receipt that is durable here. */
  get newest(): SignedReceipt | null {
    return this.#newest;
  }

  /** What the headend has not yet shown to be durable there: to be sent again. */
  get unshown(): SignedReceipt | null {
    return this.#newest !== null && this.#newest.receipt.ackCounter > this.#shownDurable ? this.#newest : null;
  }

  noteShown(ackCounter: number): void {
    this.#shownDurable = Math.max(this.#shownDurable, ackCounter);
  }

  /** @returns the receipt once it is durable; null where one is under way already, or the book could not take it */
  write(facts: ReceiptFacts): Promise<SignedReceipt | null> {
    if (this.#writing !== null) return Promise.resolve(null);
    this.#writing = this.#write(facts).finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  /** Resolves when no receipt is on its way into the book. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(facts: ReceiptFacts): Promise<SignedReceipt | null> {
    const { book, signer, clock, log } = this.#parts;
    const { epoch, ackCounter, base, counts, lostPackets, paidRanges, heardSample } = facts;
    const confirmEventId = facts.confirmEventId === null ? NO_EVENT : (fromHex(facts.confirmEventId) ?? NO_EVENT);
    const head = { sid: asId<SessionId>(this.#sid), epoch, ackCounter, base, counts };
    const receipt: AckReceipt = { ...head, termsHash: this.#termsHash, confirmEventId, wallMs: Math.floor(clock.wallMs()) };
    const bytes = encodeReceipt(receipt);
    const signature = signer.sign(bytes);
    try {
      await book.putReceipt(this.#sid, { bytes, signature, counts, lostPackets, paidRanges, heardSample });
    } catch (error) {
      log.warn('receipt-not-written', { message: error instanceof Error ? error.message : String(error) });
      return null;
    }
    this.#newest = { receipt, bytes, signature };
    return this.#newest;
  }
}
