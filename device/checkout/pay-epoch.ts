import type { AckLedger } from '../../src/domain/credit/ack-ledger.ts';
import type { WindowMessage } from '../../src/domain/credit/messages.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { openAckpay, sealAckpay } from '../../src/platform/crypto/ackpay-seal.ts';
import type { SessionKeys } from '../../src/platform/crypto/session-keys.ts';
import { rtspAuth } from '../../src/platform/rtsp-auth.ts';
import { createSrtpReceiver, createSrtpSender, type SrtpReceiver, type SrtpSender } from '../../src/platform/srtp.ts';
import { type Clock, every, monotonicMs } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import { ok, type Result } from '../../src/units/result.ts';
import { sidBytes } from '../../src/wire/ack-receipt.ts';
import { isAckpay } from '../../src/wire/ackpay.ts';
import { type MediaFormat, mediaFormatOf } from '../../src/wire/media-format.ts';
import { decodeRtcp, encodeRtcp, splitCompound } from '../../src/wire/rtcp.ts';
import { isRtx, unwrapRtx } from '../../src/wire/rtx.ts';
import { LeadAim } from '../media/lead-aim.ts';
import type { MediaLink, OpenLink } from '../media/media-link.ts';
import type { PlayoutBuffer } from '../media/playout-buffer.ts';
import { type OpenedRtp, type ReceiverCounts, RtpReceiver } from '../media/rtp-receiver.ts';
import { RtspClient, type RtspFault } from '../media/rtsp-client.ts';
import { Acknowledger, type Draft } from './acknowledger.ts';
import type { CounterBlock } from './counter-block.ts';
import type { ReceiptWriter } from './receipt-writer.ts';
import { answerReport } from './receiver-report.ts';

export interface EpochParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly terms: Terms;
  readonly keys: SessionKeys;
  readonly ledger: AckLedger;
  readonly buffer: PlayoutBuffer;
  readonly counters: CounterBlock;
  readonly receipts: ReceiptWriter;
  readonly rtspUrl: string;
  /** First slot of this epoch. */
  readonly nextSequence: number;
  readonly acksSuppressed: boolean;
  readonly onWindow: (window: WindowMessage) => void;
  /** The connection is gone; nothing more comes from this epoch. */
  readonly onLost: (reason: string) => void;
}

/** One epoch of a PaySession on the box: its keys, its connection, what arrives on it and what is answered. */
export class PayEpoch {
  readonly #parts: EpochParts;
  readonly #link: MediaLink;
  readonly #rtsp: RtspClient;
  readonly #srtp: SrtpReceiver;
  readonly #srtcp: SrtpSender;
  readonly #ssrc: number;
  readonly #sid: Uint8Array;
  readonly #receiver: RtpReceiver;
  readonly #format: MediaFormat;
  /** Null for a film: its lead is the longest that its window bears. */
  readonly #lead: LeadAim | null;
  readonly acknowledger: Acknowledger;
  readonly #stopLife: () => void;
  #mediaSsrc = 0;
  #windowCounter = 0;
  #heardAtMs: number;
  #over = false;

  private constructor(parts: EpochParts, link: MediaLink) {
    const { clock, terms, keys, ledger, buffer, counters, receipts } = parts;
    this.#parts = parts;
    this.#link = link;
    this.#sid = sidBytes(terms.sid);
    this.#ssrc = new DataView(parts.random.bytes(4).slice().buffer).getUint32(0);
    this.#srtp = createSrtpReceiver(keys.srtpToDevice, parts.nextSequence);
    this.#srtcp = createSrtpSender(keys.srtpToHeadend, this.#ssrc);
    this.#rtsp = new RtspClient(link, { url: parts.rtspUrl, sid: terms.sid, epoch: keys.epoch, seal: (request) => rtspAuth(keys.rtsp, request) });
    this.#lead = terms.rendition === undefined ? new LeadAim(terms.credit) : null;
    const ack = { clock, terms: terms.credit, ledger, counters, receipts, sid: this.#sid, challengeKey: keys.challenge };
    this.acknowledger = new Acknowledger({ ...ack, send: (draft, counter) => this.#send(draft, counter) }, parts.acksSuppressed);
    this.#format = mediaFormatOf(terms.rendition === undefined ? {} : { video: terms });
    this.#receiver = new RtpReceiver({
      open: (datagram) => this.#open(datagram),
      buffer,
      nextSequence: parts.nextSequence,
      ticksPerPacket: this.#format.ticksPerPacket,
      packetMs: terms.packetMs,
      waitingMax: terms.credit.creditWindowPackets + terms.credit.playoutBufferPackets,
      onResolved: (slot) => this.acknowledger.take(slot),
    });
    this.#heardAtMs = monotonicMs(clock);
    this.#stopLife = every(clock, limits.rtspKeepAliveMs, () => this.#keepAlive());
    link.onRtp((datagram) => this.#receiver.receive(datagram, monotonicMs(clock)));
    link.onRtcp((datagram) => this.#onRtcp(datagram));
    link.onLost((reason) => this.#lose(reason));
  }

  /** Connects and sets the stream up; nothing is sent before `play`. */
  static async open(openLink: OpenLink, parts: EpochParts): Promise<Result<PayEpoch, RtspFault>> {
    const link = await openLink(parts.rtspUrl);
    if (!link.ok) return link;
    const epoch = new PayEpoch(parts, link.value);
    const setup = await epoch.#rtsp.setup(epoch.#ssrc, parts.terms.rendition === undefined ? limits.redundancyMaxPackets : 0);
    if (setup.ok) {
      epoch.#mediaSsrc = setup.value.ssrc ?? 0;
      epoch.#openWay();
      return ok(epoch);
    }
    epoch.close();
    return setup;
  }

  get epoch(): number {
    return this.#parts.keys.epoch;
  }

  get counts(): ReceiverCounts {
    return this.#receiver.counts;
  }

  /** When anything authentic last arrived, monotonic milliseconds. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  async play(packetIndex: number): Promise<Result<void, RtspFault>> {
    const started = await this.#rtsp.play(packetIndex, this.#parts.terms.packetMs);
    if (!started.ok) return started;
    this.#heardAtMs = monotonicMs(this.#parts.clock);
    const begins = started.value.packetIndex ?? packetIndex;
    if (begins < packetIndex) this.#parts.buffer.beginsAt(begins);
    this.#receiver.begin(started.value.timestampOffset, started.value.firstSequence, this.#heardAtMs);
    return ok(undefined);
  }

  async pause(): Promise<Result<unknown, RtspFault>> {
    return await this.#rtsp.pause();
  }

  /** The playout buffer has room again. */
  retry(nowMs: number): void {
    this.#receiver.retry(nowMs);
  }

  /** Tells the headend that this was all, if it still listens; waits for its answer at most `limits.teardownMs`. */
  async tearDown(): Promise<void> {
    if (this.#over) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.after(limits.teardownMs, resolve);
      void this.#rtsp.teardown().then(() => {
        cancel();
        resolve();
      });
    });
    this.close();
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopLife();
    this.acknowledger.close();
    this.#link.close();
  }

  #keepAlive(): void {
    this.#openWay();
    void this.#rtsp.keepAlive();
  }

