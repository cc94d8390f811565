import type { AckLedger } from '../../src/domain/credit/ack-ledger.ts';
import { buildAck, counts, createAckLedger, isBehind, noteReceiptDurable, noteWindow, received } from '../../src/domain/credit/ack-ledger.ts';
import { packetsOf } from '../../src/domain/credit/billing-class.ts';
import type { MonitorState } from '../../src/domain/credit/credit-monitor.ts';
import {
  acknowledge,
  createMonitor,
  dueRetransmissions,
  expire,
  nextSend,
  openSpan,
  receiptDurable,
  windowIntervalMs,
  windowView,
} from '../../src/domain/credit/credit-monitor.ts';
import type { AckMessage, WindowMessage } from '../../src/domain/credit/messages.ts';
import type { SpanPlan } from '../../src/domain/credit/paid-ranges.ts';
import type { AckReceipt } from '../../src/domain/credit/statements.ts';
import type { CreditTerms, TrialTerms } from '../../src/domain/credit/terms.ts';
import { receiptOf } from '../unit/domain/credit/credit-fixtures.ts';

export interface LinkFaults {
  /** Chances of 1,000, for each datagram of that direction. */
  readonly dataLoss: number;
  readonly ackLoss: number;
  readonly windowLoss: number;
  readonly duplicate: number;
  readonly delayMs: number;
  readonly jitterMs: number;
}

export const CLEAN: LinkFaults = { dataLoss: 0, ackLoss: 0, windowLoss: 0, duplicate: 0, delayMs: 10, jitterMs: 0 };

/** A repeatable source of chance (mulberry32). */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Arrival {
  readonly atMs: number;
  readonly deliver: (nowMs: number) => void;
}

export interface LinkSetup {
  readonly terms: CreditTerms;
  readonly trial?: TrialTerms;
  readonly plans: readonly SpanPlan[];
  readonly faults: LinkFaults;
  readonly seed: number;
  /** 1 = real time; more = the sender would like to be faster. */
  readonly packetsPerTick?: number;
}

const TICK_MS = 20;

/** Monitor and ack-ledger on the two ends of a lossy, duplicating, reordering link, in virtual time. */
export class CreditLink {
  readonly monitor: MonitorState;
  readonly ledger: AckLedger;
  faults: LinkFaults;
  nowMs = 0;
  refusals = new Map<string, number>();
  /** Slots that ever reached the device. */
  readonly arrived = new Set<number>();
  deviceSilent = false;
  receiptsStopped = false;
  readonly #setup: LinkSetup;
  readonly #chance: () => number;
  readonly #plans: SpanPlan[];
  #arrivals: Arrival[] = [];
  readonly #indexes = new Map<number, number>();
  #ackCounter = 0;
  #windowCounter = 0;
  #windowsSinceAck = 0;
  #lastWindow = 0;
  #lastAckMs = 0;
  #lastReceiptMs = 0;
  #news = 0;
  #receipt: AckReceipt | null = null;

  constructor(setup: LinkSetup) {
    this.#setup = setup;
    this.faults = setup.faults;
    this.#chance = chanceFrom(setup.seed);
    this.#plans = [...setup.plans];
    this.monitor = createMonitor(setup.terms, setup.trial ?? null);
    this.ledger = createAckLedger(setup.terms, { trial: setup.trial ?? null });
  }

