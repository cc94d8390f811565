import { balanceOf, findImbalance } from '../../src/domain/ledger/ledger.ts';
import { limits } from '../../src/limits.ts';
import { postAccountLines } from './book-account-lines.ts';
import { BookCash } from './book-cash.ts';
import { collectFromBook, notePulsesInBook } from './book-collection.ts';
import type { BookCore } from './book-core.ts';
import { BookError } from './book-error.ts';
import { BookGuests } from './book-guests.ts';
import type { OpeningReport, StorageCheck } from './book-options.ts';
import { BookPlays } from './book-plays.ts';
import type { Book, LedgerSummary } from './book-port.ts';
import { settlePlayInBook } from './book-settlement.ts';
import { BookSpending } from './book-spending.ts';
import { checkCashBook } from './cash-page-rows.ts';
import type { InstanceGuard } from './instance-guard.ts';
import type { RecordFact } from './outbox-writer.ts';
import { readSetting, writeSetting } from './settings-rows.ts';

type Outcome<Method extends keyof Book> = Awaited<ReturnType<Book[Method]>>;
/** The book without waiting: what runs inside the worker thread, and in simulations. */
export type SyncBook = { readonly [Method in keyof Book]: (...values: Parameters<Book[Method]>) => Outcome<Method> };

/** Unwritten usage records that are kept while the disk takes none; the next one is refused, never dropped. */
const WAITING_MAX = 10 * limits.batchRecords;

/** Thin: each method hands on to the file that owns the matter. */
export class BoxBook implements SyncBook {
  readonly opening: OpeningReport;
  readonly core: BookCore;
  readonly cash: BookCash;
  readonly #plays: BookPlays;
  readonly #spending: BookSpending;
  readonly #guests: BookGuests;
  readonly #guard: InstanceGuard;
  #cancelCommit: (() => void) | null = null;
  #closed = false;

  constructor(core: BookCore, guard: InstanceGuard, opening: OpeningReport) {
    this.core = core;
    this.#guard = guard;
    this.opening = opening;
    this.cash = new BookCash(core);
    this.#spending = new BookSpending(core);
    this.#plays = new BookPlays(core, this.#spending);
    this.#guests = new BookGuests(core);
  }

