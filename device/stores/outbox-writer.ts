import type { AuditBody, CashBody, FaultBody, ReceiptBody, UsageBody } from '../../src/domain/usage/record-bodies.ts';
import { limits } from '../../src/limits.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { WallQuality } from '../../src/units/time.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import { BookError } from './book-error.ts';
import type { OutboxRows, UnnumberedRecord } from './outbox-rows.ts';

/** Each kind with its body. */
export type RecordFact =
  | { readonly kind: 'usage'; readonly body: UsageBody }
  | { readonly kind: 'cash'; readonly body: CashBody }
  | { readonly kind: 'receipt'; readonly body: ReceiptBody }
  | { readonly kind: 'audit'; readonly body: AuditBody }
  | { readonly kind: 'fault'; readonly body: FaultBody };

export interface OutboxWriterParts {
  readonly rows: OutboxRows;
  readonly clock: Clock;
  readonly bootId: string;
  readonly wallQuality: (wallMs: number, highestWallMs: number) => WallQuality;
}

/**
 * Stamps records and gives them their number. Usage and audit records wait in memory, unnumbered, for at most
 * limits.recordCommitIntervalMs (cards wear, ruling 33); any transaction takes them along, so that the order stays the order of time.
 */
export class OutboxWriter {
  readonly #parts: OutboxWriterParts;
  #waiting: UnnumberedRecord[] = [];
  #inTransaction = 0;

  constructor(parts: OutboxWriterParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Outside of any transaction. */
  buffer(fact: RecordFact): void {
    this.#waiting.push(this.#stamp(fact));
  }

  /** First step of every transaction: what waited goes first. */
  writeWaiting(): void {
    this.#inTransaction = this.#waiting.length;
    for (const record of this.#waiting) this.#parts.rows.append(record);
  }

  /** After the commit, and only then, the memory lets go. */
  forgetWritten(): void {
    this.#waiting = this.#waiting.slice(this.#inTransaction);
    this.#inTransaction = 0;
  }

  /** Inside a transaction. @returns the record's sequence */
  write(fact: RecordFact): number {
    return this.#parts.rows.append(this.#stamp(fact));
  }

  #stamp(fact: RecordFact): UnnumberedRecord {
    const body = canonicalJson(fact.body);
    if (Buffer.byteLength(body) > limits.recordBodyBytes)
      throw new BookError(
        'record-too-large',
        `A ${fact.kind} record of ${body.length} characters; at most ${limits.recordBodyBytes} bytes are taken: shorten its texts.`,
      );
    const wallMs = Math.floor(this.#parts.clock.wallMs());
    return {
      bootId: this.#parts.bootId,
      kind: fact.kind,
      monotonicNs: String(this.#parts.clock.monotonicNs()),
      wallMs,
      wallQuality: this.#parts.wallQuality(wallMs, this.#parts.rows.highestWallMs()),
      body,
      bodyHash: sha256Hex(body),
    };
  }
}
