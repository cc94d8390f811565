import { limits } from '../../limits.ts';
import { RED_COPY_HEADER_BYTES, RED_COPY_MAX_BYTES, RED_OWN_HEADER_BYTES, type RedCopy } from '../../wire/red.ts';

/** A packet that went out by itself, and may go along with later ones. */
interface Before {
  readonly sequence: number;
  readonly packetIndex: number;
  readonly payload: Uint8Array;
}

const NO_COPIES: readonly RedCopy[] = [];
/** First transmissions over which repeats are counted. */
const WINDOW_PACKETS = 50;

/**
 * How many earlier packets go along with each packet of a stream (RFC 2198), by what the path loses: none while it is good, as a copy
 * costs as much as the packet; one or two where much is lost, or where what is sent again would come too late.
 *
 * Losses are what receiver reports say and, as those come seldom, what had to be sent again; copies end only by what reports say, as a loss
 * that a copy mends is sent again no more. A packet with a challenge is never copied: who has only its sound can not answer for it
 * (ruling 24). Units: packets; milliseconds.
 */
export class Redundancy {
  readonly #most: number;
  readonly #ticksPerPacket: number;
  #before: readonly Before[] = [];
  #depth = 0;
  #sent = 0;
  #repeats = 0;
  #goodSinceMs: number | null = null;

  /** @param most copies a packet that were agreed */
  constructor(most: number, ticksPerPacket: number) {
    this.#most = most;
    this.#ticksPerPacket = ticksPerPacket;
  }

  /** Copies a packet, at present. */
  get depth(): number {
    return this.#depth;
  }

  /** What goes along with this packet, the oldest first. @param roomBytes for all of it, headers included */
  copiesFor(sequence: number, packetIndex: number, roomBytes: number): readonly RedCopy[] {
    if (this.#depth === 0) return NO_COPIES;
    let room = roomBytes - RED_OWN_HEADER_BYTES;
    const copies: RedCopy[] = [];
    for (const before of this.#before.slice(0, this.#depth)) {
      const back = sequence - before.sequence;
      room -= RED_COPY_HEADER_BYTES + before.payload.length;
      // Behind a jump in the work a copy has no place that its timestamp could name.
      if (back > this.#depth || packetIndex - before.packetIndex !== back || before.payload.length > RED_COPY_MAX_BYTES || room < 0) break;
      copies.unshift({ ticksBefore: back * this.#ticksPerPacket, payload: before.payload });
    }
    return copies;
  }

  noteSent(sequence: number, packetIndex: number, payload: Uint8Array, challenged: boolean): void {
    if (this.#most === 0) return;
    if (!challenged) this.#before = [{ sequence, packetIndex, payload }, ...this.#before].slice(0, this.#most);
    this.#sent += 1;
    if (this.#sent < WINDOW_PACKETS) return;
    this.#raise(depthFor(this.#repeats / this.#sent, false));
    this.#sent = 0;
    this.#repeats = 0;
  }

  noteRepeat(): void {
    this.#repeats += 1;
  }

  /** @param lostShare of first transmissions, as a receiver report says */
  noteReport(lostShare: number, roundTripMs: number, nowMs: number): void {
    const isFar = limits.concealLeadMs + limits.ackIntervalMs + 2 * roundTripMs > limits.streamLeadMs;
    const depth = depthFor(lostShare, isFar);
    this.#raise(depth);
    if (depth >= this.#depth) this.#goodSinceMs = null;
    else this.#goodSinceMs ??= nowMs;
    if (this.#goodSinceMs === null || nowMs - this.#goodSinceMs < limits.redundancyHoldMs) return;
    this.#depth = depth;
    this.#goodSinceMs = null;
  }

  #raise(depth: number): void {
    this.#depth = Math.max(this.#depth, Math.min(this.#most, depth));
  }
}

function depthFor(lostShare: number, isFar: boolean): number {
  const perMille = 1_000 * lostShare * (isFar ? limits.redundancyFarFactor : 1);
  if (perMille >= limits.redundancyTwicePerMille) return 2;
  return perMille >= limits.redundancyPerMille ? 1 : 0;
}
