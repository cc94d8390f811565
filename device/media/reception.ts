/** Slots that are watched for at one time: more than are ever on their way. */
const GAPS_KEPT = 256;
/** Longer than this nothing came: a pause, not a late packet. */
const BREAK_MS = 1_000;
const JITTER_SHARE = 1 / 16;
/** What is missing for less than this may only be late. */
const LATE_MS = 200;
/** So much of the longest repair is forgotten in a second, milliseconds. */
const REPAIR_FADES_MS = 5;

/** What a receiver report says of the path (RFC 3550, 6.4.1). */
export interface PathReport {
  /** Of 256, since the report before. */
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitterMs: number;
}

/**
 * How packets come over the path: how many are lost, how unevenly they come (RFC 3550, A.3 and A.8), and how long it takes until one that
 * was missed is here after all. Losses are those of the path: what was sent again, or was found in another packet, is no news of it.
 * Departures: what is missing for less than LATE_MS is in no report yet, as out of order it would look like a loss (A.3); the time between two packets is that of their slots and not of their timestamps, as a timestamp is a place in
 * the work, and jumps with it. Units: slots; milliseconds of the caller's monotonic clock.
 */
export class Reception {
  readonly #packetMs: number;
  readonly #first: number;
  readonly #missingSinceMs = new Map<number, number>();
  #highest: number;
  #arrived = 0;
  #jitterMs = 0;
  #transitMs: number | null = null;
  #lastMs = 0;
  #repairMs = 0;
  #repairAtMs = 0;
  #sawLoss = false;
  #reported = { expected: 0, arrived: 0 };

  /** @param first the slot that is used first */
  constructor(first: number, packetMs: number) {
    this.#first = first;
    this.#highest = first - 1;
    this.#packetMs = packetMs;
  }

  /** RFC 3550, 6.4.1, in milliseconds. */
  get jitterMs(): number {
    return this.#jitterMs;
  }

  /** Something was missed on the way, or came out of order. */
  get sawLoss(): boolean {
    return this.#sawLoss;
  }

  /** The longest that a missed packet took lately to come after all; 0 where none was missed. */
  repairMs(nowMs: number): number {
    return Math.max(0, this.#repairMs - (REPAIR_FADES_MS * (nowMs - this.#repairAtMs)) / 1_000);
  }

  /** A packet arrived, the first time it was sent. */
  noteArrival(sequence: number, nowMs: number): void {
    this.#arrived += 1;
    const transitMs = nowMs - sequence * this.#packetMs;
    if (this.#transitMs !== null && nowMs - this.#lastMs < BREAK_MS) this.#jitterMs += JITTER_SHARE * (Math.abs(transitMs - this.#transitMs) - this.#jitterMs);
    this.#transitMs = transitMs;
    this.#lastMs = nowMs;
    // Slots are left out at a resume: those were never sent.
    const from = Math.max(this.#highest + 1, sequence - GAPS_KEPT);
    for (let missing = from; missing < sequence; missing += 1) this.#miss(missing, nowMs);
    this.#highest = Math.max(this.#highest, sequence);
    this.noteHere(sequence, nowMs);
  }

  /** A slot is here, whichever way it came. */
  noteHere(sequence: number, nowMs: number): void {
    const since = this.#missingSinceMs.get(sequence);
    if (since === undefined) return;
    this.#missingSinceMs.delete(sequence);
    this.#repairMs = Math.max(this.repairMs(nowMs), nowMs - since);
    this.#repairAtMs = nowMs;
  }

  /** For the next report; the interval begins anew with it. */
  report(nowMs: number): PathReport {
    let late = 0;
    for (const since of this.#missingSinceMs.values()) late += nowMs - since < LATE_MS ? 1 : 0;
    const expected = this.#highest + 1 - this.#first - late;
    const interval = { expected: expected - this.#reported.expected, arrived: this.#arrived - this.#reported.arrived };
    this.#reported = { expected, arrived: this.#arrived };
    const lost = Math.max(0, interval.expected - interval.arrived);
    const fractionLost = interval.expected === 0 ? 0 : Math.min(255, Math.floor((256 * lost) / interval.expected));
    return { fractionLost, cumulativeLost: Math.max(0, expected - this.#arrived), highestSequence: Math.max(0, this.#highest), jitterMs: this.#jitterMs };
  }

  #miss(sequence: number, nowMs: number): void {
    this.#sawLoss = true;
    this.#missingSinceMs.set(sequence, nowMs);
    const oldest = this.#missingSinceMs.keys().next();
    if (this.#missingSinceMs.size > GAPS_KEPT && oldest.done !== true) this.#missingSinceMs.delete(oldest.value);
  }
}
