import { limits } from '../../src/limits.ts';
import { PACKET_MS } from '../../src/units/time.ts';

export interface AudioSlot {
  readonly sequence: number;
  readonly packetIndex: number;
  readonly payload: Uint8Array;
}

/**
 * - `placed`  lies in the buffer
 * - `late`    its place was concealed meanwhile: authentic, never heard, and so never acknowledged (ruling 6)
 * - `past`    its sound is here or was handed out, or it is of an earlier run (a pause, a seek): acknowledged, as it is not to be sold again
 * - `full`    lies too far ahead: hand it in again when there is room; not to be acknowledged before
 * - `foreign` from a run that nobody asked for, or not yet
 */
export type Placement = 'placed' | 'late' | 'past' | 'full' | 'foreign';

/** A packet of the work in order, or null for one that is concealed. */
export interface Due {
  readonly packetIndex: number;
  readonly payload: Uint8Array | null;
}

/**
 * Puts packets back in order between the network and the player, and decides how long to wait for a missing one.
 *
 * Slots of the transmission and packets of the work differ by a constant within a run; a new run begins where the work starts
 * again (after a confirmed trial) or goes on from the heard position (after a pause):
 *
 * ```
 * slot          0 .......... 250 | 251 ...... 400 | 401 ...
 * packet index  0 .......... 250 |   0 ...... 149 | 120 ...      run = slot - packet index:  0 | 251 | 281
 * ```
 *
 * Units: packets of the work; times in milliseconds of the caller's monotonic clock. Invariant: what it holds and what lies in the
 * player together never exceed `capacityPackets`.
 */
export class PlayoutBuffer {
  readonly #capacityPackets: number;
  /** How much is to lie between the network and the ear, milliseconds; the player's speed follows it. */
  aimMs: number = limits.streamLeadMs;
  readonly #packets = new Map<number, Uint8Array>();
  #run: number | null = null;
  #lowestRun = 0;
  /** Slots below it are of before the last seek; infinite until the answer to its PLAY says where it begins. */
  #firstSlot = Number.NEGATIVE_INFINITY;
  #next = 0;
  /** One above the highest packet index seen in this run. */
  #end = 0;
  #expectedFrom: number | null = 0;
  /** The run to come is a new pass, also where no slot of the one before is known any more (a new epoch). */
  #restartDue = false;
  /** A later run may take this one's place without a break. */
  #continues = false;
  #gapSinceMs: number | null = null;
  #abandonedBelow = 0;
  #playerPackets = 0;
  #concealed = 0;
  /** The latest places of this pass that were concealed, the oldest first. */
  readonly #concealedPlaces = new Set<number>();
  #restarts = 0;

  constructor(capacityPackets: number) {
    this.#capacityPackets = capacityPackets;
  }

  /** Index of the packet the player gets next. */
  get nextIndex(): number {
    return this.#next;
  }

