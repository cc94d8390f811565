import { leaseHolds, type PulseLease, pulseIsDue } from '../../src/domain/licence/session-pulse.ts';
import { deriveKey, openBytes, SEAL_KEY_BYTES, sealBytes } from '../../src/platform/crypto/seal.ts';
import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { LicenceApi } from '../../src/ports/licence-api.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { fromHex } from '../../src/units/bytes.ts';
import { err, ok, type Result } from '../../src/units/result.ts';
import type { LoanBook, LoanRow } from '../stores/loan-port.ts';

export interface LoanKeysParts {
  readonly book: Pick<LoanBook, 'putLoanKeys'>;
  readonly api: Pick<LicenceApi, 'leaseKey'>;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
}

export type KeyedLoan = Pick<LoanRow, 'licence' | 'keyNumber' | 'wrappedKey' | 'sealedLease'>;
type Mode = { readonly mode: 'continuous' | 'intermittent'; readonly pulseMs: number | null };

const IV_BYTES = 12;

/**
 * The keys of checked-out titles, in the clear only here, in memory:
 *
 *     segments <- content key <- leased key <- the headend, at each session pulse     (continuous)
 *                                           <- sealed to this box, in the book        (intermittent: opens without the headend)
 *
 * Each pulse brings another leased key, and the content key is wrapped anew: what lay on the disk before opens with nothing
 * that is leased now. A missed pulse drops both (document 002, R-2 to R-4).
 */
export class LoanKeys {
  readonly #parts: LoanKeysParts;
  readonly #content = new Map<string, Uint8Array>();
  readonly #leases = new Map<string, PulseLease>();
  #seal: Uint8Array | null = null;

  constructor(parts: LoanKeysParts) {
    this.#parts = parts;
  }

  /** Whether the content could be opened now, without asking anybody. */
  canOpen(loan: KeyedLoan, { mode }: Mode): boolean {
    if (mode === 'intermittent') return this.#content.has(loan.licence) || (loan.wrappedKey !== null && loan.sealedLease !== null);
    const lease = this.#leases.get(loan.licence);
    return lease !== undefined && leaseHolds(lease, monotonicMs(this.#parts.clock)) && this.#content.has(loan.licence);
  }

  /** The content key; null where it is not to be had here. */
  open(loan: KeyedLoan, rights: Mode): Uint8Array | null {
    if (!this.canOpen(loan, rights)) return null;
    const known = this.#content.get(loan.licence);
    if (known !== undefined) return known;
    const { wrappedKey, sealedLease, licence } = loan;
    const lease = sealedLease === null ? null : openBytes(this.#sealKey(), sealedLease, aboutLease(licence));
    const key = lease === null || wrappedKey === null ? null : openBytes(lease, wrappedKey, aboutKey(licence));
    if (key !== null) this.#content.set(licence, key);
    return key;
  }

  /**
   * Makes the content key of a new loan, or takes a lease on the one that is there: the session pulse of a continuous licence. What is
   * wrapped anew is durable before the older wrapping is of no use.
   */
  async lease(loan: KeyedLoan, rights: Mode): Promise<Result<void, HeadendError>> {
    const { api, book, clock, random } = this.#parts;
    const { licence, wrappedKey } = loan;
    const askedAtMs = monotonicMs(clock);
    const leased = await api.leaseKey(licence, rights.mode === 'continuous' ? loan.keyNumber : null);
    if (!leased.ok) return leased;
    const { number, current, next } = leased.value;
    const nextKey = fromHex(next) ?? new Uint8Array();
    const opensWith = current === null ? null : fromHex(current);
    const kept = wrappedKey === null || opensWith === null ? null : openBytes(opensWith, wrappedKey, aboutKey(licence));
    // What is wrapped and opens with nothing would be lost with a new key.
    if (wrappedKey !== null && rights.mode === 'continuous' && kept === null) return err(foreignKey);
    const key = kept ?? this.#content.get(licence) ?? random.bytes(SEAL_KEY_BYTES);
    const wrapped = sealBytes(nextKey, key, aboutKey(licence), random.bytes(IV_BYTES));
    const sealedLease = rights.mode === 'intermittent' ? sealBytes(this.#sealKey(), nextKey, aboutLease(licence), random.bytes(IV_BYTES)) : null;
    await book.putLoanKeys(licence, { number, wrapped, sealedLease });
    this.#content.set(licence, key);
    if (rights.pulseMs !== null) this.#leases.set(licence, { number, pulseMs: rights.pulseMs, heardAtMs: askedAtMs });
    return ok(undefined);
  }

  /** `due`: a pulse is to be sent; `missed`: the lease has ended, and its key is dropped now. */
  watch(licence: string): 'due' | 'missed' | 'fine' {
    const lease = this.#leases.get(licence);
    if (lease === undefined) return 'due';
    const nowMs = monotonicMs(this.#parts.clock);
    if (!leaseHolds(lease, nowMs)) {
      this.drop(licence);
      return 'missed';
    }
    return pulseIsDue(lease, nowMs) ? 'due' : 'fine';
  }

  drop(licence: string): void {
    this.#content.get(licence)?.fill(0);
    this.#content.delete(licence);
    this.#leases.delete(licence);
  }

  /** Made of a signature that only this box can make (Ed25519 signs one text in one way, RFC 8032): stored nowhere. */
  #sealKey(): Uint8Array {
    const { signer } = this.#parts;
    this.#seal ??= deriveKey(signer.sign(new TextEncoder().encode('ackbox-seal/1')), 'ackbox', 'ackbox/1 seal of the box');
    return this.#seal;
  }
}

const foreignKey: HeadendError = {
  code: 'refused',
  problem: 'key-foreign',
  message: 'The headend leased a key that does not open this title; return it, and check it out again.',
  retryAfterMs: null,
};

function aboutKey(licence: string): string {
  return `ackbox-loan/1 content key\n${licence}`;
}

function aboutLease(licence: string): string {
  return `ackbox-loan/1 leased key\n${licence}`;
}
