import { withinLease } from '../domain/credit/account-credit.ts';
import { BILLING_CLASSES, packetsOf } from '../domain/credit/billing-class.ts';
import { ACTION_OF_MODE, CONFIRM_MODES, confirms } from '../domain/credit/confirmation.ts';
import * as credit from '../domain/credit/credit-monitor.ts';
import type { AckMessage, ConfirmMessage, ReceiptMessage, WindowMessage } from '../domain/credit/messages.ts';
import { joinIndexes, planSpans, type SpanPlan, withoutIndexes } from '../domain/credit/paid-ranges.ts';
import { findImpossible, leavesTrialOut } from '../domain/credit/possible-counts.ts';
import { isReserved, reserveIsLow, slotsUsed } from '../domain/credit/sequence-reserve.ts';
import type { AckReceipt } from '../domain/credit/statements.ts';
import { placedParts } from '../domain/credit/work-parts.ts';
import { verifyEd25519 } from '../platform/crypto/ed25519-signer.ts';
import type { SessionProgress } from '../ports/headend-stores.ts';
import type { Log } from '../ports/log.ts';
import { equalBytes, fromHex, toHex } from '../units/bytes.ts';
import type { SessionId } from '../units/ids.ts';
import { decodeReceipt, encodeReceipt } from '../wire/ack-receipt.ts';
import type { PaymentRegistry, Progressing } from './payment-registry.ts';
import { leaseReport } from './session-lease.ts';
import type { AdmittedSession, StreamView } from './stream-port.ts';

export interface CreditMonitorDeps {
  readonly session: AdmittedSession;
  readonly registry: PaymentRegistry;
  readonly log: Log;
  /** What the fenced epoch before this one left, where this process still knows it; else the row of the session is all there is. */
  readonly carried?: credit.CarriedCounts;
  /** Another process holds the session now, or the slice of the account's credit. */
  readonly onFenced?: () => void;
}

/** `abuse`: rightly tagged, and impossible (ruling 25). `dropped`: no effect, nothing wrong (a repetition, a store that failed). */
export type MessageOutcome = 'accepted' | 'dropped' | 'abuse';

const EVENT_ID_BYTES = 16;
const HASH_BYTES = 16;

/**
 * Guards the money of one epoch of a PaySession: asks the rules (domain/credit) before every packet, makes receipts and
 * confirmations durable before they open anything, and tells the payment registry what was acknowledged.
 */
export class CreditMonitor implements Progressing {
  readonly #session: AdmittedSession;
  readonly #onFenced: () => void;
  readonly #registry: PaymentRegistry;
  readonly #log: Log;
  readonly #state: credit.MonitorState;
  readonly #termsHash: Uint8Array;
  #receipted: { readonly epoch: number; readonly ackCounter: number };
  /** Verified, durable or on its way there. */
  #newest: { readonly epoch: number; readonly ackCounter: number };
  #confirming = false;
  /** Nothing more is sent. */
  #over = false;
  #confirmEventId: Uint8Array;
  #windowCounter = 0;
  #durableNextSequence: number;
  /** The payment registry was told of changes, and has not asked for them yet. */
  #told = false;
  #abuse: number;

  constructor(deps: CreditMonitorDeps) {
    const { row, terms } = deps.session;
    const carried = carriedOf(deps.session, deps.carried);
    this.#session = deps.session;
    this.#onFenced = deps.onFenced ?? (() => {});
    this.#registry = deps.registry;
    this.#log = deps.log;
    this.#state = credit.createMonitor(withinLease(terms.credit, deps.session.lease), terms.trial, carried);
    this.#abuse = deps.carried?.abuse ?? 0;
    this.#termsHash = (fromHex(row.termsHash) ?? new Uint8Array(HASH_BYTES)).subarray(0, HASH_BYTES);
    this.#receipted = newestReceipt(row);
    this.#newest = this.#receipted;
    this.#confirmEventId = fromHex(row.confirmEventId ?? '') ?? new Uint8Array(0);
    this.#durableNextSequence = row.nextSequence;
  }

  /** Tagged messages with impossible content so far, over all epochs that this process knows. */
  get abuse(): number {
    return this.#abuse;
  }

