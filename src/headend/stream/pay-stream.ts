import type { AckpayMessage } from '../../domain/credit/messages.ts';
import type { CarriedCounts } from '../../domain/credit/monitor-state.ts';
import type { SpanPlan } from '../../domain/credit/paid-ranges.ts';
import { limits } from '../../limits.ts';
import { type AckpayCodec, ackpayCodec } from '../../platform/crypto/ackpay-codec.ts';
import { createSrtpReceiver, type SrtpReceiver } from '../../platform/srtp.ts';
import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { isAckpay } from '../../wire/ackpay.ts';
import { mediaFormatOf } from '../../wire/media-format.ts';
import { decodeRtcp, splitCompound } from '../../wire/rtcp.ts';
import { CreditMonitor } from '../credit-monitor.ts';
import type { PaymentRegistry } from '../payment-registry.ts';
import type { AdmittedSession, StreamView } from '../stream-port.ts';
import type { MediaPath } from './media-path.ts';
import type { Pacer, Seat } from './pacer.ts';
import { type LiveSources, openPackets, type PacketSource } from './packet-source.ts';
import { PaidMedia } from './paid-media.ts';
import { PlayPlan } from './play-plan.ts';
import { type Ahead, filmAhead, PlaySchedule, paidAhead } from './play-schedule.ts';
import { RoundTrip } from './round-trip.ts';
import { REPORT_INTERVAL_MS, RtpSource } from './rtp-source.ts';

export interface PayStreamDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly pacer: Pacer;
  readonly segments: SegmentStore;
  readonly live?: LiveSources;
  readonly registry: PaymentRegistry;
  readonly session: AdmittedSession;
  /** What the fenced epoch before this one left, where this process still knows it. */
  readonly carried?: CarriedCounts;
  /** Bytes that came from the peer on its RTSP connection. */
  readonly receivedBytes: () => number;
  /** Earlier packets that may go along with each one, as SETUP agreed; absent: none. */
  readonly redundantPackets?: number;
  /** The stream ended by itself; the reason is for people. */
  readonly onEnd: (reason: string) => void;
}

/** Between two sender reports where packets were sent again: their answers say whether that was loss. */
const EARLY_REPORT_MS = 1_000;

/** What a PLAY is answered with: RTP-Info, and where in the work the stream goes on. */
export interface PlayStart {
  readonly sequence: number;
  /** RTP timestamp of packet 0 of the work. */
  readonly timestampOrigin: number;
  readonly packetIndex: number;
}

/** Deadlines are some hundreds of milliseconds; who looks at them with each packet looks at the whole stream. */
const EXPIRY_INTERVAL_MS = 60;

/** A turn of the wheel that comes so late tells that this process has more to do than it can: what it reads now may have waited here. */
const LATE_TURN_MS = 100;

/**
 * The sender of one epoch of one PaySession, without any socket: packets leave by a path, feedback enters by
 * `onRtcp`, time comes from the clock and the pacing wheel. Every packet is asked of the credit monitor first.
 */
