import { extendSequence } from '../../src/units/packet-index.ts';
import { PACKET_MS, SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import { OPUS_PAYLOAD_TYPE } from '../../src/wire/media-format.ts';
import { decodeRed, RED_PAYLOAD_TYPE, type RedCopy } from '../../src/wire/red.ts';
import { decodeRtp } from '../../src/wire/rtp.ts';
import type { AudioSlot, Placement, PlayoutBuffer } from './playout-buffer.ts';
import { Reception } from './reception.ts';

export interface OpenedRtp {
  /** As it was sent first. */
  readonly packet: Uint8Array;
  /** It was sent again. */
  readonly repeated: boolean;
}

/** Opens an SRTP packet in place of the session's keys; null where it is not authentic, or a replay. */
export type OpenRtp = (datagram: Uint8Array) => OpenedRtp | null;

export interface ReceivedSlot extends AudioSlot {
  readonly challenge: Uint8Array | null;
}

export interface ReceiverCounts {
  readonly received: number;
  readonly refused: number;
  readonly duplicates: number;
  /** Of those received: missed, and found as a copy in a later packet (RFC 2198). */
  readonly recovered: number;
}

interface ReadPacket {
  readonly slot: ReceivedSlot;
  readonly copies: readonly RedCopy[];
  readonly repeated: boolean;
}

const WORK_TIMESTAMPS = 2 ** 32;

/**
 * From datagrams to slots in the playout buffer: opens, extends the sequence, drops duplicates. `onResolved` hears of each slot
 * once, and only when it may be acknowledged: authentic, and in the playout buffer (ruling 6). A slot that finds the buffer full,
 * or belongs to a run that the next WINDOW explains, waits here unacknowledged; that slows the sender down. One whose place was concealed
 * came in vain: it stays missing, until the sender gives it up as lost at its deadline.
 *
 * A missed slot whose sound lies as a copy in a later packet is here as if it had come by itself (document 001, P22; A15): that packet
 * was authentic, so the copy is, and as a slot counts once, what comes of it later is a duplicate.
 */
export class RtpReceiver {
  readonly #open: OpenRtp;
  readonly #buffer: PlayoutBuffer;
  readonly #waitingMax: number;
  readonly #ticksPerPacket: number;
  readonly #onResolved: (slot: ReceivedSlot, placement: Placement) => void;
  readonly #firstSequence: number;
  readonly reception: Reception;
  #timestampOffset: number | null = null;
  #reference: number;
  #early: Uint8Array[] = [];
  #waiting: ReceivedSlot[] = [];
  #seen = new Set<number>();
  #counts = { received: 0, refused: 0, duplicates: 0, recovered: 0 };
  #strangeSinceMs: number | null = null;

  /** @param nextSequence the slot the sender will use first in this epoch */
  constructor(settings: {
    readonly open: OpenRtp;
    readonly buffer: PlayoutBuffer;
    readonly nextSequence: number;
    readonly waitingMax: number;
    /** By so much the timestamps of two packets of the work differ; absent: those of sound. */
    readonly ticksPerPacket?: number;
    /** What a packet lasts; absent: one of sound. */
    readonly packetMs?: number;
    readonly onResolved: (slot: ReceivedSlot, placement: Placement) => void;
  }) {
    this.#open = settings.open;
    this.#buffer = settings.buffer;
    this.#reference = settings.nextSequence;
    this.#firstSequence = settings.nextSequence;
    this.reception = new Reception(settings.nextSequence, settings.packetMs ?? PACKET_MS);
    this.#waitingMax = settings.waitingMax;
    this.#ticksPerPacket = settings.ticksPerPacket ?? SAMPLES_PER_PACKET;
    this.#onResolved = settings.onResolved;
  }

  get counts(): ReceiverCounts {
    return this.#counts;
  }

  /** For so long all that came belongs to no run that was asked for, milliseconds. */
  strangeForMs(nowMs: number): number {
    return this.#strangeSinceMs === null ? 0 : nowMs - this.#strangeSinceMs;
  }

  /**
   * The answer to PLAY. The first datagrams may have overtaken it: they are read now.
   * @param timestampOffset RTP timestamp of packet 0 of the work
   * @param firstSequence low 16 bits of the slot that the sender goes on with; null where it did not say
   */
  begin(timestampOffset: number, firstSequence: number | null, nowMs: number): void {
    this.#timestampOffset = timestampOffset;
    this.#strangeSinceMs = null;
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
    const read = this.#read(datagram);
    if (read === null) {
      this.#counts.refused += 1;
      return;
    }
    const { slot, copies, repeated } = read;
    if (!repeated) this.reception.noteArrival(slot.sequence, nowMs);
    this.#reference = Math.max(this.#reference, slot.sequence);
    for (const copy of copies) this.#recover(slot, copy, nowMs);
    if (this.#seen.has(slot.sequence)) this.#counts.duplicates += 1;
    else this.#place(slot, nowMs);
  }

  /** Only what was missed: mostly the slot itself is here. */
  #recover(slot: ReceivedSlot, { ticksBefore, payload }: RedCopy, nowMs: number): void {
    const before = ticksBefore / this.#ticksPerPacket;
    const [sequence, packetIndex] = [slot.sequence - before, slot.packetIndex - before];
    if (!Number.isInteger(before) || before < 1 || sequence < this.#firstSequence || packetIndex < 0) return;
    if (this.#seen.has(sequence) || this.#waiting.some((other) => other.sequence === sequence)) return;
    this.#counts.recovered += 1;
    this.#place({ sequence, packetIndex, payload, challenge: null }, nowMs);
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
    if (placement === 'foreign') this.#strangeSinceMs ??= nowMs;
    else this.#strangeSinceMs = null;
    if (placement === 'full' || placement === 'foreign') {
      this.#await(slot);
      return;
    }
    this.#counts.received += 1;
    this.reception.noteHere(slot.sequence, nowMs);
    this.#remember(slot.sequence);
    if (placement !== 'late') this.#onResolved(slot, placement);
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

  #read(datagram: Uint8Array): ReadPacket | null {
    const opened = this.#open(datagram);
    if (opened === null || this.#timestampOffset === null) return null;
    const packet = decodeRtp(opened.packet);
    if (!packet.ok) return null;
    const { payloadType, payload } = packet.value;
    const red = payloadType === RED_PAYLOAD_TYPE ? decodeRed(payload, OPUS_PAYLOAD_TYPE) : null;
    if (red?.ok === false) return null;
    const sequence = extendSequence(packet.value.sequence, this.#reference);
    const ticks = (packet.value.timestamp - this.#timestampOffset + WORK_TIMESTAMPS) % WORK_TIMESTAMPS;
    if (sequence < 0 || ticks % this.#ticksPerPacket !== 0) return null;
    const place = { sequence, packetIndex: ticks / this.#ticksPerPacket, challenge: packet.value.challenge ?? null };
    return { slot: { ...place, payload: red?.value.own ?? payload }, copies: red?.value.copies ?? [], repeated: opened.repeated };
  }
}

/** Slots whose arrival is remembered: more than can be in flight. */
const HISTORY = 4_096;