  /** What may be sent from a packet of the work on: the pre-listen before the confirmation, then the whole work. */
  planFrom(packetIndex: number): readonly SpanPlan[] {
    const { terms, work } = this.#session;
    const trial = this.confirmed ? null : terms.trial;
    if (trial !== null) return planSpans([], packetIndex, Math.min(trial.packets, terms.packets), { node: 0, fresh: 'trial' });
    const covered = credit.coveredIndexes(this.#state);
    return placedParts(terms).flatMap(({ first, packets, node, billingClass }) =>
      planSpans(covered, Math.max(first, packetIndex), first + packets, { node, fresh: work.free ? 'free' : billingClass }),
    );
  }

  get confirmed(): boolean {
    return this.#confirmEventId.length === EVENT_ID_BYTES;
  }

  openSpan(span: SpanPlan): void {
    credit.openSpan(this.#state, span);
  }

  nextSend(nowMs: number): credit.SendDecision {
    // A slot that a crash of ours would forget is not used: the next epoch must begin above it.
    if (reserveIsLow(this.#state.nextSequence, this.#durableNextSequence)) this.#registry.accumulate(this, 0);
    if (!isReserved(this.#state.nextSequence, this.#durableNextSequence)) return { send: false, why: 'transit' };
    return credit.nextSend(this.#state, nowMs);
  }

  dueRetransmissions(nowMs: number): readonly number[] {
    return credit.dueRetransmissions(this.#state, nowMs);
  }

  noteChallenge(sequence: number, response: Uint8Array): void {
    credit.noteChallenge(this.#state, sequence, response);
  }

  expire(nowMs: number): void {
    credit.expire(this.#state, nowMs);
  }

  isDiscontinued(nowMs: number): boolean {
    return credit.isDiscontinued(this.#state, nowMs);
  }

  /** How often WINDOW goes at present. */
  windowIntervalMs(nowMs: number): number {
    return credit.windowIntervalMs(this.#state, nowMs);
  }

  noteRoundTrip(ms: number): void {
    credit.noteRoundTrip(this.#state, ms);
  }

  pause(nowMs: number): void {
    credit.pause(this.#state, nowMs);
  }

  resume(nowMs: number): void {
    credit.resume(this.#state, nowMs);
  }

  acknowledge(ack: AckMessage, nowMs: number): MessageOutcome {
    const outcome = credit.acknowledge(this.#state, ack, nowMs);
    if (!outcome.accepted) return outcome.fault === 'unsent' || outcome.fault === 'challenge' ? this.#noteAbuse(outcome.fault) : 'dropped';
    this.report();
    return 'accepted';
  }

  /**
   * Verifies the receipt, and once it is durable lets it open the receipt window.
   * @param durable called then
   */
  takeReceipt(message: ReceiptMessage, durable: () => void): MessageOutcome {
    const { receipt, signature } = message;
    const { epoch, ackCounter } = receipt;
    if (epoch < this.#newest.epoch || (epoch === this.#newest.epoch && ackCounter <= this.#newest.ackCounter)) return 'dropped';
    const fault = this.#findReceiptFault(receipt);
    if (fault !== null) return this.#noteAbuse(fault);
    const bytes = encodeReceipt(receipt);
    if (!verifyEd25519(this.#session.devicePublicKey, bytes, signature)) return this.#noteAbuse('receipt-signature');
    this.#newest = { epoch, ackCounter };
    this.#registry.putReceipt({ sid: this.sid, receipt, bytes, signature }, (stored) => {
      if (!stored) {
        this.#newest = this.#receipted;
        return;
      }
      this.#receipted = { epoch, ackCounter };
      credit.receiptDurable(this.#state, receipt);
      durable();
    });
    return 'accepted';
  }

  /**
   * Makes the user's yes durable. `dropped` where it was already known; the next WINDOW echoes the event id again.
   * @param durable called once it counts
   */
  takeConfirm(message: ConfirmMessage, durable: () => void): MessageOutcome {
    if (this.confirmed || this.#confirming) return 'dropped';
    if (!equalBytes(message.termsHash, this.#termsHash)) return this.#noteAbuse('confirm-of-other-terms');
    if (message.eventId.every((byte) => byte === 0)) return this.#noteAbuse('confirm-without-event');
    if (!(this.#session.terms.confirmModes ?? CONFIRM_MODES).includes(message.mode)) return this.#noteAbuse('confirm-of-other-mode');
    // Only a clear yes ends a pre-listen; a work that was merely let run is not bought (P24).
    const inTrial = this.#session.terms.trial !== null;
    if (!confirms(message.mode, ACTION_OF_MODE[message.mode], inTrial)) return 'dropped';
    if (inTrial && credit.judgeConfirmation(this.#state) !== 'confirmed') return 'dropped';
    const eventId = message.eventId.slice();
    this.#confirming = true;
    this.#registry.putConfirmation(this.sid, toHex(eventId), (stored) => {
      this.#confirming = false;
      if (!stored) return;
      this.#confirmEventId = eventId;
      credit.confirm(this.#state);
      durable();
    });
    return 'accepted';
  }

  /**
   * The next WINDOW: the present state, under the next counter.
   * @param planIsOver no span follows the present one: only then is the stream drained
   */
  window(planIsOver: boolean): WindowMessage {
    const view = credit.windowView(this.#state);
    this.#windowCounter += 1;
    return {
      type: 'window',
      epoch: this.#session.epoch,
      counter: this.#windowCounter,
      phase: view.phase === 'drained' && !planIsOver ? 'stream' : view.phase,
      abandonedBelow: view.abandonedBelow,
      nextSequence: view.nextSequence,
      creditWindowPackets: view.creditWindowPackets,
      acknowledgedPaid: view.acknowledgedPaid,
      receiptedPaid: view.receiptedPaid,
      receiptCounter: Math.max(0, this.#receipted.ackCounter),
      lostPaid: view.lostPaid,
      challengeAnswered: view.challengeAnswered,
      confirmEventId: this.confirmed ? this.#confirmEventId : new Uint8Array(EVENT_ID_BYTES),
      spans: view.spans,
    };
  }

  /** Slots below this are resolved: nothing of them will be sent again. */
  get resolvedBase(): number {
    return this.#state.resolvedBase;
  }

  get nextSequence(): number {
    return this.#state.nextSequence;
  }

  /** Tells the payment registry that the counts have changed. @param over nothing more is sent: the lease goes back */
  report(over = false): void {
    this.#over ||= over;
    if (over) this.#registry.accumulate(this, 0);
    else if (!this.#told) this.#registry.accumulate(this);
    this.#told = true;
  }

  get sid(): SessionId {
    return this.#session.row.sid;
  }

  /** The cumulative counts, as the payment registry keeps them. */
  progress(): SessionProgress {
    this.#told = false;
    const view = credit.windowView(this.#state);
    return {
      sid: this.sid,
      epoch: this.#session.epoch,
      ...credit.knownWork(this.#state),
      lostPaid: view.lostPaid,
      nextSequence: view.nextSequence,
      ...leaseReport(this.#session, this.#over, view.unsignedPackets),
    };
  }

  fenced(): void {
    if (!this.#over) this.#onFenced();
  }

  committed({ nextSequence }: SessionProgress): void {
    this.#durableNextSequence = Math.max(this.#durableNextSequence, nextSequence);
  }

  /** For the next epoch of this session, in this process. */
  carryOver(): credit.CarriedCounts {
    return { ...credit.carryOver(this.#state), abuse: this.#abuse };
  }

  view(): StreamView {
    const view = credit.windowView(this.#state);
    return {
      sid: this.#session.row.sid,
      packetsSent: slotsUsed(view.sentTotal, this.#session.epoch),
      packetsAcknowledged: view.counts.reduce((sum, count) => sum + count.packets, 0),
      packetsPaid: view.acknowledgedPaid,
      unpaidPackets: view.unpaidInFlight,
      maxUnpaidPackets: view.maxUnpaid,
      suspended: view.suspended,
      epoch: this.#session.epoch,
    };
  }

  #findReceiptFault(receipt: AckReceipt): string | null {
    const { row, epoch, terms } = this.#session;
    if (receipt.sid !== row.sid || receipt.epoch > epoch) return 'receipt-of-other-session';
    if (!equalBytes(receipt.termsHash, this.#termsHash)) return 'receipt-of-other-terms';
    if (findImpossible(terms, receipt.counts) !== null) return 'receipt-impossible';
    if (leavesTrialOut(terms, credit.windowView(this.#state).counts, receipt.counts)) return 'receipt-without-trial';
    // After a crash of ours the device may have counted what the last group commit did not reach any more.
    const slack = epoch > 0 ? terms.credit.creditWindowPackets : 0;
    if (receipt.counts.some((count) => count.packets > credit.sentUnder(this.#state, count) + slack)) return 'receipt-above-sent';
    for (const billingClass of BILLING_CLASSES) {
      if (packetsOf(receipt.counts, billingClass) > credit.sentPackets(this.#state, billingClass) + slack) return 'receipt-above-sent';
    }
    return null;
  }

  #noteAbuse(code: string): 'abuse' {
    this.#abuse += 1;
    this.#log.warn('ackpay-abuse', { sid: this.#session.row.sid, code, count: this.#abuse });
    return 'abuse';
  }
}

/**
 * The row is what both sides agreed on at the resume: counts, losses, and which packets they are (agree-paid.ts). The memory of the
 * fenced epoch adds what no row keeps: the credit in use, and what it was lent for above the highest agreed packet.
 */
function carriedOf({ row, terms, epoch }: AdmittedSession, memory: credit.CarriedCounts | undefined): credit.CarriedCounts {
  const acknowledgedPaid = packetsOf(row.counts, 'paid');
  const { lostPaid } = row;
  const [end = 0, packets = 0] = row.paidRanges.at(-1) ?? [];
  const exposed = withoutIndexes(joinIndexes(memory?.exposed ?? [], memory?.paidRanges ?? []), [[0, end + packets]]);
  return {
    acknowledgedPaid,
    receiptedPaid: packetsOf(row.receipt?.counts ?? [], 'paid'),
    lostPaid,
    sentPaid: Math.max(memory?.sentPaid ?? 0, acknowledgedPaid + lostPaid),
    nextSequence: row.nextSequence,
    trialSent: Math.max(memory?.trialSent ?? 0, packetsOf(row.counts, 'trial')),
    confirmed: row.confirmEventId !== null || terms.trial === null,
    counts: row.counts,
    paidRanges: row.paidRanges,
    exposed,
    epoch,
  };
}

/** Order of receipts is (epoch, counter) (ruling 18); before the first one anything is newer. */
function newestReceipt({ receipt }: AdmittedSession['row']): { readonly epoch: number; readonly ackCounter: number } {
  if (receipt === null) return { epoch: 0, ackCounter: -1 };
  const decoded = decodeReceipt(receipt.bytes);
  return { epoch: decoded.ok ? decoded.value.epoch : 0, ackCounter: receipt.ackCounter };
}
