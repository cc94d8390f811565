import { extendSequence } from '../../src/units/packet-index.ts';
import { SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import { decodeRtp } from '../../src/wire/rtp.ts';
import type { AudioSlot, Placement, PlayoutBuffer } from './playout-buffer.ts';

/** Opens an SRTP packet in place of the session's keys; null where it is not authentic, or a replay. */
export type OpenRtp = (datagram: Uint8Array) => Uint8Array | null;

export interface ReceivedSlot extends AudioSlot {
  readonly challenge: Uint8Array | null;
}

export interface ReceiverCounts {
  readonly received: number;
  readonly refused: number;
  readonly duplicates: number;
}

const WORK_TIMESTAMPS = 2 ** 32;

/**
 * From datagrams to slots in the playout buffer: opens, extends the sequence, drops duplicates. `onResolved` hears of each slot
 * once, and only when it may be acknowledged: authentic, and in the playout buffer (ruling 6). A slot that finds the buffer full,
 * or belongs to a run that the next WINDOW explains, waits here unacknowledged; that slows the sender down.
 */
export class RtpReceiver {
  readonly #open: OpenRtp;
  readonly #buffer: PlayoutBuffer;
  readonly #waitingMax: number;
  readonly #ticksPerPacket: number;
  readonly #onResolved: (slot: ReceivedSlot, placement: Placement) => void;
  #timestampOffset: number | null = null;
  #reference: number;
  #early: Uint8Array[] = [];
  #waiting: ReceivedSlot[] = [];
  #seen = new Set<number>();
  #counts = { received: 0, refused: 0, duplicates: 0 };

  /** @param nextSequence the slot the sender will use first in this epoch */
  constructor(settings: {
    readonly open: OpenRtp;
    readonly buffer: PlayoutBuffer;
    readonly nextSequence: number;
    readonly waitingMax: number;
    /** By so much the timestamps of two packets of the work differ; absent: those of sound. */
    readonly ticksPerPacket?: number;
    readonly onResolved: (slot: ReceivedSlot, placement: Placement) => void;
  }) {
    this.#open = settings.open;
    this.#buffer = settings.buffer;
    this.#reference = settings.nextSequence;
    this.#waitingMax = settings.waitingMax;
    this.#ticksPerPacket = settings.ticksPerPacket ?? SAMPLES_PER_PACKET;
    this.#onResolved = settings.onResolved;
  }

  get counts(): ReceiverCounts {
    return this.#counts;
  }

  /**
   * The answer to PLAY. The first datagrams may have overtaken it: they are read now.
   * @param timestampOffset RTP timestamp of packet 0 of the work
   * @param firstSequence low 16 bits of the slot that the sender goes on with; null where it did not say
   */
  begin(timestampOffset: number, firstSequence: number | null, nowMs: number): void {
    this.#timestampOffset = timestampOffset;
    this.#buffer.beginsWithSlot(firstSequence === null ? this.#reference : extendSequence(firstSequence, this.#reference));
    this.retry(nowMs);
    const early = this.#early;
    this.#early = [];
    for (const datagram of early) this.receive(datagram, nowMs);
  }

  receive(datagram: Uint8Array, nowMs: number): void {
    if (this.#timestampOffset === null) {
      if (this.#early.length < this.#waitingMax) this.#early.push(datagram);
      return;
    }
    const slot = this.#read(datagram);
    if (slot === null) {
      this.#counts.refused += 1;
      return;
    }
    if (this.#seen.has(slot.sequence)) {
      this.#counts.duplicates += 1;
      return;
    }
    this.#reference = Math.max(this.#reference, slot.sequence);
    this.#place(slot, nowMs);
  }

  /** Tries again what found no room. */
  retry(nowMs: number): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting.sort((left, right) => left.sequence - right.sequence);
    this.#waiting = [];
    for (const slot of waiting) this.#place(slot, nowMs);
  }

  #place(slot: ReceivedSlot, nowMs: number): void {
    const placement = this.#buffer.put(slot, nowMs);
    if (placement === 'full' || placement === 'foreign') {
      this.#await(slot);
      return;
    }
    this.#counts.received += 1;
    this.#remember(slot.sequence);
    this.#onResolved(slot, placement);
  }

  #await(slot: ReceivedSlot): void {
    const known = this.#waiting.some((other) => other.sequence === slot.sequence);
    if (known) this.#counts.duplicates += 1;
    else if (this.#waiting.length < this.#waitingMax) this.#waiting.push(slot);
    else this.#counts.refused += 1;
  }

  /** SRTP refuses replays by itself; this keeps retransmissions of what is here from being counted again. */
  #remember(sequence: number): void {
    this.#seen.add(sequence);
    if (this.#seen.size > 2 * HISTORY) this.#seen = new Set([...this.#seen].filter((seen) => seen > this.#reference - HISTORY));
  }

  #read(datagram: Uint8Array): ReceivedSlot | null {
    const opened = this.#open(datagram);
    if (opened === null || this.#timestampOffset === null) return null;
    const packet = decodeRtp(opened);
    if (!packet.ok) return null;
    const sequence = extendSequence(packet.value.sequence, this.#reference);
    const ticks = (packet.value.timestamp - this.#timestampOffset + WORK_TIMESTAMPS) % WORK_TIMESTAMPS;
    if (sequence < 0 || ticks % this.#ticksPerPacket !== 0) return null;
    return { sequence, packetIndex: ticks / this.#ticksPerPacket, payload: packet.value.payload, challenge: packet.value.challenge ?? null };
  }
}

/** Slots whose arrival is remembered: more than can be in flight. */
const HISTORY = 4_096;
