import type { AckLedger } from '../../src/domain/credit/ack-ledger.ts';
import type { WindowMessage } from '../../src/domain/credit/messages.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { type AckpayCodec, ackpayCodec } from '../../src/platform/crypto/ackpay-codec.ts';
import type { SessionKeys } from '../../src/platform/crypto/session-keys.ts';
import { rtspAuth } from '../../src/platform/rtsp-auth.ts';
import { createSrtpReceiver, createSrtpSender, SRTCP_BYTES, type SrtpReceiver, type SrtpSender } from '../../src/platform/srtp.ts';
import { type Clock, every, monotonicMs } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import { ok, type Result } from '../../src/units/result.ts';
import { sidBytes } from '../../src/wire/ack-receipt.ts';
import { isAckpay } from '../../src/wire/ackpay.ts';
import { type MediaFormat, mediaFormatOf } from '../../src/wire/media-format.ts';
import { decodeRtcp, encodeRtcp, joinPackets, type SenderReport, splitCompound } from '../../src/wire/rtcp.ts';
import { isRtx, unwrapRtx } from '../../src/wire/rtx.ts';
import { LeadAim } from '../media/lead-aim.ts';
import type { MediaLink, OpenLink } from '../media/media-link.ts';
import type { PlayoutBuffer } from '../media/playout-buffer.ts';
import { type OpenedRtp, type ReceiverCounts, RtpReceiver } from '../media/rtp-receiver.ts';
import { RtspClient, type RtspFault } from '../media/rtsp-client.ts';
import { Acknowledger, type Said } from './acknowledger.ts';
import type { CounterBlock } from './counter-block.ts';
import type { ReceiptWriter } from './receipt-writer.ts';
import { answerReport } from './receiver-report.ts';

export interface EpochParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly terms: Terms;
  /** SHA-256 over the terms as signed, hex. */
  readonly termsHash: string;
  readonly keys: SessionKeys;
  readonly ledger: AckLedger;
  readonly buffer: PlayoutBuffer;
  readonly counters: CounterBlock;
  readonly receipts: ReceiptWriter;
  readonly rtspUrl: string;
  /** First slot of this epoch. */
  readonly nextSequence: number;
  readonly acksSuppressed: boolean;
  readonly askReceipt: () => void;
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
  readonly #codec: AckpayCodec;
  readonly #receiver: RtpReceiver;
  readonly #format: MediaFormat;
  /** Null for a film: its lead is the longest that its window bears. */
  readonly #lead: LeadAim | null;
  readonly acknowledger: Acknowledger;
  readonly #stopLife: () => void;
  #mediaSsrc = 0;
  #windowCounter = 0;
  /** The headend's newest report, still to be answered. */
  #asked: { readonly report: SenderReport; readonly atMs: number } | null = null;
  #answered = false;
  #heardAtMs: number;
  #mediaAtMs = 0;
  #over = false;

  private constructor(parts: EpochParts, link: MediaLink) {
    const { clock, terms, keys, ledger, buffer, counters, receipts } = parts;
    this.#parts = parts;
    this.#link = link;
    this.#codec = ackpayCodec(keys, terms, parts.termsHash);
    this.#ssrc = new DataView(parts.random.bytes(4).slice().buffer).getUint32(0);
    this.#srtp = createSrtpReceiver(keys.srtpToDevice, parts.nextSequence);
    this.#srtcp = createSrtpSender(keys.srtpToHeadend, this.#ssrc);
    this.#rtsp = new RtspClient(link, { url: parts.rtspUrl, sid: terms.sid, epoch: keys.epoch, seal: (request) => rtspAuth(keys.rtsp, request) });
    this.#lead = terms.rendition === undefined ? new LeadAim(terms.credit) : null;
    const ack = { clock, terms: terms.credit, ledger, counters, receipts, sid: sidBytes(terms.sid), challengeKey: keys.challenge };
    this.acknowledger = new Acknowledger({ ...ack, send: (said) => this.#send(said), askReceipt: parts.askReceipt }, parts.acksSuppressed);
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

  /** When a packet of the work last arrived. */
  get mediaAtMs(): number {
    return this.#mediaAtMs;
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

  /** For so long nothing came that was asked for, though packets came, milliseconds. */
  strangeForMs(nowMs: number): number {
    return this.#receiver.strangeForMs(nowMs);
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
    this.#mediaAtMs = this.#heardAtMs;
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
      else this.#noteReport(packet);
    }
  }

  /** The answer waits for the next ACK; only the first is given at once, as until then the headend knows nothing of the path. */
  #noteReport(packet: Uint8Array): void {
    const report = decodeRtcp(packet);
    // The headend ends the stream by itself: asked for a resume, it says why.
    if (report.ok && report.value.type === 'bye') this.#lose('the headend ended the stream');
    if (!report.ok || report.value.type !== 'sender-report') return;
    this.#asked = { report: report.value, atMs: this.#heardAtMs };
    if (!this.#answered) this.acknowledger.acknowledge();
  }

  #answer(): readonly Uint8Array[] {
    if (this.#asked === null) return [];
    const { report, atMs } = this.#asked;
    this.#asked = null;
    this.#answered = true;
    const nowMs = monotonicMs(this.#parts.clock);
    const path = { ...this.#receiver.reception.report(nowMs), clockHz: this.#format.clockHz };
    return [answerReport(report, this.#ssrc, path, nowMs - atMs)];
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
    const opened = this.#codec.read(packet);
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

  /** All of a moment in one datagram (RFC 5506), as far as one holds it. */
  #send(said: readonly Said[]): void {
    const { epoch } = this.#parts.keys;
    const ssrcs = { sender: this.#ssrc, media: this.#mediaSsrc };
    const messages = said.map(({ draft, counter }) => this.#codec.write({ ...draft, epoch, counter }, ssrcs));
    for (const compound of joinPackets([...this.#answer(), ...messages], limits.datagramBytes - SRTCP_BYTES)) {
      this.#link.sendRtcp(this.#srtcp.protectRtcp(compound));
    }
  }
}