  /** Lets one packet time pass on both ends. */
  tick(): void {
    this.nowMs += TICK_MS;
    const due = this.#arrivals.filter((arrival) => arrival.atMs <= this.nowMs).sort((left, right) => left.atMs - right.atMs);
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.atMs > this.nowMs);
    for (const arrival of due) arrival.deliver(this.nowMs);
    this.#server();
    this.#device();
  }

  run(ticks: number): void {
    for (let count = 0; count < ticks; count += 1) this.tick();
  }

  /** Until all spans are sent, then with a clean link and a last receipt until both sides have heard everything. */
  finish(mostTicks: number): void {
    for (let count = 0; count < mostTicks && !this.allSent; count += 1) this.tick();
    this.faults = CLEAN;
    this.run(150);
    this.receipt();
    this.run(10);
  }

  get allSent(): boolean {
    const { span, spanSent } = this.monitor;
    return this.#plans.length === 0 && span !== null && spanSent >= span.packets;
  }

  addPlan(plan: SpanPlan): void {
    this.#plans.push(plan);
  }

  receipt(): void {
    const body = counts(this.ledger);
    noteReceiptDurable(this.ledger, body);
    this.#receipt = { ...receiptOf(0, this.ledger.base), counts: body };
    this.#sendReceipt();
  }

  /** A receipt is repeated with each ACK until a WINDOW shows it as durable. */
  #sendReceipt(): void {
    const receipt = this.#receipt;
    if (receipt === null || this.receiptsStopped) return;
    if (this.ledger.headendReceiptedPaid >= packetsOf(receipt.counts, 'paid') && packetsOf(receipt.counts, 'paid') > 0) this.#receipt = null;
    this.#toServer(this.faults.ackLoss, () => receiptDurable(this.monitor, receipt));
  }

  #server(): void {
    expire(this.monitor, this.nowMs);
    for (let count = 0; count < (this.#setup.packetsPerTick ?? 1); count += 1) this.#sendOne();
    for (const sequence of dueRetransmissions(this.monitor, this.nowMs)) this.#transmit(sequence);
    if (this.nowMs - this.#lastWindow >= windowIntervalMs(this.monitor, this.nowMs)) this.#window();
  }

  #sendOne(): void {
    let decision = nextSend(this.monitor, this.nowMs);
    const next = this.#plans[0];
    const spanIsSent = this.monitor.span === null || this.monitor.spanSent >= this.monitor.span.packets;
    if (!decision.send && spanIsSent && next !== undefined) {
      this.#plans.shift();
      openSpan(this.monitor, next);
      this.#window();
      decision = nextSend(this.monitor, this.nowMs);
    }
    if (!decision.send) this.refusals.set(decision.why, (this.refusals.get(decision.why) ?? 0) + 1);
    else {
      this.#indexes.set(decision.sequence, decision.packetIndex);
      this.#transmit(decision.sequence);
    }
  }

  #transmit(sequence: number): void {
    const packetIndex = this.#indexes.get(sequence) ?? -1;
    const copies = this.#chance() * 1_000 < this.faults.duplicate ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#toDevice(this.faults.dataLoss, () => {
        if (received(this.ledger, sequence, packetIndex) === 'new') this.#news += 1;
        this.arrived.add(sequence);
      });
    }
  }

  #window(): void {
    this.#lastWindow = this.nowMs;
    this.#windowCounter += 1;
    const counter = this.#windowCounter;
    const view = windowView(this.monitor);
    const window: WindowMessage = {
      ...view,
      type: 'window',
      epoch: 0,
      counter,
      creditWindowPackets: this.#setup.terms.creditWindowPackets,
      receiptCounter: 0,
      confirmEventId: new Uint8Array(16),
    };
    this.#toDevice(this.faults.windowLoss, () => {
      noteWindow(this.ledger, window);
      this.#windowsSinceAck += 1;
      if (!this.deviceSilent && isBehind(this.ledger, window, this.#windowsSinceAck)) this.#acknowledge();
    });
  }

  #device(): void {
    if (this.deviceSilent) return;
    if (this.nowMs - this.#lastReceiptMs >= this.#setup.terms.receiptIntervalMs && !this.receiptsStopped) {
      this.#lastReceiptMs = this.nowMs;
      this.receipt();
    }
    if (this.#news < this.#setup.terms.ackEveryPackets && this.nowMs - this.#lastAckMs < this.#setup.terms.ackIntervalMs) return;
    this.#news = 0;
    this.#lastAckMs = this.nowMs;
    this.#acknowledge();
  }

  #acknowledge(): void {
    this.#sendReceipt();
    const body = buildAck(this.ledger);
    if (body === null) return;
    this.#windowsSinceAck = 0;
    this.#ackCounter += 1;
    const ack: AckMessage = { ...body, epoch: 0, counter: this.#ackCounter, challenge: null };
    this.#toServer(this.faults.ackLoss, (nowMs) => {
      const outcome = acknowledge(this.monitor, ack, nowMs);
      if (!outcome.accepted && outcome.fault !== 'stale') throw new Error(`an honest ACK was refused: ${outcome.fault}`);
    });
  }

  #toDevice(loss: number, deliver: (nowMs: number) => void): void {
    this.#carry(loss, deliver);
  }

  #toServer(loss: number, deliver: (nowMs: number) => void): void {
    this.#carry(loss, deliver);
  }

  #carry(loss: number, deliver: (nowMs: number) => void): void {
    if (this.#chance() * 1_000 < loss) return;
    this.#arrivals.push({ atMs: this.nowMs + this.faults.delayMs + this.#chance() * this.faults.jitterMs, deliver });
  }

  /** What the server gave away and nobody owes. */
  get unpaid(): number {
    return windowView(this.monitor).unpaidInFlight;
  }

  get unsigned(): number {
    return this.monitor.sentPaid - this.monitor.signedPaid;
  }

  get deviceOwes(): number {
    return packetsOf(counts(this.ledger), 'paid');
  }
}
