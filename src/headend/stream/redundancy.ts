import { limits } from '../../limits.ts';
import { RED_COPY_HEADER_BYTES, RED_COPY_MAX_BYTES, RED_OWN_HEADER_BYTES, type RedCopy } from '../../wire/red.ts';

/** A packet that went out by itself, and may go along with later ones. */
interface Before {
  readonly sequence: number;
  readonly packetIndex: number;
  readonly payload: Uint8Array;
}

/** What receiver reports say of first transmissions, cumulative (RFC 3550, 6.4.1). */
export interface PathLosses {
  readonly highestSequence: number;
  readonly cumulativeLost: number;
}

const NO_COPIES: readonly RedCopy[] = [];
/** Highest sequences are compared modulo 2^16: how a receiver counts on above it is its own affair. */
const CYCLE = 65_536;
const MOST = limits.redundancyMaxPackets;
/** As many were sent again since a report was asked for: it may be loss. */
const REPEATS_TO_ASK = 2;

/**
 * How many earlier packets go along with each packet of a stream (RFC 2198), by what the path loses: none while it is good, as a copy
 * costs as much as the packet; one or two where much is lost, or where what is sent again would come too late.
 *
 * Only receiver reports say what is lost: what had to be sent again may only have come late, or its ACK may, and on a machine under load
 * it mostly has. So repeats decide nothing; they are the reason to ask for a report early. Copies end where less than half of what began them
 * is lost for a while. A packet with a challenge is never copied: who has only its sound can not answer for it (ruling 24).
 *
 * Units: packets; milliseconds.
 */
export class Redundancy {
  readonly #most: number;
  readonly #ticksPerPacket: number;
  #before: readonly Before[] = [];
  #depth = 0;
  #repeats = 0;
  #firstMs: number | null = null;
  /** What the window under way is measured from. */
  #from: PathLosses | null = null;
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

  /** Enough was sent again that a report is worth asking for now. */
  get wantsReport(): boolean {
    return this.#most > 0 && this.#repeats >= REPEATS_TO_ASK;
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
    if (this.#most === 0 || challenged) return;
    this.#before = [{ sequence, packetIndex, payload }, ...this.#before].slice(0, this.#most);
  }

  noteRepeat(): void {
    this.#repeats += 1;
  }

  /** A report was asked for. */
  noteAsked(nowMs: number): void {
    this.#firstMs ??= nowMs;
    this.#repeats = 0;
  }

  noteReport(losses: PathLosses, roundTripMs: number, nowMs: number): void {
    const from = this.#from;
    this.#from ??= losses;
    if (this.#most === 0 || from === null || this.#firstMs === null || nowMs - this.#firstMs < limits.redundancyFirstMs) return;
    const expected = (losses.highestSequence - from.highestSequence + CYCLE) % CYCLE;
    const lost = Math.max(0, losses.cumulativeLost - from.cumulativeLost);
    if (expected === 0) return;
    const isFar = limits.concealLeadMs + limits.ackIntervalMs + 2 * roundTripMs > limits.streamLeadMs;
    const isPlain = lost >= limits.redundancyPlainPackets && depthFor(lost / expected, isFar) === MOST;
    if (expected < limits.redundancyWindowPackets && !isPlain) return;
    this.#from = losses;
    this.#judge(lost / expected, isFar, nowMs);
  }

  #judge(lostShare: number, isFar: boolean, nowMs: number): void {
    this.#depth = Math.max(this.#depth, Math.min(this.#most, depthFor(lostShare, isFar)));
    const calm = Math.min(this.#most, depthFor(2 * lostShare, isFar));
    if (calm >= this.#depth) this.#goodSinceMs = null;
    else this.#goodSinceMs ??= nowMs;
    if (this.#goodSinceMs === null || nowMs - this.#goodSinceMs < limits.redundancyHoldMs) return;
    this.#depth = calm;
    this.#goodSinceMs = null;
  }
}

function depthFor(lostShare: number, isFar: boolean): number {
  const perMille = 1_000 * lostShare * (isFar ? limits.redundancyFarFactor : 1);
  if (perMille >= limits.redundancyTwicePerMille) return MOST;
  return perMille >= limits.redundancyPerMille ? 1 : 0;
}