  insertCoin: SyncBook['insertCoin'] = (coin) => this.#open().cash.insertCoin(coin);
  notePulses: SyncBook['notePulses'] = (source, pulses) => notePulsesInBook(this.#open().core, source, pulses);
  meters: SyncBook['meters'] = () => this.#open().core.parts.meters.all();
  collect: SyncBook['collect'] = (collection) => collectFromBook(this.#open().core, collection);
  collections: SyncBook['collections'] = (limit) => this.#open().core.parts.collections.newest(limit);
  checkCashBook: SyncBook['checkCashBook'] = () => {
    const { database } = this.#open().core.parts;
    return checkCashBook((sql, ...cells) => database.all(sql, ...cells));
  };
  currentPayer: SyncBook['currentPayer'] = () => this.#open().cash.currentPayer();
  closeIdlePayer: SyncBook['closeIdlePayer'] = () => this.#open().cash.closeIdlePayer();
  redeemClaim: SyncBook['redeemClaim'] = (code) => this.#open().cash.redeemClaim(code);
  grantCredit: SyncBook['grantCredit'] = (amountMinor, by, reason, key, guestCode) => this.#open().cash.grantCredit(amountMinor, by, reason, key, guestCode);
  refundPlay: SyncBook['refundPlay'] = (playId, by, reason) => this.#open().cash.refundPlay(playId, by, reason);
  openGuest: SyncBook['openGuest'] = (guestId) => this.#open().#guests.open(guestId);
  guest: SyncBook['guest'] = (guestId) => this.#open().#guests.get(guestId);
  redeemForGuest: SyncBook['redeemForGuest'] = (guestId, code) => this.#open().#guests.redeem(guestId, code);
  releasePanelCredit: SyncBook['releasePanelCredit'] = () => this.#open().#guests.releasePanelCredit();
  closeIdleGuests: SyncBook['closeIdleGuests'] = () => this.#open().#guests.closeIdle();

  beginTrial: SyncBook['beginTrial'] = (play) => this.#open().#plays.beginTrial(play);
  declineTrial: SyncBook['declineTrial'] = (playId, heardMs) => this.#open().#plays.declineTrial(playId, heardMs);
  confirmPlay: SyncBook['confirmPlay'] = (playId, eventId, entryMethod) => this.#open().#plays.confirmPlay(playId, eventId, entryMethod);
  enqueue: SyncBook['enqueue'] = (entry) => this.#open().#plays.enqueue(entry);
  premiumFor: SyncBook['premiumFor'] = (quoteMinor) => this.#open().#plays.premiumFor(quoteMinor);
  queue: SyncBook['queue'] = () => this.#open().#plays.queue();
  takeNext: SyncBook['takeNext'] = (works) => this.#open().#plays.takeNext(works);
  settle: SyncBook['settle'] = (end) => settlePlayInBook(this.#open().core, end);
  noteEnd: SyncBook['noteEnd'] = (playId, note) => this.#commit('note-end', () => this.core.parts.plays.noteEnd(playId, note));
  postAccountLines: SyncBook['postAccountLines'] = (lines, through) => postAccountLines(this.#open().core, lines, through);
  receipts: SyncBook['receipts'] = (limit) => this.#open().core.parts.receipts.newest(limit);
  lastHeard: SyncBook['lastHeard'] = (limit) => this.#open().core.parts.plays.lastHeard(limit);
  taxSums: SyncBook['taxSums'] = () => this.#open().core.parts.taxes.sums();
  mostPlayed: SyncBook['mostPlayed'] = (sinceMs, limit) => this.#open().core.parts.plays.mostPlayed(sinceMs, limit);
  settlements: SyncBook['settlements'] = (limit) => this.#open().core.parts.settlements.newest(limit);
  putSettlement: SyncBook['putSettlement'] = (settlement, fault) =>
    this.#commit('put-settlement', () => {
      const isNew = this.core.parts.settlements.put(settlement, this.core.nowMs());
      if (isNew && fault !== null) this.core.record({ kind: 'fault', body: fault });
    });
  openPlays: SyncBook['openPlays'] = () => this.#open().core.parts.plays.sounding();
  play: SyncBook['play'] = (playId) => this.#open().core.parts.plays.get(playId);

  session: SyncBook['session'] = (playId) => this.#open().core.parts.sessions.ofPlay(playId);
  openSession: SyncBook['openSession'] = (session) => this.#commit('open-session', () => this.core.parts.sessions.open(session));
  advanceEpoch: SyncBook['advanceEpoch'] = (sid, epoch) => this.#commit('advance-epoch', () => this.core.parts.sessions.advanceEpoch(sid, epoch));
  reserveCounters: SyncBook['reserveCounters'] = (sid, upTo) => this.#commit('reserve-counters', () => this.core.parts.sessions.reserveCounters(sid, upTo));
  putReceipt: SyncBook['putReceipt'] = (sid, receipt) => this.#commit('put-receipt', () => this.core.parts.sessions.putReceipt(sid, receipt));

  recordUsage: SyncBook['recordUsage'] = (body) => this.#buffer({ kind: 'usage', body });
  recordAudit: SyncBook['recordAudit'] = (body) => this.#buffer({ kind: 'audit', body });
  recordFault: SyncBook['recordFault'] = (body) => this.#commit('fault', () => void this.core.record({ kind: 'fault', body }));
  flush: SyncBook['flush'] = () => {
    if (this.#open().core.parts.outbox.waiting > 0) this.#commit('flush', () => {});
  };

  inspect: SyncBook['inspect'] = (audits) => {
    this.flush();
    const { database, outboxRows } = this.core.parts;
    return { damage: database.damage(), audits: outboxRows.lastAudits(audits) };
  };

  pendingRecords: SyncBook['pendingRecords'] = (limit) => {
    const { outboxRows } = this.#open().core.parts;
    return { generation: outboxRows.state().generation, records: outboxRows.pending(limit) };
  };

  /** What is said of another generation is not ours; the mark only moves forward. */
  rewindRecords: SyncBook['rewindRecords'] = (generation, through) => {
    const { outboxRows } = this.#open().core.parts;
    const before = outboxRows.state();
    if (generation !== before.generation || through >= before.acknowledgedThrough) return false;
    return this.core.transaction('rewind', () => {
      const mark = outboxRows.rewind(through);
      const moved = mark < before.acknowledgedThrough;
      // Said once: at the next report nothing moves any more.
      if (moved && mark > through) {
        const message = `The headend misses records ${through + 1} to ${mark}, which this box has let go: restore a newer backup.`;
        this.core.record({ kind: 'fault', body: { code: 'records-gone', message } });
      }
      return moved;
    });
  };
  acknowledgeRecords: SyncBook['acknowledgeRecords'] = (generation, through, conflicts) => {
    const { outboxRows, journal } = this.#open().core.parts;
    const before = outboxRows.state();
    if (generation !== before.generation || (through <= before.acknowledgedThrough && conflicts.length === 0)) return;
    this.#commit('acknowledge', () => outboxRows.acknowledge(through, conflicts, this.core.nowMs()));
    try {
      journal.note({ type: 'acknowledged', generation, through: outboxRows.state().acknowledgedThrough });
    } catch (thrown) {
      if (!(thrown instanceof BookError)) throw thrown;
    }
  };

  outboxState: SyncBook['outboxState'] = () => this.#open().core.parts.outboxRows.state();
  ledger: SyncBook['ledger'] = () => summarize(this.#open().core);
  getSetting: SyncBook['getSetting'] = (name) => readSetting(this.#open().core.parts.database, name);
  putSetting: SyncBook['putSetting'] = (name, value) => this.#commit('put-setting', () => writeSetting(this.core.parts.database, name, value));

  loans: SyncBook['loans'] = () => ({ nowMs: this.#open().core.nowMs(), loans: this.core.parts.loans.all() });
  putLoan: SyncBook['putLoan'] = (loan) => this.#commit('put-loan', () => this.core.parts.loans.put(loan));
  putLoanKeys: SyncBook['putLoanKeys'] = (licence, keys) => this.#commit('put-loan-keys', () => this.core.parts.loans.putKeys(licence, keys));
  endLoan: SyncBook['endLoan'] = (licence, state, brought, why) =>
    this.#commit('end-loan', () => {
      this.core.parts.loans.end(licence, state, brought);
      this.core.record({ kind: 'audit', body: { event: `loan-${state}`, facts: { licence, why } } });
    });
  declineRenewal: SyncBook['declineRenewal'] = (licence) => this.#commit('decline-renewal', () => this.core.parts.loans.decline(licence));
  forgetLoan: SyncBook['forgetLoan'] = (licence) => this.#commit('forget-loan', () => this.core.parts.loans.forget(licence));
  openLoanPlay: SyncBook['openLoanPlay'] = (playId, licence) => this.#commit('open-loan-play', () => this.core.parts.loans.openPlay(playId, licence));
  loanPlay: SyncBook['loanPlay'] = (playId) => this.#open().core.parts.loans.play(playId);
  noteLoanHeard: SyncBook['noteLoanHeard'] = (heard) => this.#commit('note-loan-heard', () => this.core.parts.loans.noteHeard(heard));

  viewers: SyncBook['viewers'] = () => this.#open().core.parts.viewers.all();
  putViewer: SyncBook['putViewer'] = (viewer) => this.#open().core.transaction('put-viewer', () => this.core.parts.viewers.put(viewer));
  removeViewer: SyncBook['removeViewer'] = (viewerId) =>
    this.#commit('remove-viewer', () => {
      this.core.parts.viewers.remove(viewerId);
      this.core.parts.spending.putCap(viewerId, null);
    });
  setWatching: SyncBook['setWatching'] = (viewerId) => {
    this.#open().core.watching = viewerId;
  };

  spendingCaps: SyncBook['spendingCaps'] = () => this.#open().#spending.caps();
  putSpendingCap: SyncBook['putSpendingCap'] = (who, capMinor) => this.#open().#spending.putCap(who, capMinor);
  spendingLeft: SyncBook['spendingLeft'] = () => this.#open().#spending.left();
  spendingCeiling: SyncBook['spendingCeiling'] = (playId) => this.#open().#spending.ceilingOf(playId);

  spenderOf: SyncBook['spenderOf'] = (playId) => this.#open().core.parts.spending.get(playId)?.viewerId ?? null;
  watching: SyncBook['watching'] = () => this.#open().core.watching;
  putSpentElsewhere: SyncBook['putSpentElsewhere'] = (day, spent) => this.#commit('spent-elsewhere', () => this.core.parts.spending.putElsewhere(day, spent));

  storage(): StorageCheck {
    const { storage, database } = this.#open().core.parts;
    return { ...storage(), held: database.isHeld() };
  }

  close(): void {
    if (this.#closed) return;
    try {
      this.flush();
    } finally {
      this.abandon();
    }
  }

  /** As a kill would: nothing more is written. For simulations, and for a worker that must go. */
  abandon(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelCommit?.();
    this.core.parts.database.close();
    this.core.parts.journal.close();
    this.#guard.release();
  }

  #open(): this {
    if (this.#closed) throw new BookError('book-closed', 'The book is closed: the box is stopping.');
    return this;
  }

  #commit(name: string, steps: () => void): void {
    this.#open().core.transaction(name, steps);
  }

  #buffer(fact: RecordFact): void {
    const { outbox } = this.#open().core.parts;
    if (outbox.waiting >= WAITING_MAX) throw new BookError('storage-full', 'Usage records cannot be written: free some space on the disk of the box.');
    this.core.noteDomains(fact);
    outbox.buffer(fact);
    if (outbox.waiting % limits.batchRecords === 0) this.flush();
    else this.#armCommit();
  }

  #armCommit(): void {
    if (this.#cancelCommit !== null) return;
    this.#cancelCommit = this.core.parts.clock.after(limits.recordCommitIntervalMs, () => {
      this.#cancelCommit = null;
      if (!this.#closed) this.#commitWaiting();
    });
  }

  /** A disk that refuses is asked again after the interval; what waits stays in memory meanwhile. */
  #commitWaiting(): void {
    try {
      this.flush();
    } catch (thrown) {
      if (!(thrown instanceof BookError)) throw thrown;
      this.#armCommit();
    }
  }
}

function summarize(core: BookCore): LedgerSummary {
  const totals = core.parts.ledger.totals();
  return {
    currency: core.parts.options.currency,
    earnedMinor: balanceOf(totals, 'earned'),
    cashBoxMinor: balanceOf(totals, 'cash-box'),
    cardMinor: balanceOf(totals, 'card-takings'),
    patronCreditMinor: balanceOf(totals, 'patron-credit'),
    heldMinor: balanceOf(totals, 'held'),
    unclaimedMinor: balanceOf(totals, 'unclaimed'),
    accountDebtMinor: balanceOf(totals, 'account-debt'),
    refundedOutMinor: balanceOf(totals, 'refunded'),
    problem: findImbalance(totals),
  };
}
