import { limits } from '../../src/limits.ts';

/**
 * How fast to play, so that the lead neither runs dry nor grows: the clock of the headend that sends and the clock of the sound
 * card that plays are never quite equal, and 200 ppm are 0.7 s in an hour.
 *
 * The lead (all audio between the network and the ear) is the measure: it is the sum of every difference so far. It is smoothed
 * over `limits.driftSmoothingMs`; inside a band around its aim nothing is done, beyond it the speed follows in proportion, at most
 * `limits.driftSpeedMaxPerMillion`, which no one hears, and not for every packet that comes or goes.
 *
 * ```
 * speed  1.005        ________
 *                    /
 * 1  ______________ /
 *         aim - band   aim + band     lead
 * ```
 * Units: milliseconds of the caller's monotonic clock. Returns a factor near 1.
 */
export class DriftControl {
  #aimMs: number | null = null;
  #sinceMs: number | null = null;
  #atMs = 0;
  #leadMs = 0;
  #speed = 1;

  /** Audio begins, or begins again after a break: what the lead did before says nothing. */
  restart(): void {
    this.#sinceMs = null;
  }

  /**
   * Called a few times a second while it sounds and more is to come.
   * @param aimMs what the lead is to be, and where it moves, the lead is moved by others; null: what it is once it has settled, as a film's
   *   lead says how far its pictures are behind, too
   */
  speedAt(nowMs: number, leadMs: number, aimMs: number | null): number {
    if (aimMs !== null) {
      this.#leadMs += aimMs - (this.#aimMs ?? aimMs);
      this.#aimMs = aimMs;
    }
    this.#sinceMs ??= nowMs;
    const settled = nowMs - this.#sinceMs >= limits.driftSettleMs;
    const share = settled ? Math.min(1, (nowMs - this.#atMs) / limits.driftSmoothingMs) : 1;
    this.#leadMs += share * (leadMs - this.#leadMs);
    this.#atMs = nowMs;
    if (!settled) return this.#speed;
    this.#aimMs ??= this.#leadMs;
    const speed = speedFor(this.#leadMs - this.#aimMs);
    if (Math.abs(speed - this.#speed) * 1e6 >= limits.driftSpeedStepPerMillion) this.#speed = speed;
    return this.#speed;
  }
}

/** @param off by how much the lead is above its aim */
function speedFor(off: number): number {
  const beyond = Math.sign(off) * Math.max(0, Math.abs(off) - limits.driftBandMs);
  const most = limits.driftSpeedMaxPerMillion / 1e6;
  const change = Math.min(most, Math.max(-most, (beyond / limits.driftBandMs) * most));
  return 1 + change;
}
