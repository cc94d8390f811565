import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { MediaFormat } from '../../wire/media-format.ts';
import { encodeCompound, ntpFromWallMs, type SenderReport, type SourceDescription } from '../../wire/rtcp.ts';

/** Between two sender reports (RFC 3550, 6.2: five seconds). */
export const REPORT_INTERVAL_MS = 5_000;

/**
 * The identity of one RTP stream and what it has to say about itself in RTCP: SSRC, timestamps, sender reports, BYE.
 * The timestamp of a packet is its place in the work, so that it is the same however often the packet is sent.
 */
export class RtpSource {
  readonly ssrc: number;
  /** Of the retransmissions (RFC 4588: SSRC multiplexing). */
  readonly rtxSsrc: number;
  /** RTP timestamp of packet 0 of the work. */
  readonly timestampOrigin: number;
  readonly #clock: Clock;
  readonly #format: MediaFormat;
  #packets = 0;
  #octets = 0;
  #lastPacketIndex = 0;
  #lastSentMs: number;

  constructor(deps: { readonly clock: Clock; readonly random: Random }, format: MediaFormat) {
    this.#clock = deps.clock;
    this.#format = format;
    const view = new DataView(deps.random.bytes(8).slice().buffer);
    this.ssrc = view.getUint32(0);
    this.rtxSsrc = (this.ssrc + 1) % 2 ** 32;
    this.timestampOrigin = view.getUint32(4);
    this.#lastSentMs = monotonicMs(this.#clock);
  }

  timestampOf(packetIndex: number): number {
    return (this.timestampOrigin + packetIndex * this.#format.ticksPerPacket) >>> 0;
  }

  noteSent(packetIndex: number, payloadBytes: number, nowMs: number): void {
    this.#packets += 1;
    this.#octets += payloadBytes;
    this.#lastPacketIndex = packetIndex;
    this.#lastSentMs = nowMs;
  }

  /** SR and SDES as one compound; `sent` hears the NTP time that an answer will name. */
  report(sent: (ntp: bigint) => void = () => {}): Uint8Array {
    const parts = this.#parts();
    sent(parts[0].ntp);
    return encodeCompound(parts);
  }

  /** SR, SDES and BYE as one compound (RFC 3550, 6.1: a BYE never goes alone). */
  bye(reason: string): Uint8Array {
    return encodeCompound([...this.#parts(), { type: 'bye', ssrcs: [this.ssrc], reason }]);
  }

  #parts(): [SenderReport, SourceDescription] {
    const sinceMs = Math.max(0, monotonicMs(this.#clock) - this.#lastSentMs);
    const rtpTimestamp = (this.timestampOf(this.#lastPacketIndex) + Math.round((sinceMs * this.#format.clockHz) / 1_000)) % 2 ** 32;
    const ntp = ntpFromWallMs(this.#clock.wallMs());
    const counts = { packets: this.#packets % 2 ** 32, octets: this.#octets % 2 ** 32 };
    return [
      { type: 'sender-report', ssrc: this.ssrc, ntp, rtpTimestamp, ...counts, reports: [] },
      { type: 'source-description', chunks: [{ ssrc: this.ssrc, cname: 'ackbox-headend' }] },
    ];
  }
}