export class PayStream {
  readonly #deps: PayStreamDeps;
  readonly #codec: AckpayCodec;
  readonly #monitor: CreditMonitor;
  readonly #source: RtpSource;
  readonly #media: PaidMedia;
  #ahead: Ahead;
  /** The path needs its lead at once, after a seek too. */
  #leadAsked = false;
  readonly #packets: PacketSource;
  readonly #srtcp: SrtpReceiver;
  readonly #roundTrip = new RoundTrip();
  readonly #dropped = { unauthenticated: 0, replayed: 0, foreign: 0 };
  #seat: Seat | null = null;
  #plan = new PlayPlan([]);
  readonly #openSpan = (span: SpanPlan): void => {
    this.#monitor.openSpan(span);
    this.#sendWindow(monotonicMs(this.#deps.clock));
  };
  #schedule: PlaySchedule;
  #playing = false;
  #ended = false;
  /** Next packet of the work; where a PLAY without Range goes on. */
  #packetIndex = 0;
  /** Packets sent since the last PLAY or confirmation. */
  #sentOfRun = 0;
  #deviceCounter = -1;
  #rtcpBytes = 0;
  #lastHeardMs: number;
  #windowSentMs = Number.NEGATIVE_INFINITY;
  #windowEveryMs: number = limits.windowIntervalMs;
  #expiryDueMs = 0;
  #turnMs: number;
  /** Before then an ACK may be older than it looks: what it does not show is no loss. */
  #repeatFromMs = 0;
  #reportDueMs = 0;

  constructor(deps: PayStreamDeps) {
    this.#deps = deps;
    const { session, clock } = deps;
    this.#codec = ackpayCodec(session.keys, session.terms, session.row.termsHash);
    this.#monitor = new CreditMonitor({ ...deps, onFenced: () => this.end('its epoch or its credit is no longer in force') });
    this.#source = new RtpSource(deps, mediaFormatOf(session.work));
    this.#media = new PaidMedia({ ...deps, source: this.#source, receivedBytes: () => this.#rtcpBytes + deps.receivedBytes() });
    const onReady = (): void => this.#pump(monotonicMs(clock));
    this.#ahead = session.work.video === undefined ? paidAhead(session.terms.credit) : filmAhead(session.terms.packetMs, session.terms.credit);
    this.#packets = openPackets(deps, session, { onReady, onFault: (reason) => this.end(reason) });
    this.#srtcp = createSrtpReceiver(session.keys.srtpToHeadend);
    this.#lastHeardMs = monotonicMs(clock);
    this.#turnMs = this.#lastHeardMs;
    this.#schedule = new PlaySchedule(this.#lastHeardMs, this.#ahead);
  }

  get ssrc(): number {
    return this.#source.ssrc;
  }

  /** When the device was last heard under its keys, monotonic milliseconds. */
  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  /**
   * Plays from a packet of the work (of a film from the picture before it that stands alone), or on from where it was; nothing is sent before `start` is called with the answer on its way.
   * @returns null where nothing may be sent from there: the pre-listen is over and not confirmed, or the work is
   */
  play(from: number | 'nowhere'): PlayStart | null {
    this.#endIfAbused();
    const packetIndex = this.#packets.accessPoint(from === 'nowhere' ? this.#packetIndex : from);
    const spans = this.#monitor.planFrom(packetIndex);
    if (spans.length === 0 || this.#ended) return null;
    const nowMs = monotonicMs(this.#deps.clock);
    this.#monitor.resume(nowMs);
    this.#begin(spans, packetIndex, nowMs);
    return { sequence: this.#monitor.nextSequence % 65_536, timestampOrigin: this.#source.timestampOrigin, packetIndex };
  }

  /** The way to the peer from now on; before the first one nothing is sent. */
  route(path: MediaPath): void {
    this.#media.path = path;
  }

  /** The answer to PLAY is written: the first packets may follow it. */
  start(): void {
    if (this.#ended) return;
    this.#turnMs = monotonicMs(this.#deps.clock);
    this.#seat ??= this.#deps.pacer.join(this);
    this.#schedule.startAt(this.#seat.dueWithTurns(this.#turnMs));
    this.#pump(this.#turnMs);
  }

  /** The box wants sound to be so far ahead of its ear; no further than the terms bear. A film keeps its lead. */
  setLead(milliseconds: number): void {
    const { terms, work } = this.#deps.session;
    if (work.video !== undefined) return;
    this.#ahead = paidAhead(terms.credit, milliseconds);
    this.#leadAsked = true;
    this.#schedule.aim(this.#ahead);
  }

  /** Freezes sending and deadlines; what already arrived is still acknowledged (ruling 6). */
  pause(): void {
    if (!this.#playing) return;
    this.#playing = false;
    this.#monitor.pause(monotonicMs(this.#deps.clock));
    this.#sendWindow(monotonicMs(this.#deps.clock));
  }

  /** One turn of the pacing wheel. */
  tick(nowMs: number): void {
    if (this.#ended) return;
    if (nowMs >= this.#expiryDueMs) {
      this.#expiryDueMs = nowMs + EXPIRY_INTERVAL_MS;
      this.#monitor.expire(nowMs);
      if (this.#monitor.isDiscontinued(nowMs)) {
        this.end('it waited too long for credit');
        return;
      }
      this.#windowEveryMs = this.#monitor.windowIntervalMs(nowMs);
    }
    this.#pump(nowMs);
    this.#repeat(nowMs);
    if (nowMs >= this.#windowSentMs + this.#windowEveryMs) {
      this.#sendWindow(nowMs);
      this.#monitor.report();
    }
    if (nowMs >= this.#reportDueMs - (this.#media.redundancy.wantsReport ? REPORT_INTERVAL_MS - EARLY_REPORT_MS : 0)) {
      this.#reportDueMs = nowMs + REPORT_INTERVAL_MS;
      this.#media.redundancy.noteAsked(nowMs);
      this.#media.sendRtcp(this.#source.report((ntp) => this.#roundTrip.noteSent(ntp, nowMs)));
    }
  }

  /**
   * RTCP from this session's peer. What is not authentic has no effect but to be counted.
   * @returns whether it was
   */
  onRtcp(bytes: Uint8Array): boolean {
    if (this.#ended) return false;
    const opened = this.#srtcp.unprotectRtcp(bytes);
    if (!opened.ok) {
      this.#dropped[opened.error.code === 'replayed' ? 'replayed' : 'unauthenticated'] += 1;
      return false;
    }
    const packets = splitCompound(opened.value);
    for (const packet of packets.ok ? packets.value : []) {
      if (isAckpay(packet)) this.#open(packet);
      else this.#measure(packet);
    }
    this.#rtcpBytes += bytes.length;
    return true;
  }

  /** Ends the stream: BYE, counts handed to the registry, nothing sent any more. Idempotent. */
  end(reason: string): void {
    if (this.#ended) return;
    this.#media.sendRtcp(this.#source.bye(reason));
    this.stop();
    this.#deps.log.warn('pay-stream-ended', { sid: this.#deps.session.row.sid, reason });
    this.#deps.onEnd(reason);
  }

  /** Stops without a word; what the next epoch needs is returned. Idempotent. */
  stop(): CarriedCounts {
    this.#ended = true;
    this.#playing = false;
    this.#seat?.leave();
    this.#seat = null;
    this.#packets.close();
    this.#monitor.report(true);
    return this.#monitor.carryOver();
  }

  view(): StreamView {
    return this.#monitor.view();
  }

  /** Frames of the RTCP port that had no effect, and rightly tagged ones that were impossible. */
  faults(): { readonly unauthenticated: number; readonly replayed: number; readonly foreign: number; readonly abuse: number } {
    return { ...this.#dropped, abuse: this.#monitor.abuse };
  }

  #begin(spans: ReturnType<CreditMonitor['planFrom']>, packetIndex: number, nowMs: number): void {
    this.#plan = new PlayPlan(spans);
    this.#schedule = new PlaySchedule(this.#seat?.dueWithTurns(nowMs) ?? nowMs, this.#ahead);
    if (this.#leadAsked) this.#schedule.aim(this.#ahead);
    this.#packetIndex = packetIndex;
    this.#sentOfRun = 0;
    this.#media.noteNewRun();
    this.#playing = true;
  }

  /** Sends everything that is due and allowed, now. */
  #pump(nowMs: number): void {
    if (!this.#playing) return;
    const due = Math.min(this.#schedule.due(nowMs), this.#sentOfRun + this.#schedule.burstPackets);
    while (this.#sentOfRun < due && this.#sendNext(nowMs)) {}
    if (this.#schedule.isBehind(this.#sentOfRun, nowMs)) this.#schedule.rebase(this.#sentOfRun, this.#seat?.dueWithTurns(nowMs) ?? nowMs);
  }

  /** What is missing goes again, but for a moment after this process was held up: more to send would hold it up longer. */
  #repeat(nowMs: number): void {
    if (nowMs - this.#turnMs > LATE_TURN_MS) this.#repeatFromMs = nowMs + limits.ackIntervalMs;
    this.#turnMs = nowMs;
    if (nowMs < this.#repeatFromMs || !this.#media.path.ready()) return;
    for (const sequence of this.#monitor.dueRetransmissions(nowMs)) this.#media.repeat(sequence);
  }

  /** False where the plan is over, the segment is still being read, or the monitor says no. */
  #sendNext(nowMs: number): boolean {
    const packetIndex = this.#plan.next(this.#openSpan);
    if (packetIndex === null) return false;
    const payload = this.#packets.packet(packetIndex);
    if (payload === null || !this.#media.mayReach(payload) || !this.#media.path.ready()) return false;
    const decision = this.#monitor.nextSend(nowMs);
    if (!decision.send) return false;
    const challenge = this.#media.send(decision.sequence, decision.packetIndex, payload, nowMs);
    if (challenge !== null) this.#monitor.noteChallenge(challenge.sequence, challenge.response);
    this.#plan.noteSent();
    this.#packetIndex = packetIndex + 1;
    this.#sentOfRun += 1;
    return true;
  }

  /** A receiver report under the keys of the session: it answers a sender report, and tells the round trip and what the path loses. */
  #measure(packet: Uint8Array): void {
    const report = decodeRtcp(packet);
    if (!report.ok || report.value.type !== 'receiver-report') return;
    const nowMs = monotonicMs(this.#deps.clock);
    const milliseconds = this.#roundTrip.measure(report.value, this.#source.ssrc, nowMs);
    if (milliseconds !== null) this.#monitor.noteRoundTrip(milliseconds);
    const block = report.value.reports.find(({ ssrc }) => ssrc === this.#source.ssrc);
    if (block !== undefined) this.#media.redundancy.noteReport(block, this.#roundTrip.latestMs, nowMs);
  }

  #open(packet: Uint8Array): void {
    const opened = this.#codec.read(packet);
    if (!opened.ok || opened.value.ssrcs.media !== this.#source.ssrc || opened.value.message.type === 'window') {
      this.#dropped.foreign += 1;
      return;
    }
    const { message } = opened.value;
    if (message.counter <= this.#deviceCounter) {
      this.#dropped.replayed += 1;
      return;
    }
    this.#deviceCounter = message.counter;
    this.#media.notePeerProven();
    const nowMs = monotonicMs(this.#deps.clock);
    this.#lastHeardMs = nowMs;
    this.#take(message, nowMs);
    this.#endIfAbused();
  }

  /** For good: the next epoch of the session ends as it begins. */
  #endIfAbused(): void {
    if (this.#monitor.abuse >= limits.abuseMessagesMax) this.end('the device sends impossible acknowledgements');
  }

  #take(message: AckpayMessage, nowMs: number): void {
    if (message.type === 'ack') {
      this.#monitor.acknowledge(message, nowMs);
      this.#media.forgetBelow(this.#monitor.resolvedBase);
    } else if (message.type === 'receipt') {
      if (this.#monitor.takeReceipt(message, () => this.#goOn()) !== 'accepted') this.#sendWindow(nowMs);
    } else if (message.type === 'confirm') {
      if (this.#monitor.takeConfirm(message, () => this.#goOnConfirmed()) !== 'accepted') this.#sendWindow(nowMs);
    }
    this.#pump(nowMs);
  }

  /** A receipt became durable: the box hears of it, and it may have opened the window. */
  #goOn(): void {
    if (this.#ended) return;
    const nowMs = monotonicMs(this.#deps.clock);
    this.#sendWindow(nowMs);
    this.#pump(nowMs);
  }

  /** The jukebox hears the work from its start, the set-top goes on (ruling 10). */
  #goOnConfirmed(): void {
    if (this.#ended) return;
    const { terms } = this.#deps.session;
    const wasPlaying = this.#playing;
    // What was said of a delivery begins nothing. What goes on keeps its pace: the listener holds the lead already.
    if (terms.trial !== null && terms.afterTrial === 'continue') this.#plan = new PlayPlan(this.#monitor.planFrom(this.#packetIndex));
    else if (terms.trial !== null) this.#begin(this.#monitor.planFrom(0), 0, monotonicMs(this.#deps.clock));
    this.#playing = wasPlaying;
    this.#goOn();
  }

  #sendWindow(nowMs: number): void {
    this.#windowSentMs = nowMs;
    const window = this.#monitor.window(this.#plan.isOver);
    this.#media.sendRtcp(this.#codec.write(window, { sender: this.#source.ssrc, media: this.#source.ssrc }));
  }
}