  /** First index that is neither here nor handed over: where a stream that was cut goes on. */
  get missingIndex(): number {
    let index = this.#next;
    while (this.#packets.has(index)) index += 1;
    return index;
  }

  get buffered(): number {
    return this.#packets.size;
  }

  /** Goes up whenever the audio to come does not follow what was handed out: the player must begin a new stream. */
  get restarts(): number {
    return this.#restarts;
  }

  get concealed(): number {
    return this.#concealed;
  }

  /** From the next packet to the furthest one that is here, gaps included. */
  get spanPackets(): number {
    return Math.max(0, this.#end - this.#next);
  }

  /** How many packets lie in the player: they count against the capacity. */
  set playerPackets(packets: number) {
    this.#playerPackets = packets;
  }

  /** Throws away what is here; the next run begins at packet `from`. Slots sent before this call are not taken for it. */
  restart(from: number): void {
    this.#lowestRun = this.#runFrom(from);
    this.#clear();
    this.#restarts += 1;
    this.#restartDue = false;
    this.#run = null;
    this.#next = from;
    this.#end = from;
    this.#expectedFrom = from;
  }

  /** As `restart`, wherever the sender goes: the slot that its answer names begins the new run. */
  seek(from: number): void {
    this.restart(from);
    this.#lowestRun = Number.NEGATIVE_INFINITY;
    this.#firstSlot = Number.POSITIVE_INFINITY;
  }

  /** The answer to PLAY: where a seek takes effect. */
  beginsWithSlot(sequence: number): void {
    if (this.#firstSlot === Number.POSITIVE_INFINITY) this.#firstSlot = sequence;
  }

  /**
   * Keeps giving out this run until the first packet of the next one (from packet `from`) arrives.
   * @param run which that will be: what lies below it is of before, also where nothing has come yet; null in a new epoch, which has no before
   * @returns the new pass is there once `restarts` is above this
   */
  expectRestart(from: number, run: number | null): number {
    // It overtook the news of it, and nothing of before ever came.
    if (run !== null && run === this.#run) return this.#restarts - 1;
    this.#lowestRun = run ?? this.#lowestRun;
    this.#expectedFrom = from;
    this.#restartDue = true;
    return this.#restarts;
  }

  /** A film begins with the picture before the asked moment that stands alone: the headend said with which packet. */
  beginsAt(packetIndex: number): void {
    if (this.#expectedFrom !== null && !this.#restartDue) this.#expectedFrom = Math.min(this.#expectedFrom, packetIndex);
    if (this.#expectedFrom !== null && this.#packets.size === 0 && this.#run === null) this.#next = Math.min(this.#next, this.#expectedFrom);
  }

  /** A paused stream goes on: the next run may begin anywhere up to what is missing, and what is here stays. */
  expectContinuation(): void {
    this.#continues = true;
    this.#lowestRun = Math.max(this.#lowestRun, this.#run ?? this.#lowestRun);
  }

  /**
   * The numbers of slots start anew with a new epoch, and nothing of the old one can come any more: whatever run begins now is
   * taken, within what was expected.
   */
  beginEpoch(): void {
    this.#continues = this.#expectedFrom === null;
    this.#lowestRun = Number.NEGATIVE_INFINITY;
    this.#firstSlot = Number.NEGATIVE_INFINITY;
    this.#abandonedBelow = 0;
    this.#run = null;
  }

  put(slot: AudioSlot, nowMs: number): Placement {
    const run = slot.sequence - slot.packetIndex;
    if (slot.sequence < this.#firstSlot) return this.#firstSlot === Number.POSITIVE_INFINITY ? 'foreign' : 'past';
    if (run !== this.#run) {
      if (run < Math.max(this.#lowestRun, this.#run ?? this.#lowestRun)) return 'past';
      if (!this.#adopt(run, slot.packetIndex)) return 'foreign';
    }
    if (this.#concealedPlaces.has(slot.packetIndex)) return 'late';
    if (slot.packetIndex < this.#next || this.#packets.has(slot.packetIndex)) return 'past';
    if (slot.packetIndex - this.#next >= this.#capacityPackets - this.#playerPackets) return 'full';
    this.#packets.set(slot.packetIndex, slot.payload);
    this.#end = Math.max(this.#end, slot.packetIndex + 1);
    this.#noteGap(nowMs);
    return 'placed';
  }

  /** What did not arrive of the slots below `sequence` never will: the sender gave it up. */
  abandonBelow(sequence: number): void {
    if (this.#run === null || this.#expectedFrom !== null) return;
    this.#abandonedBelow = Math.max(this.#abandonedBelow, sequence - this.#run);
    this.#end = Math.max(this.#end, this.#abandonedBelow);
  }

  /** The sender has used every slot below `sequence` and will send no more: a gap at the tail is a gap too. */
  drainedAt(sequence: number, nowMs: number): void {
    if (this.#run === null || this.#expectedFrom !== null || sequence - this.#run <= this.#end) return;
    this.#end = sequence - this.#run;
    this.#noteGap(nowMs);
  }

  /**
   * The next packet for the player, or null while it must wait. A missing one is concealed when the sender gave it up, or when
   * it was waited for at least `limits.reorderWaitMs` and the player is about to run dry: as long as there is audio, it may come.
   * @param leadMs audio that lies in the player
   */
  take(nowMs: number, leadMs: number): Due | null {
    const packetIndex = this.#next;
    const payload = this.#packets.get(packetIndex) ?? null;
    if (payload === null && !this.#givesUp(nowMs, leadMs)) return null;
    this.#packets.delete(packetIndex);
    this.#next += 1;
    if (payload === null) this.#conceal(packetIndex);
    else this.#gapSinceMs = null;
    this.#noteGap(nowMs);
    return { packetIndex, payload };
  }

  #givesUp(nowMs: number, leadMs: number): boolean {
    if (this.#next >= this.#end) return false;
    if (this.#next < this.#abandonedBelow) return true;
    const waitedMs = this.#gapSinceMs === null ? 0 : nowMs - this.#gapSinceMs;
    return waitedMs >= limits.reorderWaitMs && leadMs < limits.concealLeadMs;
  }

  #conceal(packetIndex: number): void {
    this.#concealed += 1;
    this.#concealedPlaces.add(packetIndex);
    const [oldest] = this.#concealedPlaces;
    if (this.#concealedPlaces.size > PLACES_KEPT && oldest !== undefined) this.#concealedPlaces.delete(oldest);
  }

  #noteGap(nowMs: number): void {
    const gap = this.#next < this.#end && !this.#packets.has(this.#next);
    if (!gap) this.#gapSinceMs = null;
    else this.#gapSinceMs ??= nowMs;
  }

  #adopt(run: number, packetIndex: number): boolean {
    if (this.#expectedFrom === null && this.#continues) {
      if (packetIndex > this.missingIndex + this.#capacityPackets) return false;
      this.#run = run;
      this.#continues = false;
      this.#abandonedBelow = 0;
      return true;
    }
    const from = this.#expectedFrom;
    if (from === null || Math.abs(packetIndex - from) >= this.#capacityPackets) return false;
    this.#clear();
    if (this.#run !== null || this.#restartDue) this.#restarts += 1;
    this.#restartDue = false;
    this.#run = run;
    this.#next = from;
    this.#end = from;
    this.#expectedFrom = null;
    this.#continues = false;
    return true;
  }

  /** The sender goes back, so the slots of the new run are further from their packets; where it goes straight on, they are not. */
  #runFrom(from: number): number {
    if (this.#run === null) return this.#lowestRun;
    return from < this.#end ? this.#run + 1 : this.#run;
  }

  #clear(): void {
    this.#packets.clear();
    this.#concealedPlaces.clear();
    this.#gapSinceMs = null;
    this.#abandonedBelow = 0;
  }
}

/** As many as can be unresolved: what is older is acknowledged or given up. */
const PLACES_KEPT = limits.monitorRingPackets;

/** Packets of a span of time, rounded down. */
export function packetsOfMs(milliseconds: number, packetMs: number = PACKET_MS): number {
  return Math.floor(milliseconds / packetMs);
}
