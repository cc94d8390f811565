import type { AccountId, LicenceId, LocationId, OutletId, PricingNodeId, SessionId, VendorId, WorkId } from '../../units/ids.ts';
import type { Currency } from '../../units/money.ts';

/** The bounds of one PaySession, in packets of this stream (ruling 13). */
export interface CreditTerms {
  /** W: paid packets that may be unacknowledged. A vanished peer costs at most this (plus the allowance). */
  readonly creditWindowPackets: number;
  /** R: paid packets not yet covered by a durable signed receipt. A peer that denies its ACKs costs at most this. */
  readonly receiptWindowPackets: number;
  /** e: share of resolved packets that may be lost without closing the window. */
  readonly lossAllowancePerMille: number;
  readonly ackEveryPackets: number;
  readonly ackIntervalMs: number;
  readonly receiptIntervalMs: number;
  readonly challengeEveryMinPackets: number;
  readonly challengeEveryMaxPackets: number;
  /** A missing packet is sent again until this long after its first transmission; 0 = never. */
  readonly retransmitDeadlineMs: number;
  readonly prebufferMs: number;
  /** Most packets that can be acknowledged and yet unheard when a play ends. */
  readonly playoutBufferPackets: number;
}

/** Pre-listen: the first `packets` of the work, never owed (document 001, P16). */
export interface TrialTerms {
  readonly mode: 'restrict';
  readonly packets: number;
}

export interface PricingNode {
  readonly id: PricingNodeId;
  readonly vendor: VendorId;
  /** SHA-256 of the compiled price model, hex (ruling 11). */
  readonly modelHash: string;
  /** Price of the whole use: a ceiling, in minor units as decimal text. */
  readonly quoteMinor: string;
}

/**
 * What both sides agree before the first packet: canonical JSON, signed by the headend's Ed25519 key; its SHA-256 stands in
 * every receipt. Amounts are decimal text, so that JSON never makes a float of money.
 */
export interface Terms {
  readonly version: 1;
  readonly sid: SessionId;
  readonly account: AccountId;
  readonly outlet: OutletId;
  readonly location: LocationId;
  readonly licence: LicenceId;
  readonly work: WorkId;
  readonly packets: number;
  readonly packetMs: number;
  readonly currency: Currency;
  readonly nodes: readonly PricingNode[];
  /** SHA-256 of the account's pricing state when the quote was made, hex. */
  readonly pricingStateHash: string;
  readonly credit: CreditTerms;
  readonly trial: TrialTerms | null;
  /** After a confirmed trial the jukebox starts the work again; the set-top goes on (ruling 10). */
  readonly afterTrial: 'restart' | 'continue';
  /** X25519 public keys of this exchange, hex. */
  readonly deviceEphemeral: string;
  readonly headendEphemeral: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** The packets a full hearing pays for: without the trial where it is not sent again, and without what was lost (ruling 10). */
export function payablePackets(terms: Pick<Terms, 'packets' | 'afterTrial'>, trialPackets: number, lostPackets: number): number {
  const trial = terms.afterTrial === 'continue' ? trialPackets : 0;
  return Math.max(0, terms.packets - trial - lostPackets);
}
