import {
  type AckLedger,
  buildAck,
  counts,
  createAckLedger,
  isBehind,
  noteReceiptDurable,
  noteWindow,
  received,
} from '../../../src/domain/credit/ack-ledger.ts';
import type { ClassCount } from '../../../src/domain/credit/billing-class.ts';
import {
  acknowledge,
  createMonitor,
  dueRetransmissions,
  expire,
  type MonitorState,
  nextSend,
  noteChallenge,
  noteRoundTrip,
  openSpan,
  receiptDurable,
  windowIntervalMs,
  windowView,
} from '../../../src/domain/credit/credit-monitor.ts';
import { HEARD, heardOf } from '../../../src/domain/credit/ledger-slots.ts';
import type { AckMessage, WindowMessage } from '../../../src/domain/credit/messages.ts';
import type { CreditTerms } from '../../../src/domain/credit/terms.ts';
import { limits } from '../../../src/limits.ts';
import { asId } from '../../../src/units/ids.ts';
import { PACKET_MS, packetsIn } from '../../../src/units/time.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { StallKind } from './kinds.ts';

/** What one listening brought about. */
export interface Heard {
  readonly seed: number;
  packets: number;
  paid: number;
  lost: number;
  /** Times that nothing was sent for longer than the prebuffer although somebody listened and paid. */
  stalls: number;
  /** Turns of 20 ms in which a packet was due and had to wait. */
  heldBack: number;
}

const EVENT = new Uint8Array(16);
const RESPONSE = new Uint8Array(8);
const RECEIPT_TURNS = packetsIn(limits.receiptIntervalMs);
const WINDOW_TURNS = packetsIn(limits.windowIntervalMs);
/** More turns than anything is under way. */
const WAY_TURNS = 16;
/** Nothing goes back in this listening: where its first hours had holes is of no use. */
const RANGES_KEPT = 2;

interface Receipt {
  readonly ackCounter: number;
  readonly base: number;
  readonly counts: readonly ClassCount[];
}

/**
 * One work of many hours over a path that loses and disorders, in turns of 20 ms, by the rules themselves and nothing else: the sender is
 * the monitor, the listener the ledger. What is between (sockets, keys, stores) is proved elsewhere; without it a day takes seconds.
 */
export class Listening {
  readonly #kind: StallKind;
  readonly #random: SeededRandom;
  readonly #monitor: MonitorState;
  readonly #ledger: AckLedger;
  readonly #terms: CreditTerms;
  readonly #media = bins<number>();
  readonly #acks = bins<AckMessage>();
  readonly #receipts = bins<Receipt>();
  readonly #windows = bins<WindowMessage>();
  readonly #challenges: number[] = [];
  readonly #challenged = new Set<number>();
  readonly #heard: Heard;
  #turn = 0;
  #counter = 0;
  #windowCounter = 0;
  #untilChallenge = 0;
  #unacknowledged = 0;
  #windowsSinceAck = 0;
  #ackTurn = 0;
  #windowTurn = -WINDOW_TURNS;
  #unshown: Receipt | null = null;
  #shownCounter = 0;
  #durableCounter = 0;
  #starved = false;

