import type { CreditLease } from '../domain/credit/account-credit.ts';
import type { FencedWork } from '../domain/credit/agree-paid.ts';
import type { Terms } from '../domain/credit/terms.ts';
/** The keys of one epoch of one PaySession, from platform/crypto/session-keys.ts. */
import type { SessionKeys } from '../platform/crypto/session-keys.ts';
import type { PaySessionRow, StoredRendition, StoredWork } from '../ports/headend-stores.ts';

export interface AdmittedSession {
  readonly row: PaySessionRow;
  readonly terms: Terms;
  readonly work: StoredWork;
  /** Of a film: the one that the terms name. */
  readonly rendition?: StoredRendition;
  readonly epoch: number;
  readonly keys: SessionKeys;
  /** Raw Ed25519 public key of the outlet: verifies receipts. */
  readonly devicePublicKey: Uint8Array;
  /** The slice of the account's credit that this epoch lends on (ruling 20); absent for a free work. */
  readonly lease?: CreditLease;
}

export interface StreamView {
  readonly sid: string;
  readonly packetsSent: number;
  readonly packetsAcknowledged: number;
  readonly packetsPaid: number;
  readonly unpaidPackets: number;
  readonly maxUnpaidPackets: number;
  readonly suspended: boolean;
  readonly epoch: number;
}

/**
 * The streaming half of the headend, as the checkout desk and the operator pages see it: in this process, or one of its own. While an
 * epoch is admitted its counts are the sender's; a desk writes about it only after `fence` has resolved. Rejects with SenderAway.
 */
export interface StreamHouse {
  /** Once it resolved RTSP SETUP may name this session; any older epoch of it is fenced. */
  admit(session: AdmittedSession): Promise<void>;
  /**
   * Stops what is under way and makes its counts durable before it resolves.
   * @returns what it still knew of the newest epoch that lent something; null where it knows of none
   */
  fence(sid: string): Promise<FencedWork | null>;
  /** `rtsp://host:port/` for a peer that reached us at `host`. */
  rtspUrl(host: string): string;
  /** The sessions that are admitted now. */
  live(): Promise<ReadonlySet<string>>;
  views(): Promise<readonly StreamView[]>;
  close(): Promise<void>;
}

/** The sender did not answer in time: nothing is known of its streams, so nothing may rest on them. Try again. */
export class SenderAway extends Error {
  override readonly name = 'SenderAway';

  constructor() {
    super('The sender of this headend is starting again; try once more in a moment.');
  }
}
