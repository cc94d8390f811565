import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { StoredRendition, StoredWork } from '../../ports/headend-stores.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { type MediaFormat, mediaFormatOf } from '../../wire/media-format.ts';
import { encodeRtp } from '../../wire/rtp.ts';
import { PlainRepair } from './plain-repair.ts';
import { type Ahead, filmAhead, PlaySchedule, plainAhead } from './play-schedule.ts';
import { strangerPackets } from './pre-listen.ts';
import { REPORT_INTERVAL_MS, RtpSource } from './rtp-source.ts';
import { SegmentMap } from './segment-map.ts';
import { SegmentReader } from './segment-reader.ts';

export interface PlainStreamDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly segments: SegmentStore;
  readonly work: StoredWork;
  /** Of a film: what it is sent in. */
  readonly rendition: StoredRendition | null;
  /** The client takes retransmissions in a stream of their own (it set up AVPF). */
  readonly takesRtx: boolean;
  /** False where the peer cannot take more now (a full TCP connection): the packet is offered again. */
  readonly sendRtp: (bytes: Uint8Array) => boolean;
  readonly sendRtcp: (bytes: Uint8Array) => void;
}

/** `trial-over`: what comes next costs money; `ended`: the work was sent whole; `failed`: a segment could not be read. */
export type PlainState = 'ready' | 'playing' | 'paused' | 'trial-over' | 'ended' | 'failed';

/** The stream of a client that knows no ackpay (ffmpeg, mpv, GStreamer): plain RTP, at the pace of the work, never more than is free. */
export class PlainStream {
  readonly #deps: PlainStreamDeps;
  readonly #source: RtpSource;
  readonly #format: MediaFormat;
  readonly #map: SegmentMap;
  readonly #ahead: Ahead;
  readonly #reader: SegmentReader;
  readonly #limitPackets: number;
  readonly #repair: PlainRepair;
  #state: PlainState = 'ready';
  #schedule: PlaySchedule;
  #sequence: number;
  #packetIndex = 0;
  /** Packets sent since the last PLAY. */
  #sent = 0;
  #reportDueMs: number;

  constructor(deps: PlainStreamDeps) {
    this.#deps = deps;
    this.#format = mediaFormatOf(deps.work);
    this.#map = new SegmentMap(deps.work, deps.rendition);
    this.#ahead = deps.work.video === undefined ? plainAhead(limits.prebufferMs) : filmAhead(deps.work.video.packetMs, null);
    this.#source = new RtpSource(deps, this.#format);
    this.#limitPackets = strangerPackets(deps.work);
    this.#repair = new PlainRepair(deps.takesRtx ? this.#source.rtxSsrc : null, (bytes) => void deps.sendRtp(bytes));
    const nowMs = monotonicMs(deps.clock);
    this.#schedule = new PlaySchedule(nowMs, this.#ahead);
    this.#reportDueMs = nowMs;
    const [high = 0, low = 0] = deps.random.bytes(2);
    this.#sequence = 256 * high + low;
    const onFault = (reason: string): void => this.#fail(reason);
    this.#reader = new SegmentReader({ segments: deps.segments, work: deps.work, map: this.#map, onReady: () => this.tick(monotonicMs(deps.clock)), onFault });
  }

  get state(): PlainState {
    return this.#state;
  }

  get ssrc(): number {
    return this.#source.ssrc;
  }

  /**
   * Plays on from where it was, or from a packet of the work; beyond what is free it ends at once.
   * @returns what RTP-Info announces: the first sequence number and timestamp, and where in the work that is
   */
  play(from: number | 'nowhere'): { readonly sequence: number; readonly timestamp: number; readonly packetIndex: number } {
    if (from !== 'nowhere') this.#packetIndex = this.#map.accessPoint(Math.min(from, this.#limitPackets));
    const nowMs = monotonicMs(this.#deps.clock);
    this.#state = 'playing';
    this.#sent = 0;
    this.#schedule = new PlaySchedule(nowMs, this.#ahead);
    return { sequence: this.#sequence, timestamp: this.#source.timestampOf(this.#packetIndex), packetIndex: this.#packetIndex };
  }

  pause(): void {
    if (this.#state === 'playing') this.#state = 'paused';
  }

  /** Sends what is due. Called by the pacing wheel, and when a segment arrived. */
  tick(nowMs: number): void {
    if (this.#state !== 'playing') return;
    const due = this.#schedule.due(nowMs);
    while (this.#sent < due && this.#packetIndex < this.#limitPackets && this.#sendNext(nowMs)) {}
    if (this.#packetIndex < this.#limitPackets && this.#schedule.isBehind(this.#sent, nowMs)) this.#schedule.rebase(this.#sent, nowMs);
    if (this.#sent > 0 && nowMs >= this.#reportDueMs) {
      this.#reportDueMs = nowMs + REPORT_INTERVAL_MS;
      this.#deps.sendRtcp(this.#source.report());
    }
    // BYE takes another port than the last packets; sent with them it would overtake them.
    if (this.#packetIndex >= this.#limitPackets && nowMs >= this.#schedule.playedOutMs(this.#sent)) this.#end();
  }

  /** The client misses these (16-bit sequences); what is still worth it goes again, at most a tenth of all that is sent. */
  repeat(lost: readonly number[]): void {
    if (this.#state === 'playing') this.#repair.repeat(lost);
  }

  get repeats(): number {
    return this.#repair.repeats;
  }

  close(): void {
    this.#state = 'ended';
    this.#reader.close();
  }

  #sendNext(nowMs: number): boolean {
    const payload = this.#reader.packet(this.#packetIndex);
    if (payload === null) return false;
    const timestamp = this.#source.timestampOf(this.#packetIndex);
    const header = { payloadType: this.#format.payloadType, marker: this.#sent === 0, sequence: this.#sequence, timestamp, ssrc: this.#source.ssrc };
    const packet = encodeRtp({ ...header, payload });
    if (!this.#deps.sendRtp(packet)) return false;
    this.#repair.keep(this.#sequence, packet);
    this.#source.noteSent(this.#packetIndex, payload.length, nowMs);
    this.#sequence = (this.#sequence + 1) % 65_536;
    this.#packetIndex += 1;
    this.#sent += 1;
    return true;
  }

  #end(): void {
    const trial = this.#limitPackets < this.#deps.work.packets;
    this.#state = trial ? 'trial-over' : 'ended';
    this.#reader.close();
    this.#deps.sendRtcp(this.#source.bye(trial ? 'pre-listen over: payment required' : 'end of the work'));
  }

  #fail(reason: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'failed';
    this.#deps.log.warn('plain-stream-failed', { work: this.#deps.work.id, reason });
    this.#deps.sendRtcp(this.#source.bye('the work cannot be read'));
  }
}
