import { limits } from '../../limits.ts';
import type { ChannelRow, ChannelState } from '../../ports/channel-store.ts';
import { concatBytes } from '../../units/bytes.ts';
import { packetsIn } from '../../units/time.ts';
import { PCR_TICKS_PER_MS, TS_PACKET_BYTES } from '../../wire/mpegts.ts';
import { type TimedTsPacket, TransportClock } from '../../wire/mpegts-clock.ts';
import { SlotFiller } from '../../wire/mpegts-slots.ts';
import { LiveRing } from './live-ring.ts';

const SYNC = 0x47;
/** More than one datagram can bring, less than anybody waits for. */
const REST_BYTES_MAX = 64 * TS_PACKET_BYTES;

/** What of a channel is needed to take it in. */
export type ChannelShape = Pick<ChannelRow, 'packetMs' | 'codec'>;

/**
 * One live channel: takes the transport stream that comes in, deals it out to packets of equal time as a film is (mpegts-slots.ts),
 * and keeps the newest of them. What is broken is left out, what is too much is left out until the next access point, and where
 * its clock begins anew so does the channel.
 */
export class LiveChannel {
  readonly ring: LiveRing;
  readonly #shape: ChannelShape;
  readonly #lateSlots: number;
  #clock: TransportClock;
  /** Ring number of the filler's slot 0. */
  #base = 0;
  #rest: Uint8Array = new Uint8Array();
  #takes = 0;
  #heardMs: number | null = null;
  #fastMs = Number.NEGATIVE_INFINITY;
  #leavingOut = false;
  #nowMs = 0;

  constructor(shape: ChannelShape) {
    this.#shape = shape;
    this.ring = new LiveRing(packetsIn(limits.channelCacheMs, shape.packetMs));
    this.#lateSlots = packetsIn(limits.videoLateMs, shape.packetMs);
    this.#clock = this.#begin();
  }

  /** Goes up whenever what comes does not follow what came: whoever watches joins anew. */
  get takes(): number {
    return this.#takes;
  }

  isOnAir(nowMs: number): boolean {
    return this.#heardMs !== null && nowMs - this.#heardMs < limits.channelSilenceMs && this.ring.joinAt(0) !== null;
  }

  state(nowMs: number): ChannelState {
    if (this.#heardMs === null) return 'waiting';
    if (nowMs - this.#heardMs >= limits.channelSilenceMs) return 'silent';
    const { program } = this.#clock.tables;
    if (program?.codec != null && program.codec !== this.#shape.codec) return 'other-picture';
    if (nowMs - this.#fastMs < limits.channelSilenceMs) return 'too-fast';
    return this.ring.joinAt(0) === null ? 'no-picture' : 'on-air';
  }

  /** Takes bytes of a transport stream, in pieces of any length. */
  take(bytes: Uint8Array, nowMs: number): void {
    if (this.#heardMs !== null && nowMs - this.#heardMs >= limits.channelSilenceMs) this.#beginAnew();
    const joined = this.#rest.length === 0 ? bytes : concatBytes(this.#rest, bytes);
    let at = nextSync(joined, 0);
    for (; at + TS_PACKET_BYTES <= joined.length; at = nextSync(joined, at)) {
      this.#packet(joined.subarray(at, at + TS_PACKET_BYTES), nowMs);
      at += TS_PACKET_BYTES;
    }
    this.#rest = joined.slice(at, at + REST_BYTES_MAX);
  }

  #packet(packet: Uint8Array, nowMs: number): void {
    this.#nowMs = nowMs;
    const taken = this.#clock.take(packet);
    if (taken.ok) this.#heardMs = nowMs;
    // A program without a clock is begun again, so that it never fills the memory.
    else if (taken.error.code === 'no-clock') this.#beginAnew();
  }

  #begin(): TransportClock {
    const filler = new SlotFiller(this.#shape.packetMs, (slot) => this.ring.put(slot));
    const clock = new TransportClock(
      (packet) => this.#place(packet, filler),
      () => this.#cut(),
    );
    this.#base = this.ring.end;
    return clock;
  }

  #place(packet: TimedTsPacket, filler: SlotFiller): void {
    const due = this.#base + Math.floor(packet.ticks / (this.#shape.packetMs * PCR_TICKS_PER_MS));
    const late = this.ring.end - due > this.#lateSlots;
    if (late) this.#fastMs = this.#nowMs;
    this.#leavingOut = packet.kind === 'start' ? late : this.#leavingOut || (late && packet.kind === 'media');
    if (!this.#leavingOut || packet.kind === 'tables') filler.take(packet);
  }

  #cut(): void {
    this.#takes += 1;
    this.ring.cut();
  }

  #beginAnew(): void {
    this.#cut();
    this.#rest = new Uint8Array();
    this.#clock = this.#begin();
  }
}

/** Where a packet can begin at or behind `from`: at a sync byte that is followed by another one a packet later, as far as that can be seen. */
function nextSync(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const next = bytes[at + TS_PACKET_BYTES];
    if (bytes[at] === SYNC && (next === undefined || next === SYNC)) return at;
  }
  return bytes.length;
}
