import type { Collection, Meter } from '../../src/domain/cash/meters.ts';
import type { ClassCount } from '../../src/domain/credit/billing-class.ts';
import type { PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import type { EndReason } from '../../src/domain/credit/statements.ts';
import type { AuditBody, EntryMethod, FaultBody, UsageBody } from '../../src/domain/usage/record-bodies.ts';
import type { AccountLine } from '../../src/wire/account-api.ts';
import type { OutboxRecord } from '../../src/wire/http-api.ts';
import type { CashBookCheck } from './cash-page-rows.ts';
import type { GuestBook } from './guest-port.ts';
import type { LoanBook } from './loan-port.ts';
import type { TaxSum } from './tax-rows.ts';
import type { SpendingBook, ViewerBook } from './viewer-port.ts';

/** Where a play's money comes from (ruling 3). */
export type FundingSource = 'paid' | 'card' | 'bonus' | 'staff' | 'house' | 'account' | 'none';

export interface PayerRow {
  readonly payerId: string;
  /** `guest`: somebody with a phone. */
  readonly kind: 'coin-session' | 'account' | 'guest';
  readonly creditMinor: bigint;
  readonly openedAtMs: number;
}

/** A play as the book keeps it. `hold` is the full price set aside at confirmation. */
export interface PlayRow {
  readonly playId: string;
  readonly workId: string;
  readonly title: string;
  readonly artist: string;
  readonly payerId: string | null;
  readonly quoteMinor: bigint;
  /** Above the price, to be heard before those who wait. */
  readonly premiumMinor: bigint;
  readonly currency: string;
  readonly state: 'trial' | 'queued' | 'confirmed' | 'playing' | 'settled' | 'declined';
  readonly confirmEventId: string | null;
  readonly fundingSource: FundingSource;
  readonly chargedMinor: bigint | null;
  readonly refundMinor: bigint | null;
  readonly refundedTo: 'credit' | 'claim' | 'unclaimed' | 'account' | 'house' | null;
  readonly claimCode: string | null;
  readonly endReason: EndReason | null;
  readonly heardMs: number;
  readonly createdAtMs: number;
}

/** What a resume needs after a crash. Keys are never stored: every resume makes a fresh exchange. */
export interface PaySessionRow {
  readonly sid: string;
  readonly playId: string;
  readonly epoch: number;
  readonly termsText: string;
  readonly termsSignature: string;
  /** Newest own receipt that is durable here: bytes as signed. */
  readonly receipt: Uint8Array | null;
  readonly receiptSignature: Uint8Array | null;
  readonly counts: readonly ClassCount[];
  /** ACK counters up to here may have been used (reserved in blocks). */
  readonly reservedCounter: number;
  readonly lostPackets: number;
  /** Packet indexes of the work that the counts are about. */
  readonly paidRanges: PaidRanges;
  /** Work position heard when the last receipt was made, samples at 48 kHz. */
  readonly heardSample: number;
  readonly state: 'open' | 'closed';
}

export interface QueueEntryRow {
  readonly entryId: string;
  readonly playId: string;
  readonly workId: string;
  readonly title: string;
  readonly artist: string;
  readonly payerId: string | null;
  readonly heldMinor: bigint;
  readonly position: number;
  /** A premium was paid: before those who wait, as far as turns stay fair. */
  readonly next: boolean;
}

export interface CustomerReceipt {
  readonly playId: string;
  readonly title: string;
  readonly artist: string;
  readonly quoteMinor: string;
  readonly chargedMinor: string;
  readonly refundMinor: string;
  /** Charged beside the price, for being heard next; left out where nothing was. */
  readonly premiumMinor?: string;
  readonly refundedTo: string | null;
  readonly claimCode: string | null;
  readonly currency: string;
  readonly heardMs: number;
  readonly durationMs: number;
  readonly endReason: string;
  readonly text: string;
  /** Of its series, without gaps; left out where nobody paid anything. */
  readonly number?: string;
}

/** `premium-changed`: being heard next costs more by now than was quoted, or is not sold any more. `guest-turns`: one guest has enough waiting. `over-cap`: a household spends no more today. */
export type EnqueueOutcome = 'ok' | 'no-credit' | 'queue-full' | 'storage-low' | 'premium-changed' | 'guest-turns' | 'over-cap';

/** What the headend answered to a closing statement of ours, as far as its countersignature proves it. */
export interface SettlementRow {
  readonly sid: string;
  readonly playId: string;
  readonly title: string;
  /** SHA-256 of the statement as it was signed, hex. */
  readonly statementHash: string;
  /** Ours, in minor units as decimal text. */
  readonly chargedMinor: string;
  /** `unproven`: an answer whose countersignature does not match the pinned key; nothing of it is believed. */
  readonly verdict: 'agreed' | 'refused' | 'unproven' | 'unanswered';
  /** Empty where it was agreed. */
  readonly reason: string;
  readonly countersignature: string | null;
}

export interface LedgerSummary {
  readonly currency: string;
  readonly earnedMinor: bigint;
  readonly cashBoxMinor: bigint;
  readonly cardMinor: bigint;
  readonly patronCreditMinor: bigint;
  readonly heldMinor: bigint;
  readonly unclaimedMinor: bigint;
  readonly accountDebtMinor: bigint;
  readonly refundedOutMinor: bigint;
  /** Null where the books balance; otherwise what is wrong. */
  readonly problem: string | null;
}

export interface OutboxState {
  readonly generation: string;
  readonly written: number;
  readonly usageWritten: number;
  readonly acknowledgedThrough: number;
  readonly usageAcknowledged: number;
  readonly quarantined: number;
}

/**
 * The box's book: ledger, plays, queue, session log, usage and outbox in one SQLite file (ruling 29), reached through a worker
 * thread. Every method that moves money is one FULL transaction, idempotent by its key, and resolves only after it is durable.
 * A rejected promise means: nothing happened, or it is unknown (ask again with the same key).
 */
export interface Book extends LoanBook, GuestBook, ViewerBook, SpendingBook {
  /** Side journal append and fsync, then the transaction. Key: (source, counter epoch, absolute counter). */
  insertCoin(coin: {
    readonly source: string;
    readonly counterEpoch: number;
    readonly counter: number;
    readonly valueMinor: bigint;
    /** A card's money does not lie in the cash box; without this it is a coin or a bill. */
    readonly funding?: 'paid' | 'card';
  }): Promise<{ readonly payer: PayerRow; readonly duplicate: boolean }>;
  /** Pulses that were no coin, on their meter. */
  notePulses(source: string, pulses: number): Promise<void>;
  meters(): Promise<readonly Meter[]>;
  /** Ends the counting of the cash box: ticket, meters since, sealed page. `box` stands on the ticket. */
  collect(collection: { readonly countedMinor: bigint; readonly collector: string; readonly box: string }): Promise<Collection>;
  /** The newest first. */
  collections(limit: number): Promise<readonly Collection[]>;
  checkCashBook(): Promise<CashBookCheck>;
  /** The payer who may spend now: the open coin session, or the account on a set-top; null where there is none. */
  currentPayer(): Promise<PayerRow | null>;
  /** Closes a coin session that was idle for too long: what is left becomes a claim code. */
  closeIdlePayer(): Promise<{ readonly claimCode: string; readonly amountMinor: bigint } | null>;
  redeemClaim(code: string): Promise<{ readonly payer: PayerRow; readonly amountMinor: bigint } | null>;
  /** @param guestCode a guest with a phone, instead of whoever stands at the box */
  grantCredit(amountMinor: bigint, by: string, reason: string, key: string, guestCode?: string): Promise<PayerRow>;

  /**
   * Gives what a play cost as credit to whoever is at the box, once: the house pays for it (staff-grants), within what `by` may give
   * away in a day. `already`: it was given back before, and nothing moved now. Refuses with `play-unknown` and `nothing-to-refund`.
   */
  refundPlay(playId: string, by: string, reason: string): Promise<{ readonly payer: PayerRow; readonly amountMinor: bigint; readonly already: boolean }>;

  /** Refuses with `trial-quota` after limits.trialsPerWorkPerPayer. */
  beginTrial(play: {
    readonly playId: string;
    readonly workId: string;
    readonly title: string;
    readonly artist: string;
    readonly quoteMinor: bigint;
    /** Paid by the minute, without an end: as much of it is bought as a cap leaves. */
    readonly byTheMinute?: boolean;
  }): Promise<'ok' | 'trial-quota'>;
  declineTrial(playId: string, heardMs: number): Promise<void>;
  /**
   * The confirmation and the hold of the full price in one transaction; the ORDER usage record with it. Idempotent.
   * `storage-low`: the disk is at its reserve; nothing is sold until there is room.
   */
  confirmPlay(playId: string, eventId: string, entryMethod?: EntryMethod): Promise<'ok' | 'no-credit' | 'not-open' | 'storage-low' | 'over-cap'>;
  /** Confirms and queues in one transaction: the money is held until it plays or is refunded. */
  enqueue(entry: {
    readonly playId: string;
    readonly workId: string;
    readonly title: string;
    readonly artist: string;
    readonly quoteMinor: bigint;
    readonly entryMethod?: EntryMethod;
    /** The house pays, as it does for every play while it plays for free. */
    readonly house?: boolean;
    /** As for `beginTrial`. */
    readonly byTheMinute?: boolean;
    /** A guest with a phone pays, instead of whoever stands at the box. */
    readonly guestId?: string;
    /** What was quoted for being heard next; more than that is never taken. */
    readonly premiumMinor?: bigint;
  }): Promise<EnqueueOutcome>;
  /** What being heard next costs now, above a price; null where it is not sold. */
  premiumFor(quoteMinor: bigint): Promise<bigint | null>;
  queue(): Promise<readonly QueueEntryRow[]>;
  /**
   * Takes the next entry out of the queue and marks its play `playing`, in one transaction.
   * @param works only of these, where others can not be played now; the others keep their places
   */
  takeNext(works?: readonly string[]): Promise<{ readonly entry: QueueEntryRow; readonly play: PlayRow } | null>;

  openSession(session: { readonly sid: string; readonly playId: string; readonly termsText: string; readonly termsSignature: string }): Promise<void>;
  advanceEpoch(sid: string, epoch: number): Promise<void>;
  reserveCounters(sid: string, upTo: number): Promise<void>;
  /** Durable BEFORE the receipt is sent. */
  putReceipt(
    sid: string,
    receipt: {
      readonly bytes: Uint8Array;
      readonly signature: Uint8Array;
      readonly counts: readonly ClassCount[];
      readonly lostPackets: number;
      readonly heardSample: number;
      /** Which packets of the work the counts are about: after a crash none of them is paid for again. */
      readonly paidRanges?: PaidRanges;
    },
  ): Promise<void>;
  session(playId: string): Promise<PaySessionRow | null>;
  openPlays(): Promise<readonly PlayRow[]>;
  play(playId: string): Promise<PlayRow | null>;
  /**
   * The end of a play in one transaction: held -> earned and refund, session closed, closing statement and cash lines into the
   * outbox, customer's receipt made. Idempotent by play id: the second call returns what the first one did.
   * `statement` is null where no session was ever opened (nothing heard: everything goes back).
   */
  settle(play: {
    readonly playId: string;
    readonly chargedMinor: bigint;
    readonly heardMs: number;
    readonly endReason: EndReason;
    readonly statement: { readonly text: string; readonly signature: string } | null;
    /** Instead of a statement, where a checked-out title was used: it leaves in a usage record (ruling 9). */
    readonly use?: { readonly text: string; readonly signature: string };
  }): Promise<CustomerReceipt>;
  /** Why somebody who did not pay for it is about to end a play: it stands on the receipt. Nothing where it has ended already. */
  noteEnd(playId: string, note: string): Promise<void>;
  /** Posts what the headend posted beside the plays of this box, each once by its key, and remembers through which number. */
  postAccountLines(lines: readonly AccountLine[], through: number): Promise<void>;
  receipts(limit: number): Promise<readonly CustomerReceipt[]>;
  /** Works heard last, newest first, whoever paid. */
  lastHeard(limit: number): Promise<readonly string[]>;
  /** Works that were bought (or free) and heard since then, the most played first. */
  /** By month and rate, the newest first. */
  taxSums(): Promise<readonly TaxSum[]>;
  mostPlayed(sinceMs: number, limit: number): Promise<readonly { readonly workId: string; readonly plays: number }[]>;
  /** The answer and, where it is not an agreement, its fault record, in one transaction. The same answer again changes nothing. */
  putSettlement(settlement: Omit<SettlementRow, 'title'>, fault: FaultBody | null): Promise<void>;
  /** What was not agreed to first, then the newest. */
  settlements(limit: number): Promise<readonly SettlementRow[]>;

  /** Usage and audit records: buffered at most limits.recordCommitIntervalMs, faults and money at once. */
  recordUsage(body: UsageBody): Promise<void>;
  recordAudit(body: AuditBody): Promise<void>;
  recordFault(body: FaultBody): Promise<void>;
  flush(): Promise<void>;

  pendingRecords(limit: number): Promise<{ readonly generation: string; readonly records: readonly OutboxRecord[] }>;
  acknowledgeRecords(generation: string, through: number, conflicts: readonly number[]): Promise<void>;
  /**
   * The headend has fewer records than it confirmed: those that are kept here are told again, from this one on.
   * @returns whether there is something to tell again; what is gone for good is a fault record
   */
  rewindRecords(generation: string, through: number): Promise<boolean>;
  outboxState(): Promise<OutboxState>;
  /** For whoever looks for a fault: whether SQLite finds its file whole, and the last audit records, the newest first. */
  inspect(audits: number): Promise<{ readonly damage: string | null; readonly audits: readonly OutboxRecord[] }>;
  ledger(): Promise<LedgerSummary>;
  getSetting(name: string): Promise<string | null>;
  putSetting(name: string, value: string): Promise<void>;
  /** Waits for writes under way, commits what is buffered, closes the file. */
  close(): Promise<void>;
}
