import type { CreditLease } from '../../../src/domain/credit/account-credit.ts';
import { agreePaid } from '../../../src/domain/credit/agree-paid.ts';
import { packetsOf } from '../../../src/domain/credit/billing-class.ts';
import type { AckpayMessage } from '../../../src/domain/credit/messages.ts';
import type { CarriedCounts } from '../../../src/domain/credit/monitor-state.ts';
import type { ClosingStatement } from '../../../src/domain/credit/statements.ts';
import { CreditMonitor } from '../../../src/headend/credit-monitor.ts';
import { PaymentRegistry } from '../../../src/headend/payment-registry.ts';
import { type LeaseDeps, leaseWindow } from '../../../src/headend/session-lease.ts';
import { PlayPlan } from '../../../src/headend/stream/play-plan.ts';
import { limits } from '../../../src/limits.ts';
import { openAckpay, sealAckpay } from '../../../src/platform/crypto/ackpay-seal.ts';
import { challengeResponse } from '../../../src/platform/crypto/challenge.ts';
import type { RegistryStore, SettleOutcome } from '../../../src/ports/headend-stores.ts';
import { sidBytes } from '../../../src/wire/ack-receipt.ts';
import { Killed } from './fate.ts';
import { type Media, PAYLOAD_HASH, type PlayKeys, type ResumeAnswer, type ResumeAsk, SSRCS } from './play-wire.ts';
import type { PlayWorld } from './play-world.ts';

const AHEAD_MS = 160;

interface Stream {
  readonly epoch: number;
  readonly keys: PlayKeys;
  readonly monitor: CreditMonitor;
  readonly sent: Map<number, Media>;
  plan: PlayPlan;
  playing: boolean;
  startedMs: number;
  sentOfRun: number;
  packetIndex: number;
  deviceCounter: number;
  windowDueMs: number;
  nextChallenge: number;
}

/** One life of the headend's process: the real credit monitor, payment registry and stores, and as much of a sender as money needs. */
export class HeadendLife {
  alive = true;
  readonly #world: PlayWorld;
  readonly #store: RegistryStore;
  readonly #registry: PaymentRegistry;
  #stream: Stream | null = null;
  /** What the fenced epoch left in memory. */
  #carried: CarriedCounts | undefined;
  #held: CreditLease | undefined;

  constructor(world: PlayWorld) {
    this.#world = world;
    this.#store = world.storeOf(this);
    this.#registry = new PaymentRegistry({ store: this.#store, clock: world.clock, log: world.log });
  }

  /** The checkout was before the schedule begins: nothing disturbs it. */
  admitFirst(): void {
    this.#lease(this.#world.disk.credit);
    this.#admit();
  }

  tick(): void {
    const { nowMs } = this.#world.clock;
    const stream = this.#stream;
    if (stream === null || !this.alive) return;
    stream.monitor.expire(nowMs);
    this.#pump(stream, nowMs);
    for (const sequence of stream.monitor.dueRetransmissions(nowMs)) {
      const media = stream.sent.get(sequence);
      if (media !== undefined) this.#world.toDevice(media);
    }
    if (nowMs >= stream.windowDueMs) this.#window(stream, nowMs);
  }

