import type { KnownWork } from '../domain/credit/agree-paid.ts';
import type { ClassCount } from '../domain/credit/billing-class.ts';
import type { PaidRanges } from '../domain/credit/paid-ranges.ts';
import type { AckReceipt, ClosingStatement } from '../domain/credit/statements.ts';
import type { Terms } from '../domain/credit/terms.ts';
import type { AccountId, LocationId, OutletId, PlayId, SessionId, WorkId } from '../units/ids.ts';
import type { CatalogueWork, OutboxRecord } from '../wire/http-api.ts';

/** One immutable work: packets of 20 ms (or of a film's own time) in content-addressed segments. Never changed; retired at most. */
export interface StoredWork extends CatalogueWork {
  readonly retired: boolean;
  readonly integratedLufs: number | null;
  readonly sourceName: string;
  /** SHA-256 of each segment, in order; every one but the last holds `limits.segmentMs` of packets. */
  readonly segments: readonly string[];
}

/** How one rendition of a film lies in the store. */
export interface StoredRendition {
  readonly name: string;
  readonly segments: readonly string[];
  /** First packet of each segment. */
  readonly starts: readonly number[];
  /** Packets from which a decoder can begin, in order; the first one of each segment is among them. */
  readonly accessPoints: readonly number[];
}

export interface CatalogueStore {
  works(): readonly StoredWork[];
  work(id: WorkId): StoredWork | null;
  rendition(id: WorkId, name: string): StoredRendition | null;
  /**
   * Adds or revives; replacing what an earlier ingest made of the same source retires the old work. The `segments` of a film are those
   * of its renditions, one after the other; they are needed once, for a work never changes.
   */
  putWork(work: StoredWork, sourceKey: string, renditions?: readonly StoredRendition[]): void;
  /** By source key of the ingest: what a file became, to resume or skip. */
  sourceState(sourceKey: string): { readonly fingerprint: string; readonly workId: WorkId | null; readonly reason: string | null } | null;
  putSourceState(sourceKey: string, fingerprint: string, workId: WorkId | null, reason: string | null): void;
  retireWork(id: WorkId): void;
  /** Segments that no unretired work and no open session needs any more. */
  unreferencedSegments(): readonly string[];
}

export interface OutletRow {
  readonly outlet: OutletId;
  readonly account: AccountId;
  readonly location: LocationId;
  readonly name: string;
  readonly profile: 'jukebox' | 'set-top';
  readonly publicKey: Uint8Array;
  readonly currency: string;
}

/** A PaySession as the headend keeps it: everything that money or a resume needs. */
export interface PaySessionRow {
  readonly sid: SessionId;
  readonly playId: PlayId;
  readonly outlet: OutletId;
  readonly account: AccountId;
  readonly work: WorkId;
  /** The signed bytes. */
  readonly termsText: string;
  readonly terms: Terms;
  readonly termsHash: string;
  readonly signature: string;
  readonly epoch: number;
  readonly state: 'offered' | 'streaming' | 'closed' | 'abandoned';
  /** Cumulative counts under MAC, group-committed. */
  readonly counts: readonly ClassCount[];
  readonly lostPaid: number;
  readonly nextSequence: number;
  /** Which packets of the work the paid `counts` are about. */
  readonly paidRanges: PaidRanges;
  readonly confirmEventId: string | null;
  readonly receipt: { readonly bytes: Uint8Array; readonly signature: Uint8Array; readonly counts: readonly ClassCount[]; readonly ackCounter: number } | null;
  readonly openedAtMs: number;
}

/** What the sender reports about a session in the epoch in force; counts merge by maximum, so that order and repetition do not matter. */
export interface SessionProgress {
  readonly sid: SessionId;
  readonly epoch: number;
  readonly counts: readonly ClassCount[];
  readonly lostPaid: number;
  readonly nextSequence: number;
  readonly paidRanges: PaidRanges;
  /** Absent where nothing is lent: a free work. */
  readonly lease?: LeaseReport;
}

/** What a session says about its slice of the account's credit: that it still holds it, or at the end what was given away and not signed for. */
export interface LeaseReport {
  readonly account: AccountId;
  readonly fence: number;
  readonly over: boolean;
  readonly unpaidPackets: number;
}

/** A receipt whose signature was found right, in its own bytes. */
export interface ReceiptToStore {
  readonly sid: SessionId;
  readonly receipt: AckReceipt;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** What a sender makes durable in one transaction, in this order. */
export interface RegistryGroup {
  readonly progress: readonly SessionProgress[];
  readonly receipts: readonly ReceiptToStore[];
  readonly confirmations: readonly { readonly sid: SessionId; readonly eventId: string }[];
}

/** The payment registry (document 001, line 97): where acknowledgements accumulate, and become bills. */
export interface RegistryStore {
  session(sid: SessionId): PaySessionRow | null;
  sessionByPlay(playId: PlayId): PaySessionRow | null;
  openSessions(outlet?: OutletId): readonly PaySessionRow[];
  recentSessions(limit: number): readonly PaySessionRow[];
  /** Idempotent by play id: the same play gives the session that is already there. */
  openSession(row: PaySessionRow): PaySessionRow;
  /** Compare-and-set to the next epoch, with what both sides go on from; durable before it returns. False where another epoch is in force. */
  advanceEpoch(sid: SessionId, from: number, to: number, deviceEphemeral: string, headendEphemeral: string, agreed: KnownWork): boolean;
  /**
   * One transaction for many sessions. Renews their leases.
   * @returns those that may go on: their epoch and their lease are in force
   */
  mergeProgress(progress: readonly SessionProgress[]): readonly SessionId[];
  /** Durable before it returns; merges by maximum of each class. */
  putReceipt(sid: SessionId, receipt: AckReceipt, bytes: Uint8Array, signature: Uint8Array): void;
  putConfirmation(sid: SessionId, eventId: string): void;
  /**
   * All of it in one transaction, durable when this returns.
   * @returns the sessions of which progress was told that may go on
   */
  commitGroup(group: RegistryGroup): readonly SessionId[];
  /** Posts the ledger lines of the bill and closes the session; idempotent: the same statement gives the same bill. */
  settle(sid: SessionId, statement: ClosingStatement, statementText: string, signature: string): SettleOutcome;
  /** Sum of `earned`, minor units. */
  ledgerTotalMinor(): bigint;
  /** Problem found, or null: debits equal credits, every settled session has one bill. */
  auditLedger(): string | null;
}

export interface SettleOutcome {
  readonly agreed: boolean;
  readonly chargedMinor: bigint;
  readonly reason: string;
}

export type IntakeOutcome = {
  readonly acknowledgedThrough: number;
  readonly accepted: readonly OutboxRecord[];
  readonly conflicts: readonly number[];
};

export interface UsageStore {
  /** All that `steps` write, in one transaction: durable when it returns, or nothing of it. */
  together<T>(steps: () => T): T;
  /** All or nothing, gapless from what is there, idempotent by (outlet, generation, sequence); another payload is quarantined. */
  intake(outlet: OutletId, generation: string, records: readonly OutboxRecord[], receivedAtMs: number): IntakeOutcome;
  recordCount(outlet: OutletId): { readonly total: number; readonly usage: number };
  putStatus(outlet: OutletId, status: Readonly<Record<string, unknown>>, atMs: number): void;
}
