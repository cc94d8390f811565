import { type AckLedger, buildAck, confirmTrial, counts, createAckLedger, type LedgerOptions } from '../../src/domain/credit/ack-ledger.ts';
import { type ClassCount, packetsOf } from '../../src/domain/credit/billing-class.ts';
import type { ConfirmMode } from '../../src/domain/credit/confirmation.ts';
import type { WindowMessage } from '../../src/domain/credit/messages.ts';
import { highestBelow, NO_INDEXES, type PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import { soldByNode } from '../../src/domain/credit/work-parts.ts';
import { limits } from '../../src/limits.ts';
import type { SessionKeys } from '../../src/platform/crypto/session-keys.ts';
import { type Clock, every, monotonicMs, sleep } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import { packetsIn } from '../../src/units/time.ts';
import type { OpenLink } from '../media/media-link.ts';
import { PlayoutBuffer } from '../media/playout-buffer.ts';
import { BookError } from '../stores/book-error.ts';
import type { Book } from '../stores/book-port.ts';
import type { AcceptedResume } from './accept-resume.ts';
import { CounterBlock } from './counter-block.ts';
import { PayEpoch } from './pay-epoch.ts';
import { ReceiptWriter, type SignedReceipt } from './receipt-writer.ts';
import { SentTally } from './sent-tally.ts';
import type { SessionDesk } from './session-desk.ts';
import { SpentTrial } from './spent-trial.ts';

export interface SessionParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly book: Book;
  readonly signer: Signer;
  readonly desk: SessionDesk;
  readonly openLink: OpenLink;
}

/** What a PaySession begins with: fresh terms, or the rows of an earlier run. */
export interface SessionStart {
  readonly terms: Terms;
  /** SHA-256 over the terms as signed, hex. */
  readonly termsHash: string;
  readonly epoch: number;
  readonly reservedCounter: number;
  readonly receipt: SignedReceipt | null;
  readonly counts: readonly ClassCount[];
  readonly lostPackets: number;
  /** Which packets of the work the counts are about; absent or empty where an older program wrote the rows. */
  readonly paidRanges?: PaidRanges;
  readonly confirmEventId: string | null;
}

export interface SessionHooks {
  /**
   * The headend has the confirmation, durably: a WINDOW says so, or the answer to a resume.
   * @param run what is paid lies so many slots above its packet of the work; null where a new epoch begins with it
   */
  onConfirmed(run: number | null): void;
  onLost(reason: string): void;
  /** All that was to be sent was sent, and nothing of it is waited for. Told again and again. */
  onDelivered(): void;
  /** Nothing more of the pre-listen will come, and not all of it is here. Told once. */
  onTrialSpent(): void;
  /** Where in the work the samples heard so far end; goes into receipts. */
  heardSample(): number;
}

const NO_EVENT = '0'.repeat(32);

/**
 * One PaySession on the box, over all its epochs: what was acknowledged, the receipts for it, and the connection of the present
 * epoch. A cut connection is taken up again with a fresh exchange (ruling 22).
 */
export class PlaySession {
  readonly buffer: PlayoutBuffer;
  readonly #parts: SessionParts;
  readonly #start: SessionStart;
  readonly #hooks: SessionHooks;
  readonly #receipts: ReceiptWriter;
  readonly #counters: CounterBlock;
  readonly #stopReceipts: () => void;
  #ledger: AckLedger;
  #tally: SentTally;
  readonly #spent = new SpentTrial();
  #epochNumber: number;
  #epoch: PayEpoch | null = null;
  #confirmEventId: string | null;
  /** Null: an earlier run of the app told of a delivery; its receipt says so. */
  #confirmMode: ConfirmMode | null;
  #confirmEchoed = false;
  #suppressed = false;
  #window: WindowMessage | null = null;
  #over = false;

  constructor(parts: SessionParts, start: SessionStart, hooks: SessionHooks) {
    const { book, log } = parts;
    const { terms } = start;
    this.#parts = parts;
    this.#start = start;
    this.#hooks = hooks;
    this.#epochNumber = start.epoch;
    this.#confirmEventId = start.confirmEventId;
    this.#confirmMode = terms.trial === null ? null : 'button';
    this.buffer = new PlayoutBuffer(terms.credit.playoutBufferPackets);
    this.#receipts = new ReceiptWriter(parts, terms.sid, fromHex(start.termsHash) ?? new Uint8Array(), start.receipt);
    this.#counters = new CounterBlock(book, terms.sid, start.reservedCounter, log);
    this.#ledger = this.#newLedger({ counts: start.counts, lostPaid: start.lostPackets, paidRanges: paidBefore(start) });
    this.#tally = new SentTally(packetsOf(start.counts, 'paid'), 0);
    // Where a stream flows its ACKs bring the receipts along.
    this.#stopReceipts = every(parts.clock, terms.credit.receiptIntervalMs, () => this.#epoch === null && void this.writeReceipt());
  }