  /** RTSP PLAY and PAUSE; false where nothing answers. */
  play(epoch: number, from: number): boolean {
    const stream = this.#stream;
    if (stream?.epoch !== epoch) return false;
    stream.monitor.resume(this.#world.clock.nowMs);
    this.#begin(stream, this.#world.accessPoint(from));
    return true;
  }

  pause(epoch: number): void {
    const stream = this.#stream;
    if (stream?.epoch !== epoch || !stream.playing) return;
    stream.playing = false;
    stream.monitor.pause(this.#world.clock.nowMs);
  }

  /** A datagram of the feedback channel. */
  hear(bytes: Uint8Array): void {
    const stream = this.#stream;
    if (stream === null || !this.alive) return;
    const opened = openAckpay(stream.keys.keys, sidBytes(this.#world.row.sid), bytes);
    if (!opened.ok || opened.value.message.type === 'window' || opened.value.message.counter <= stream.deviceCounter) return;
    const { message } = opened.value;
    stream.deviceCounter = message.counter;
    this.#note(message);
    this.#take(stream, message);
  }

  /** The desk that takes a session up again (src/headend/resume-desk.ts, without its cryptography). */
  resume(ask: ResumeAsk): ResumeAnswer {
    const { row, tape } = this.#world;
    const store = this.#store;
    const before = store.session(row.sid);
    if (before === null || before.state === 'closed') return { ok: false, code: 'session-closed' };
    if (ask.epoch !== before.epoch + 1) return { ok: false, code: 'stale-epoch' };
    this.#fence();
    if (ask.receipt !== null) {
      store.putReceipt(row.sid, ask.receipt.receipt, ask.receipt.bytes, ask.receipt.signature);
      tape.noteSigned(packetsOf(ask.receipt.receipt.counts, 'paid'));
    }
    const fenced = store.session(row.sid) ?? before;
    if (!this.#lease(this.#world.creditOf(this))) return { ok: false, code: 'account-credit-used-up' };
    const agreed = agreePaid(fenced.terms, fenced, { paidRanges: ask.paidRanges, signed: fenced.receipt?.counts ?? [] }, this.#carried ?? null);
    if (!agreed.ok) return { ok: false, code: agreed.error.code };
    if (!store.advanceEpoch(row.sid, before.epoch, ask.epoch, '1'.repeat(64), '2'.repeat(64), agreed.value)) return { ok: false, code: 'stale-epoch' };
    if (this.#world.broken === 'reuse-slots')
      this.#world.disk.context.database.run(
        'UPDATE pay_sessions SET next_sequence = max(0, next_sequence - ?) WHERE sid = ?',
        limits.sequenceReservePackets,
        row.sid,
      );
    this.#admit();
    const after = store.session(row.sid);
    if (after === null) throw new Error('the session is gone');
    tape.resumes += 1;
    const { epoch, counts, lostPaid, nextSequence, paidRanges, confirmEventId } = after;
    return { ok: true, epoch, counts, lostPaid, nextSequence, paidRanges, confirmEventId };
  }

  settle(statement: ClosingStatement, text: string, signature: string): SettleOutcome {
    this.#fence();
    return this.#store.settle(this.#world.row.sid, statement, text, signature);
  }

  /** kill -9. */
  die(): void {
    this.alive = false;
    this.#stream = null;
  }

  #fence(): void {
    const stream = this.#stream;
    this.#stream = null;
    if (stream === null) return;
    stream.monitor.report(true);
    this.#carried = stream.monitor.carryOver();
    void this.#registry.flush();
  }

  /** As the checkout and the resume desk do. @returns false where the account is used up */
  #lease(credit: LeaseDeps['credit']): boolean {
    const { row, work, clock } = this.#world;
    const lease = leaseWindow({ credit, clock }, { account: row.account, sid: row.sid, work, terms: row.terms.credit });
    this.#held = lease.ok ? lease.value : undefined;
    return lease.ok;
  }

  #admit(): void {
    const { row, disk, work, broken } = this.#world;
    const now = this.#store.session(row.sid);
    if (now === null) throw new Error('the session is gone');
    const keys = this.#world.keysOf(now.epoch);
    const credit = loosened(now.terms.credit, broken);
    const terms = { ...now.terms, credit };
    const carried = broken === 'fresh-window' || broken === 'sell-again' ? undefined : this.#carried;
    const confirmEventId = broken === 'sell-unconfirmed' ? '1'.repeat(32) : now.confirmEventId;
    const session = { row: { ...now, terms, confirmEventId }, terms, work, epoch: now.epoch, keys: keys.keys, devicePublicKey: disk.outlet.publicKey };
    // A lease would keep the doubled window to what the account was asked for.
    const isUnleased = broken === 'lend-unleased' || broken === 'double-window';
    const lease = this.#held === undefined || isUnleased ? {} : { lease: this.#held };
    const deps = { session: { ...session, ...lease }, registry: this.#registry, log: this.#world.log, onFenced: () => this.#fence() };
    this.#stream = {
      epoch: now.epoch,
      keys,
      monitor: new CreditMonitor({ ...deps, ...(carried === undefined ? {} : { carried }) }),
      sent: new Map(),
      plan: new PlayPlan([]),
      playing: false,
      startedMs: 0,
      sentOfRun: 0,
      packetIndex: 0,
      deviceCounter: -1,
      windowDueMs: 0,
      nextChallenge: now.nextSequence + 5,
    };
  }

  #begin(stream: Stream, from: number): void {
    stream.plan = new PlayPlan(this.#plan(stream, from));
    stream.packetIndex = from;
    stream.playing = true;
    stream.startedMs = this.#world.clock.nowMs;
    stream.sentOfRun = 0;
    this.#pump(stream, stream.startedMs);
  }

  #plan(stream: Stream, from: number): ReturnType<CreditMonitor['planFrom']> {
    const spans = stream.monitor.planFrom(from);
    if (this.#world.broken !== 'sell-again') return spans;
    return spans.map((span) => (span.billingClass === 'regrant' ? { ...span, billingClass: 'paid' } : span));
  }

  #pump(stream: Stream, nowMs: number): void {
    const { packetMs } = this.#world.row.terms;
    const ahead = AHEAD_MS / packetMs;
    const due = Math.floor((nowMs - stream.startedMs) / packetMs) + ahead;
    while (stream.playing && stream.sentOfRun < due && this.#sendNext(stream, nowMs)) {}
    // A sender that was held back does not make up for it at once.
    if (due - stream.sentOfRun > 2 * ahead) stream.startedMs = nowMs - stream.sentOfRun * packetMs;
  }

  #sendNext(stream: Stream, nowMs: number): boolean {
    const { monitor } = stream;
    if (!this.alive) return false;
    const next = stream.plan.next((span) => {
      monitor.openSpan(span);
      this.#window(stream, nowMs);
    });
    if (next === null) return false;
    const decision = monitor.nextSend(nowMs);
    if (!decision.send) return false;
    const { sequence, packetIndex, billingClass } = decision;
    const challenge = sequence >= stream.nextChallenge ? new Uint8Array(8).fill(sequence & 0xff) : null;
    const media: Media = { epoch: stream.epoch, sequence, packetIndex, challenge };
    this.#world.tape.noteSent({ epoch: stream.epoch, sequence, packetIndex, billingClass, confirmed: this.#world.isConfirmationDurable() });
    if (challenge !== null) {
      stream.nextChallenge = sequence + 8 + (sequence % 16);
      const response = challengeResponse(stream.keys.keys.challenge, sidBytes(this.#world.row.sid), sequence, challenge, PAYLOAD_HASH);
      monitor.noteChallenge(sequence, response);
    }
    stream.sent.set(sequence, media);
    stream.plan.noteSent();
    stream.packetIndex = packetIndex + 1;
    stream.sentOfRun += 1;
    this.#world.toDevice(media);
    return true;
  }

  #note(message: AckpayMessage): void {
    const { tape } = this.#world;
    if (message.type === 'ack') tape.noteAck(message);
    if (message.type === 'receipt') tape.noteSigned(packetsOf(message.receipt.counts, 'paid'));
  }

  #take(stream: Stream, message: AckpayMessage): void {
    const { nowMs } = this.#world.clock;
    if (message.type === 'ack') stream.monitor.acknowledge(message, nowMs);
    else if (message.type === 'receipt') {
      if (stream.monitor.takeReceipt(message, () => this.#goOn(stream)) !== 'accepted') this.#window(stream, nowMs);
    } else if (message.type === 'confirm') {
      if (stream.monitor.takeConfirm(message, () => this.#goOnConfirmed(stream)) !== 'accepted') this.#window(stream, nowMs);
    }
    this.#pump(stream, nowMs);
  }

  #goOn(stream: Stream): void {
    if (!this.alive || this.#stream !== stream) return;
    this.#window(stream, this.#world.clock.nowMs);
    this.#pump(stream, this.#world.clock.nowMs);
  }

  #goOnConfirmed(stream: Stream): void {
    if (!this.alive || this.#stream !== stream) return;
    const wasPlaying = stream.playing;
    if (this.#world.row.terms.afterTrial === 'continue') stream.plan = new PlayPlan(this.#plan(stream, stream.packetIndex));
    else this.#begin(stream, 0);
    stream.playing = wasPlaying;
    this.#goOn(stream);
  }

  #window(stream: Stream, nowMs: number): void {
    stream.windowDueMs = nowMs + limits.windowIntervalMs;
    if (!this.alive) return;
    const window = stream.monitor.window(stream.plan.isOver);
    this.#world.feedbackToDevice(sealAckpay(stream.keys.keys, sidBytes(this.#world.row.sid), window, SSRCS));
    stream.monitor.report();
  }
}

/** A kill inside is the end of that life; every other error is the world's. */
export function survives(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

function loosened(credit: PlayWorld['row']['terms']['credit'], broken: PlayWorld['broken']): PlayWorld['row']['terms']['credit'] {
  if (broken === 'double-window') return { ...credit, creditWindowPackets: 2 * credit.creditWindowPackets };
  if (broken === 'generous-allowance') return { ...credit, lossAllowancePerMille: 300 };
  return credit;
}
