import type { RangeNow } from '../../src/domain/queue/zone-volume.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { every } from '../../src/ports/clock.ts';
import type { ZoneVolume } from './box-view.ts';

/** Of a box with one zone; a zone that nobody has turned yet begins with it, too. */
const VOLUME_SETTING = 'volume-percent';
/** A change that nobody asked for is made in steps that nobody hears: 100 % in ten seconds. */
const RAMP_STEP_PERCENT = 2;
const RAMP_STEP_MS = 200;

export interface VolumeParts {
  readonly clock: Clock;
  /** Absent, or none: the box has one zone. */
  readonly zones?: readonly string[];
  readonly player: { setVolume(percent: number): Promise<void>; setZoneVolumes(percents: readonly number[]): Promise<void> };
  readonly book: { getSetting(name: string): Promise<string | null>; putSetting(name: string, value: string): Promise<void> };
  /** The volume is another one now. */
  readonly changed: () => void;
  /** Somebody wished for more, or for less, than the venue allows: it is as loud as that now. */
  readonly limited: (zone: string | null, side: 'least' | 'most', range: RangeNow) => void;
}

/** Of one zone, or of a box that has only one. */
interface Knob {
  readonly zone: string | null;
  readonly setting: string;
  wished: number;
  sounding: number;
  range: RangeNow | null;
}

/** How loud each zone is: what people wish, held to what the venue allows there at this time of day. Percent. */
export class VolumeDesk {
  readonly #parts: VolumeParts;
  readonly #knobs: readonly Knob[];
  #stopRamp: (() => void) | null = null;

  constructor(parts: VolumeParts) {
    this.#parts = parts;
    const zones = parts.zones ?? [];
    this.#knobs = (zones.length === 0 ? [null] : zones).map((zone) => ({
      zone,
      setting: zone === null ? VOLUME_SETTING : `${VOLUME_SETTING}:${zone}`,
      wished: 100,
      sounding: 100,
      range: null,
    }));
  }

  /** Of the loudest zone. */
  get percent(): number {
    return Math.max(...this.#knobs.map(({ sounding }) => sounding));
  }

  /** As the view has it. */
  glance(): { readonly volumePercent: number; readonly volumeRange: RangeNow | null; readonly volumeZones: readonly ZoneVolume[] } {
    const zones = this.#knobs.flatMap(({ zone, sounding, range }) => (zone === null ? [] : [{ zone, percent: sounding, range }]));
    return { volumePercent: this.percent, volumeRange: zones.length === 0 ? (this.#knobs[0]?.range ?? null) : null, volumeZones: zones };
  }

  async load(): Promise<void> {
    const { book } = this.#parts;
    for (const knob of this.#knobs) {
      const kept = (await book.getSetting(knob.setting)) || (await book.getSetting(VOLUME_SETTING));
      if (kept) knob.wished = Number(kept);
      knob.sounding = allowed(knob);
    }
    await this.#tell();
  }

  /** Somebody turns the knob of one zone, or of all, by so much or to where it shall be: at once, and kept; no farther than is allowed. */
  async change(delta: number, zone?: string, to?: number): Promise<void> {
    const turned = this.#knobs.filter((knob) => zone === undefined || knob.zone === zone);
    let said = false;
    for (const knob of turned) {
      const wish = Math.max(0, Math.min(100, to ?? knob.sounding + delta));
      knob.wished = held(knob, wish);
      knob.sounding = knob.wished;
      // One zone is named; who turns all of them hears that one does not follow.
      if (knob.range !== null && wish !== knob.wished && !said) this.#parts.limited(knob.zone, wish > knob.wished ? 'most' : 'least', knob.range);
      said ||= wish !== knob.wished;
    }
    this.#rampWhileDue();
    await this.#tell();
    for (const { setting, wished } of turned) await this.#parts.book.putSetting(setting, String(wished));
    this.#parts.changed();
  }

  /** Another time of day: in steps to what is allowed now, or back to what was wished. */
  hold(rangeOf: (zone: string | null) => RangeNow | null): void {
    let another = false;
    for (const knob of this.#knobs) {
      const range = rangeOf(knob.zone);
      another ||= !alike(range, knob.range);
      knob.range = range;
    }
    if (!another) return;
    this.#rampWhileDue();
    this.#parts.changed();
  }

  stop(): void {
    this.#stopRamp?.();
    this.#stopRamp = null;
  }

  #rampWhileDue(): void {
    if (this.#knobs.every((knob) => knob.sounding === allowed(knob))) this.stop();
    else this.#stopRamp ??= every(this.#parts.clock, RAMP_STEP_MS, () => this.#step());
  }

  #step(): void {
    for (const knob of this.#knobs) {
      const way = allowed(knob) - knob.sounding;
      knob.sounding += Math.sign(way) * Math.min(RAMP_STEP_PERCENT, Math.abs(way));
    }
    this.#rampWhileDue();
    this.#tell().catch(() => {});
    this.#parts.changed();
  }

  async #tell(): Promise<void> {
    const [first] = this.#knobs;
    if (first?.zone === null) await this.#parts.player.setVolume(first.sounding);
    else await this.#parts.player.setZoneVolumes(this.#knobs.map(({ sounding }) => sounding));
  }
}

function allowed(knob: Knob): number {
  return held(knob, knob.wished);
}

function held({ range }: Knob, percent: number): number {
  return Math.max(range?.minPercent ?? 0, Math.min(range?.maxPercent ?? 100, percent));
}

function alike(one: RangeNow | null, other: RangeNow | null): boolean {
  return one?.minPercent === other?.minPercent && one?.maxPercent === other?.maxPercent && one?.untilWallMs === other?.untilWallMs;
}
