import type { ReceiverReport } from '../../wire/rtcp.ts';

/** Reports whose answer may still come. */
const REMEMBERED = 4;
const UNITS_PER_SECOND = 65_536;
const ASSUMED_MS = 50;

/** Measures the round trip from sender reports and the receiver reports that name them (RFC 3550, 6.4.1: LSR and DLSR). */
export class RoundTrip {
  /** By the middle 32 bits of the NTP time of the report. */
  readonly #sentMs = new Map<number, number>();
  #latestMs = ASSUMED_MS;

  /** As measured last. */
  get latestMs(): number {
    return this.#latestMs;
  }

  noteSent(ntp: bigint, nowMs: number): void {
    this.#sentMs.set(middleOf(ntp), nowMs);
    const oldest = this.#sentMs.keys().next();
    if (this.#sentMs.size > REMEMBERED && oldest.done !== true) this.#sentMs.delete(oldest.value);
  }

  /** @returns milliseconds, or null where the report names none of ours, or one that was answered already */
  measure(report: ReceiverReport, ssrc: number, nowMs: number): number | null {
    const block = report.reports.find((candidate) => candidate.ssrc === ssrc);
    const sentMs = block === undefined ? undefined : this.#sentMs.get(block.lastSenderReport);
    if (block === undefined || sentMs === undefined) return null;
    this.#sentMs.delete(block.lastSenderReport);
    const heldMs = (block.delaySinceLastSenderReport * 1_000) / UNITS_PER_SECOND;
    this.#latestMs = Math.max(0, nowMs - sentMs - heldMs);
    return this.#latestMs;
  }
}

function middleOf(ntp: bigint): number {
  return Number(BigInt.asUintN(32, ntp >> 16n));
}