  get terms(): Terms {
    return this.#start.terms;
  }

  get termsHash(): string {
    return this.#start.termsHash;
  }

  get epochNumber(): number {
    return this.#epochNumber;
  }

  get epoch(): PayEpoch | null {
    return this.#epoch;
  }

  get ledger(): AckLedger {
    return this.#ledger;
  }

  get tally(): SentTally {
    return this.#tally;
  }

  get window(): WindowMessage | null {
    return this.#window;
  }

  get confirmEventId(): string | null {
    return this.#confirmEventId;
  }

  get suppressed(): boolean {
    return this.#suppressed;
  }

  /** The sender stands still of its own: it has all our ACKs, or we suppress them. Else the network is what it waits for. */
  get waitsForCredit(): boolean {
    const window = this.#epoch === null ? null : this.#window;
    return this.#suppressed || (window?.phase === 'suspended' && window.acknowledgedPaid >= this.#ledger.ackedPaid);
  }

  set suppressed(on: boolean) {
    this.#suppressed = on;
    if (this.#epoch !== null) this.#epoch.acknowledger.suppressed = on;
  }

  /** Opens the connection of an epoch; plays from `from` unless it is null (a pause lasts). */
  async connect(keys: SessionKeys, rtspUrl: string, nextSequence: number, from: number | null): Promise<Result<void, Fault>> {
    await this.#counters.reserve();
    const { clock, random, openLink } = this.#parts;
    const epoch = await PayEpoch.open(openLink, {
      ...{ clock, random, keys, rtspUrl, nextSequence, terms: this.terms, termsHash: this.termsHash },
      ledger: this.#ledger,
      buffer: this.buffer,
      counters: this.#counters,
      receipts: this.#receipts,
      acksSuppressed: this.#suppressed,
      askReceipt: () => void this.writeReceipt(),
      onWindow: (window) => this.#onWindow(window),
      onLost: (reason) => this.#onLost(reason),
    });
    if (!epoch.ok) return epoch;
    if (this.#over) {
      epoch.value.close();
      return fault('over', 'The play ended meanwhile.');
    }
    this.#epoch = epoch.value;
    const played = from === null ? ok(undefined) : await this.play(from);
    // Only now: what the confirmation starts anew must follow what PLAY began.
    if (played.ok && !this.#confirmEchoed) this.#sayConfirm();
    return played;
  }

  async play(from: number): Promise<Result<void, Fault>> {
    if (this.#epoch === null) return fault('lost', 'There is no connection to the headend.');
    this.#spent.begin();
    const played = await this.#epoch.play(from);
    if (!played.ok && !this.#over) this.drop(played.error.message);
    return played;
  }

  async pause(): Promise<Result<unknown, Fault>> {
    this.#spent.halt();
    return this.#epoch === null ? ok(undefined) : await this.#epoch.pause();
  }

  /** Gives up the connection as it is; `onLost` follows. */
  drop(reason: string): void {
    if (this.#epoch === null) return;
    this.#epoch.close();
    this.#onLost(reason);
  }

  /**
   * Takes the session up again, with growing pauses, for at most limits.headendGraceMs; nobody waits that long for a pre-listen.
   * @param from the packet to go on with, asked at each attempt; null while paused
   */
  async resume(from: () => number | null): Promise<Result<void, Fault>> {
    const { clock, log } = this.#parts;
    const isTrial = this.terms.trial !== null && this.#confirmEventId === null;
    const beganMs = monotonicMs(clock);
    const deadline = beganMs + (isTrial ? limits.stallToFaultMs : limits.headendGraceMs);
    let pauseMs: number = limits.resumeBackoffMinMs;
    for (;;) {
      if (this.#over) return fault('over', 'The play ended meanwhile.');
      const epoch = this.#epochNumber;
      const attempt = await this.resumeOnce(from);
      if (attempt.ok || attempt.error.final) return attempt;
      // At first what the player holds may still bridge a headend that starts again: pauses that grow would miss it by as long as it was away.
      // But what was agreed and then not reached lends a window each time.
      const soon = monotonicMs(clock) - beganMs < limits.resumeSoonMs && epoch === this.#epochNumber;
      if (!soon) pauseMs = Math.min(2 * pauseMs, limits.resumeBackoffMaxMs);
      log.info('resume-failed', { sid: this.terms.sid, code: attempt.error.code, nextTryMs: pauseMs });
      if (monotonicMs(clock) + pauseMs > deadline) return fault('headend-lost', 'The headend did not come back in time; what was not heard is given back.');
      await sleep(clock, pauseMs);
    }
  }

  async resumeOnce(from: () => number | null): Promise<Result<void, Fault & { readonly final: boolean }>> {
    const { desk, book } = this.#parts;
    const receipt = this.#receipts.newest;
    const ownCounts = receipt?.receipt.counts ?? this.#start.counts;
    // What came and was not told yet is acknowledged by the resume itself.
    buildAck(this.#ledger);
    const own = { ownCounts, ownRanges: this.#ledger.paidRanges };
    const resumed = await desk.resume({ terms: this.terms, termsHash: this.#start.termsHash, epoch: this.#epochNumber, receipt, ...own });
    if (!resumed.ok) {
      if (resumed.error.code === 'stale-epoch') this.#epochNumber += 1;
      return resumed;
    }
    const durable = await advanceEpoch(book, this.terms.sid, resumed.value.epoch);
    if (!durable.ok) return { ok: false, error: { ...durable.error, final: false } };
    this.#takeUp(resumed.value, packetsOf(ownCounts, 'paid'));
    const connected = await this.connect(
      resumed.value.keys,
      resumed.value.rtspUrl,
      resumed.value.nextSequence,
      firstUnpaid(from(), resumed.value, this.terms.packetMs),
    );
    // What was agreed lies above our own receipt: signed only at the next turn, it would soon leave nothing to be acknowledged (ruling 27).
    if (connected.ok) void this.writeReceipt();
    return connected.ok ? connected : { ok: false, error: { ...connected.error, final: false } };
  }

  /** The confirmation is durable in the book: from now on it is told until the headend echoes it. */
  confirm(eventId: string, mode: ConfirmMode = 'button'): void {
    this.#confirmEventId = eventId;
    this.#confirmMode = mode;
    confirmTrial(this.#ledger);
    this.#sayConfirm();
  }

  /** Makes the receipt of everything acknowledged so far; nothing where nothing changed. */
  async writeReceipt(): Promise<void> {
    const newest = this.#receipts.newest;
    const now = counts(this.#ledger);
    if (this.#suppressed || this.#over || now.length === 0 || (newest !== null && isCovered(now, newest, this.#confirmEventId))) return;
    const ackCounter = this.#counters.take();
    if (ackCounter === null) return;
    const receipt = await this.#receipts.write({
      ...{ epoch: this.#epochNumber, ackCounter, base: this.#ledger.base, counts: now },
      lostPackets: this.#ledger.lostPaid,
      paidRanges: this.#ledger.paidRanges,
      heardSample: this.#hooks.heardSample(),
      confirmEventId: this.#confirmEventId,
    });
    if (receipt !== null) this.#epoch?.acknowledger.takeReceipt(receipt);
  }

  /** Counts what arrived and was not yet acknowledged: the closing statement acknowledges it. */
  finalCounts(): readonly ClassCount[] {
    buildAck(this.#ledger);
    return counts(this.#ledger);
  }

  /** Closes the connection without a word to the headend, which keeps the session for a resume. */
  abandon(): void {
    this.#over = true;
    this.#stopReceipts();
    this.#epoch?.close();
    this.#epoch = null;
  }

  async tearDown(): Promise<void> {
    this.#over = true;
    this.#stopReceipts();
    const epoch = this.#epoch;
    this.#epoch = null;
    await Promise.all([epoch?.tearDown(), this.#receipts.settled()]);
  }

  #takeUp(resumed: AcceptedResume, receiptedPaid: number): void {
    const { counts: accepted, lostPaid, nextSequence, paidRanges } = resumed;
    const paid = packetsOf(accepted, 'paid');
    this.#epochNumber = resumed.epoch;
    const echoedBefore = this.#confirmEchoed;
    this.#confirmEchoed = resumed.confirmEventId !== null && resumed.confirmEventId === this.#confirmEventId;
    this.#ledger = this.#newLedger({
      nextSequence,
      counts: accepted,
      lostPaid: Math.min(lostPaid, Math.max(this.#ledger.lostPaid, this.buffer.concealed)),
      receiptedPaid,
      paidRanges,
    });
    this.#tally = new SentTally(paid + lostPaid, nextSequence);
    this.buffer.beginEpoch();
    if (resumed.countsCut) this.#parts.log.warn('resume-counts-cut', { sid: this.terms.sid });
    if (this.#confirmEchoed && !echoedBefore) this.#hooks.onConfirmed(null);
  }

  #newLedger(options: LedgerOptions): AckLedger {
    const { terms } = this.#start;
    const sold = terms.parts === undefined ? null : soldByNode(terms);
    return createAckLedger(terms.credit, { trial: terms.trial, packetMs: terms.packetMs, sold, confirmed: this.#confirmEventId !== null, ...options });
  }

  #onWindow(window: WindowMessage): void {
    this.#window = window;
    this.#tally.note(window);
    if (!this.#confirmEchoed && toHex(window.confirmEventId) === this.#confirmEventId) {
      this.#confirmEchoed = true;
      this.#hooks.onConfirmed(paidRun(window));
    }
    if (window.phase === 'drained') this.#hooks.onDelivered();
    const lacks = this.#confirmEventId === null && this.buffer.nextIndex < (this.terms.trial?.packets ?? 0);
    if (lacks && this.#spent.note(window, monotonicMs(this.#parts.clock))) this.#hooks.onTrialSpent();
  }

  #onLost(reason: string): void {
    this.#epoch = null;
    this.#spent.halt();
    if (!this.#over) this.#hooks.onLost(reason);
  }

  #sayConfirm(): void {
    const eventId = fromHex(this.#confirmEventId ?? NO_EVENT);
    if (this.#confirmEventId === null || this.#confirmMode === null || eventId === null) return;
    const termsHash = (fromHex(this.#start.termsHash) ?? new Uint8Array()).subarray(0, 16);
    this.#epoch?.acknowledger.confirm({ type: 'confirm', eventId, mode: this.#confirmMode, termsHash });
  }
}

/** A disk that takes nothing just now is no reason to give the play up: the next attempt begins a newer epoch. */
async function advanceEpoch(book: Book, sid: string, epoch: number): Promise<Result<void, Fault>> {
  try {
    return ok(await book.advanceEpoch(sid, epoch));
  } catch (thrown) {
    if (thrown instanceof BookError) return fault(thrown.code, thrown.message);
    throw thrown;
  }
}

/** Which packets the counts of an earlier run were about, as nearly as they tell: the work is paid for from its start on. */
function paidBefore({ terms, counts: before, paidRanges = NO_INDEXES }: SessionStart): PaidRanges {
  if (paidRanges.length > 0) return paidRanges;
  const first = terms.afterTrial === 'continue' ? packetsOf(before, 'trial') : 0;
  const paid = packetsOf(before, 'paid');
  return paid === 0 ? NO_INDEXES : [[first, paid]];
}

/**
 * What was heard and never acknowledged (its ACK was lost, or the disk took no receipt) is asked for again: it is not heard twice, but
 * paid for. Left out, it would fill the credit window for good. Anything farther ahead was sought.
 */
function firstUnpaid(from: number | null, { paidRanges }: AcceptedResume, packetMs: number): number | null {
  const paid = from === null ? null : highestBelow(paidRanges, from);
  if (from === null || paid === null) return from;
  return from - paid > 2 * packetsIn(limits.creditWindowMs, packetMs) ? from : paid + 1;
}

function isCovered(now: readonly ClassCount[], { receipt }: SignedReceipt, confirmEventId: string | null): boolean {
  const same = toHex(receipt.confirmEventId) === (confirmEventId ?? NO_EVENT);
  const total = (counted: readonly ClassCount[]): number => counted.reduce((sum, count) => sum + count.packets, 0);
  return same && total(now) === total(receipt.counts);
}

/** The news may overtake all of the pre-listen (two ports): what it says, not what came so far, tells where the work begins anew. */
function paidRun({ spans, nextSequence }: WindowMessage): number {
  const paid = spans.find(({ billingClass }) => billingClass !== 'trial');
  return paid === undefined ? nextSequence : paid.sequence - paid.packetIndex;
}
