import type { AccountId, LicenceId, LocationId, OutletId, PricingNodeId, SessionId, VendorId, WorkId } from '../../units/ids.ts';
import type { Currency } from '../../units/money.ts';
import type { NodeIndex } from './billing-class.ts';
import type { ConfirmMode } from './confirmation.ts';

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
  /** What proves the messages of both sides; absent = `hmac-sha256-128`. */
  readonly ackAuth?: AckAuth;
  /** How losses are forgiven; absent = `rate`. */
  readonly policy?: LossPolicy;
  /** T: slots above the ACK pointer that may be under way (document 001, P7); absent = as many as the sender can remember. */
  readonly transitWindowPackets?: number;
  /** Absent = W stays as it is. */
  readonly adaptation?: WindowAdaptation;
}

/**
 * `hmac-sha256-128`: each message has a tag of its own, whatever carries it. `srtcp`: SRTCP, whose keys are of this very session, epoch and
 * direction, proves them, and they are written short (wire/ackpay-short.ts).
 */
export const ACK_AUTHS = ['hmac-sha256-128', 'srtcp'] as const;
export type AckAuth = (typeof ACK_AUTHS)[number];

/** `rate`: one loss forgiven for each 1000/e packets resolved (A10). `literal`: one for each 1000/e packets LOST, as document 001 says. */
export const LOSS_POLICIES = ['rate', 'literal'] as const;
export type LossPolicy = (typeof LOSS_POLICIES)[number];

/** W grows while all goes well and is halved when it does not (document 001, P20, P21). A vanished peer costs at most `maxPackets`. */
export interface WindowAdaptation {
  readonly minPackets: number;
  readonly maxPackets: number;
  readonly stepPackets: number;
  /** Grows after so many packets acknowledged without a loss; 0 = not by this. */
  readonly afterPackets: number;
  /** Grows after so long a time of successful sending; 0 = not by this. */
  readonly afterMs: number;
}

/**
 * How a pre-listen keeps to its bound (document 001, P19; ruling 16).
 * - `restrict`     A: trial packets have a cap of their own, acknowledged and repaired like others
 * - `large-window` B: one window that is large at first: W0 = `packets`, whatever is acknowledged; re-set to W by the confirmation
 * - `deferred`     C: nothing of the trial is counted or acknowledged; the window begins at a switch that the device has to echo.
 *                  As nothing is counted, it goes only with `afterTrial: 'restart'`.
 */
export const TRIAL_MODES = ['restrict', 'large-window', 'deferred'] as const;
export type TrialMode = (typeof TRIAL_MODES)[number];

/** Pre-listen: the first `packets` of the work, never owed (document 001, P16). */
export interface TrialTerms {
  readonly mode: TrialMode;
  readonly packets: number;
  /** How long after its last packet a trial can be confirmed; then it has lapsed. Absent = as long as the session lives. */
  readonly confirmWithinMs?: number;
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
 * A run of packets of the work under one price (ruling 8). The parts follow each other from packet 0 on and are the whole work.
 *
 *     | intro: free | song: paid, node 0            | advert: free | song: paid, node 0 |
 */
export interface WorkPart {
  readonly packets: number;
  readonly node: NodeIndex;
  readonly billingClass: 'paid' | 'free';
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
  /** Of a film: which of its renditions is sent, by name. A packet of the work is the same moment in each. */
  readonly rendition?: string;
  readonly currency: Currency;
  readonly nodes: readonly PricingNode[];
  /** Which packets fall under which node, and which are free; absent: all under node 0. */
  readonly parts?: readonly WorkPart[];
  /** SHA-256 of the account's pricing state when the quote was made, hex. */
  readonly pricingStateHash: string;
  readonly credit: CreditTerms;
  readonly trial: TrialTerms | null;
  /** What may confirm a pre-listen or a delivery (P24); absent = the button only. */
  readonly confirmModes?: readonly ConfirmMode[];
  /** After a confirmed trial the jukebox starts the work again; the set-top goes on (ruling 10). */
  readonly afterTrial: 'restart' | 'continue';
  /** X25519 public keys of this exchange, hex. */
  readonly deviceEphemeral: string;
  readonly headendEphemeral: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}
