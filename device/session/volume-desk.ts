import type { Clock } from '../../src/ports/clock.ts';
import { every } from '../../src/ports/clock.ts';

const VOLUME_SETTING = 'volume-percent';
/** A change that nobody asked for is made in steps that nobody hears: 100 % in ten seconds. */
const RAMP_STEP_PERCENT = 2;
const RAMP_STEP_MS = 200;

export interface VolumeRange {
  readonly minPercent: number;
  readonly maxPercent: number;
}

export interface VolumeParts {
  readonly clock: Clock;
  readonly player: { setVolume(percent: number): Promise<void> };
  readonly book: { getSetting(name: string): Promise<string | null>; putSetting(name: string, value: string): Promise<void> };
  /** The volume is another one now. */
  readonly changed: () => void;
}

/** How loud it is: what people wish, held to what the venue allows at this time of day. Percent. */
export class VolumeDesk {
  readonly #parts: VolumeParts;
  #wished = 100;
  #sounding = 100;
  #range: VolumeRange | null = null;
  #stopRamp: () => void = () => {};

  constructor(parts: VolumeParts) {
    this.#parts = parts;
  }

  get percent(): number {
    return this.#sounding;
  }

  /** What the venue allows now; null where it says nothing. */
  get range(): VolumeRange | null {
    return this.#range;
  }

  async load(): Promise<void> {
    const kept = await this.#parts.book.getSetting(VOLUME_SETTING);
    if (kept) this.#wished = Number(kept);
    this.#sounding = this.#allowed();
    await this.#parts.player.setVolume(this.#sounding);
  }

  /** Somebody turns the knob: at once, and kept; no farther than is allowed. */
  async change(delta: number): Promise<void> {
    this.#stopRamp();
    this.#wished = this.#held(this.#sounding + delta);
    this.#sounding = this.#wished;
    await this.#parts.player.setVolume(this.#sounding);
    await this.#parts.book.putSetting(VOLUME_SETTING, String(this.#wished));
    this.#parts.changed();
  }

  /** Another time of day: in steps to what is allowed now, or back to what was wished. */
  hold(range: VolumeRange | null): void {
    if (range?.minPercent === this.#range?.minPercent && range?.maxPercent === this.#range?.maxPercent) return;
    this.#range = range;
    this.#stopRamp();
    if (this.#sounding !== this.#allowed()) this.#stopRamp = every(this.#parts.clock, RAMP_STEP_MS, () => this.#step());
    this.#parts.changed();
  }

  stop(): void {
    this.#stopRamp();
  }

  #step(): void {
    const aim = this.#allowed();
    const way = aim - this.#sounding;
    this.#sounding += Math.sign(way) * Math.min(RAMP_STEP_PERCENT, Math.abs(way));
    if (this.#sounding === aim) this.#stopRamp();
    this.#parts.player.setVolume(this.#sounding).catch(() => {});
    this.#parts.changed();
  }

  #allowed(): number {
    return this.#held(this.#wished);
  }

  #held(percent: number): number {
    const { minPercent, maxPercent } = this.#range ?? { minPercent: 0, maxPercent: 100 };
    return Math.max(minPercent, Math.min(maxPercent, percent));
  }
}