  constructor(kind: StallKind, seed: number, hours: number) {
    const packets = Math.round((hours * 3_600_000) / PACKET_MS);
    this.#kind = kind;
    this.#random = new SeededRandom(seed * 7_919 + 17);
    this.#terms = kind.credit;
    this.#monitor = createMonitor(kind.credit, null);
    this.#ledger = createAckLedger(kind.credit);
    this.#heard = { seed, packets, paid: 0, lost: 0, stalls: 0, heldBack: 0 };
    noteRoundTrip(this.#monitor, 2 * kind.delayTurns * PACKET_MS);
    openSpan(this.#monitor, { packetIndex: 0, packets, billingClass: 'paid', node: 0 });
  }

  run(): Heard {
    const { packets } = this.#heard;
    // A stream that stalls for good still ends.
    for (; this.#monitor.nextSequence < packets && this.#turn < 2 * packets; this.#turn += 1) this.#pass();
    const view = windowView(this.#monitor);
    return { ...this.#heard, paid: view.acknowledgedPaid, lost: view.lostPaid };
  }

  #pass(): void {
    const nowMs = this.#turn * PACKET_MS;
    for (const ack of this.#due(this.#acks)) acknowledge(this.#monitor, ack, nowMs);
    for (const receipt of this.#due(this.#receipts)) this.#takeReceipt(receipt);
    expire(this.#monitor, nowMs);
    this.#send(nowMs);
    for (const sequence of dueRetransmissions(this.#monitor, nowMs)) this.#carry(this.#media, sequence, this.#kind.lossShare);
    this.#tell(nowMs);
    this.#judge();
    for (const sequence of this.#due(this.#media)) this.#take(sequence);
    for (const window of this.#due(this.#windows)) this.#takeWindow(window);
    if (this.#turn % RECEIPT_TURNS === 0) this.#writeReceipt();
    if (this.#turn - this.#ackTurn >= packetsIn(this.#terms.ackIntervalMs)) this.#acknowledge();
  }

  #send(nowMs: number): void {
    const decision = nextSend(this.#monitor, nowMs);
    if (!decision.send) {
      if (decision.why !== 'end') this.#heard.heldBack += 1;
      return;
    }
    if (this.#untilChallenge <= 0) {
      const { challengeEveryMinPackets: min, challengeEveryMaxPackets: max } = this.#terms;
      this.#untilChallenge = min + Math.floor(this.#random.fraction() * (max - min + 1));
      noteChallenge(this.#monitor, decision.sequence, RESPONSE);
      this.#challenged.add(decision.sequence);
    }
    this.#untilChallenge -= 1;
    this.#carry(this.#media, decision.sequence, this.#kind.lossShare);
  }

  /** A WINDOW, where one is due. */
  #tell(nowMs: number): void {
    if (this.#turn - this.#windowTurn < packetsIn(windowIntervalMs(this.#monitor, nowMs))) return;
    this.#windowTurn = this.#turn;
    this.#carry(this.#windows, this.#window(), this.#kind.lossShare);
  }

  #judge(): void {
    const starved = this.#monitor.starved || this.#monitor.challenges.suspended;
    if (starved && !this.#starved) this.#heard.stalls += 1;
    this.#starved = starved;
  }

  #take(sequence: number): void {
    if (received(this.#ledger, sequence, sequence) !== 'new') return;
    if (this.#challenged.delete(sequence)) {
      this.#challenges.push(sequence);
      this.#challenges.sort((left, right) => left - right);
      if (this.#challenges.length > limits.challengeGracePackets) this.#challenges.shift();
    }
    this.#unacknowledged += 1;
    const hole = sequence - limits.reorderThresholdPackets;
    const showsLoss = hole >= this.#ledger.base && heardOf(this.#ledger, hole) === HEARD.missing;
    if (this.#unacknowledged >= this.#terms.ackEveryPackets || showsLoss) this.#acknowledge();
  }

  #takeWindow(window: WindowMessage): void {
    noteWindow(this.#ledger, window);
    this.#shownCounter = Math.max(this.#shownCounter, window.receiptCounter);
    if (this.#unshown !== null && this.#unshown.ackCounter <= this.#shownCounter) this.#unshown = null;
    const at = this.#challenges.indexOf(window.challengeAnswered);
    if (at >= 0) this.#challenges.splice(at, 1);
    this.#windowsSinceAck += 1;
    if (isBehind(this.#ledger, window, this.#windowsSinceAck)) this.#acknowledge();
  }

  #acknowledge(): void {
    this.#ackTurn = this.#turn;
    if (this.#unshown !== null) this.#carry(this.#receipts, this.#unshown, this.#kind.feedbackLossShare);
    const ack = buildAck(this.#ledger);
    if (ack === null) return;
    this.#unacknowledged = 0;
    this.#windowsSinceAck = 0;
    this.#counter += 1;
    if (this.#ledger.paidRanges.length > RANGES_KEPT) this.#ledger.paidRanges = this.#ledger.paidRanges.slice(-RANGES_KEPT);
    if (this.#monitor.paidRanges.length > RANGES_KEPT) this.#monitor.paidRanges = this.#monitor.paidRanges.slice(-RANGES_KEPT);
    // The oldest open challenge first, as device/checkout/acknowledger.ts has it.
    const sequence = this.#challenges[0];
    const challenge = sequence === undefined ? null : { sequence, response: RESPONSE };
    this.#carry(this.#acks, { ...ack, epoch: 0, counter: this.#counter, challenge }, this.#kind.feedbackLossShare);
  }

  #writeReceipt(): void {
    const counted = counts(this.#ledger);
    if (counted.length === 0) return;
    this.#counter += 1;
    this.#unshown = { ackCounter: this.#counter, base: this.#ledger.base, counts: counted };
    noteReceiptDurable(this.#ledger, counted);
    this.#carry(this.#receipts, this.#unshown, this.#kind.feedbackLossShare);
  }

  #takeReceipt({ ackCounter, base, counts: counted }: Receipt): void {
    if (ackCounter <= this.#durableCounter) return;
    this.#durableCounter = ackCounter;
    const rest = { sid: asId<never>('0'.repeat(32)), epoch: 0, termsHash: EVENT, confirmEventId: EVENT, wallMs: 0 };
    receiptDurable(this.#monitor, { ...rest, ackCounter, base, counts: counted });
  }

  #window(): WindowMessage {
    const view = windowView(this.#monitor);
    this.#windowCounter += 1;
    const { phase, abandonedBelow, nextSequence, creditWindowPackets, acknowledgedPaid, receiptedPaid, lostPaid, challengeAnswered, spans } = view;
    const shown = { phase, abandonedBelow, nextSequence, creditWindowPackets, acknowledgedPaid, receiptedPaid, lostPaid, challengeAnswered, spans };
    return { type: 'window', epoch: 0, counter: this.#windowCounter, receiptCounter: this.#durableCounter, confirmEventId: EVENT, ...shown };
  }

  #carry<T>(way: T[][], item: T, lossShare: number): void {
    if (this.#random.fraction() < lossShare) return;
    const late = this.#random.fraction() < this.#kind.lateShare ? 2 : 0;
    way[(this.#turn + this.#kind.delayTurns + late) % WAY_TURNS]?.push(item);
  }

  #due<T>(way: T[][]): readonly T[] {
    const at = this.#turn % WAY_TURNS;
    const arrived = way[at] ?? [];
    if (arrived.length > 0) way[at] = [];
    return arrived;
  }
}

function bins<T>(): T[][] {
  return Array.from({ length: WAY_TURNS }, () => []);
}