  /** An empty report to the RTP port: a NAT lets the stream in, and the headend sees where the NAT put this box. */
  #openWay(): void {
    this.#link.sendRtp(this.#srtcp.protectRtcp(encodeRtcp({ type: 'receiver-report', ssrc: this.#ssrc, reports: [] })));
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.close();
    this.#parts.onLost(reason);
  }

  #open(datagram: Uint8Array): OpenedRtp | null {
    const opened = this.#srtp.unprotectRtp(datagram);
    if (!opened.ok) return null;
    this.#heardAtMs = monotonicMs(this.#parts.clock);
    if (!isRtx(opened.value)) return { packet: opened.value, repeated: false };
    const original = unwrapRtx(opened.value, { payloadType: this.#format.payloadType, ssrc: this.#mediaSsrc });
    return original.ok ? { packet: original.value, repeated: true } : null;
  }

  #onRtcp(datagram: Uint8Array): void {
    const opened = this.#srtp.unprotectRtcp(datagram);
    if (!opened.ok || this.#over) return;
    this.#heardAtMs = monotonicMs(this.#parts.clock);
    const packets = splitCompound(opened.value);
    for (const packet of packets.ok ? packets.value : []) {
      if (isAckpay(packet)) this.#onAckpay(packet);
      else this.#answerReport(packet);
    }
  }

  #answerReport(packet: Uint8Array): void {
    const report = decodeRtcp(packet);
    // The headend ends the stream by itself: asked for a resume, it says why.
    if (report.ok && report.value.type === 'bye') this.#lose('the headend ended the stream');
    if (!report.ok || report.value.type !== 'sender-report') return;
    const path = { ...this.#receiver.reception.report(), clockHz: this.#format.clockHz };
    this.#link.sendRtcp(this.#srtcp.protectRtcp(answerReport(report.value, this.#ssrc, path)));
  }

  /** Asks the headend for as much lead as the path needs; an answer is not waited for. */
  #followPath(): void {
    const { reception } = this.#receiver;
    if (this.#lead === null) return;
    this.#lead.follow(this.#heardAtMs, reception);
    this.#parts.buffer.aimMs = this.#lead.aimMs;
    const newsMs = this.#lead.takeNews(reception.sawLoss);
    if (newsMs !== null) void this.#rtsp.lead(newsMs);
  }

  #onAckpay(packet: Uint8Array): void {
    const opened = openAckpay(this.#parts.keys, this.#sid, packet);
    if (!opened.ok || opened.value.message.type !== 'window') return;
    const { message, ssrcs } = opened.value;
    if (message.counter <= this.#windowCounter) return;
    this.#windowCounter = message.counter;
    this.#mediaSsrc = ssrcs.sender;
    this.acknowledger.takeWindow(message);
    this.#parts.buffer.abandonBelow(message.abandonedBelow);
    if (message.phase === 'drained') this.#parts.buffer.drainedAt(message.nextSequence, this.#heardAtMs);
    this.#followPath();
    this.#parts.onWindow(message);
  }

  #send(draft: Draft, counter: number): void {
    const { keys } = this.#parts;
    const sealed = sealAckpay(keys, this.#sid, { ...draft, epoch: keys.epoch, counter }, { sender: this.#ssrc, media: this.#mediaSsrc });
    this.#link.sendRtcp(this.#srtcp.protectRtcp(sealed));
  }
}
