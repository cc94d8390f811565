import { SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import type { MixTrack } from './mix-track.ts';

const CHANNELS = 2;

/**
 * Joins works sample by sample: each begins where the one before it ends, or earlier by the crossfade, in which one sinks as the other
 * rises (with constant power). What is missing of a work that should sound is waited for; nothing stands in for it.
 *
 * ```
 * first   ##################\
 * second                 /##################
 *                        from   first.endsAt
 * ```
 * Units: samples at 48 kHz of what comes out.
 */
export class SoundMix {
  readonly #write: (block: Uint8Array) => void;
  #tracks: MixTrack[] = [];
  #out = 0;
  #block = new Int16Array(CHANNELS * SAMPLES_PER_PACKET);
  #padded = false;

  /** @param write takes blocks of 20 ms */
  constructor(write: (block: Uint8Array) => void) {
    this.#write = write;
  }

  /** True until silence was written behind the end: what comes then does not follow. */
  get goesOn(): boolean {
    return !this.#padded;
  }

  /** All that is here has ended, and nothing is to follow. */
  get isOver(): boolean {
    return this.#tracks.length > 0 && this.#tracks.every(({ endsAt }) => this.#out >= endsAt);
  }

  /** Behind what is here; the fade is at most half of the shorter work. */
  add(track: MixTrack, fadeSamples: number): void {
    const before = this.#tracks.at(-1);
    const fade = before === undefined ? 0 : Math.floor(Math.min(fadeSamples, before.length / 2, track.length / 2));
    track.from = before === undefined ? this.#out : Math.max(this.#out, before.endsAt - fade);
    this.#tracks.push(track);
    this.pump();
  }

  remove(track: MixTrack): void {
    this.#tracks = this.#tracks.filter((other) => other !== track);
    this.pump();
  }

  /** True where some of it went out already. */
  hasBegun(track: MixTrack): boolean {
    return this.#out > track.from;
  }

  /** Writes out what is whole. To be called when something came. */
  pump(): void {
    for (let samples = this.#ready(); samples > 0; samples = this.#ready()) {
      this.#blend(samples);
      this.#out += samples;
      if (this.#out % SAMPLES_PER_PACKET === 0) this.#flush();
    }
  }

  /** All that is here has ended: what is left of the last block goes out with silence behind it. */
  pad(): void {
    if (this.#padded) return;
    this.#padded = true;
    if (this.#out % SAMPLES_PER_PACKET !== 0) this.#flush();
  }

  #flush(): void {
    this.#write(new Uint8Array(this.#block.buffer));
    this.#block = new Int16Array(CHANNELS * SAMPLES_PER_PACKET);
  }

  /** How many samples every work that sounds now has ready, within this block and before the next one begins or ends. */
  #ready(): number {
    if (this.#padded) return 0;
    const next = this.#tracks.find(({ from }) => this.#out < from);
    const sounding = this.#tracks.filter(({ from, endsAt }) => this.#out >= from && this.#out < endsAt);
    // The work before it broke off sooner than it said: nothing is left to wait for.
    if (next !== undefined && sounding.length === 0) {
      next.from = this.#out;
      sounding.push(next);
    }
    let samples = SAMPLES_PER_PACKET - (this.#out % SAMPLES_PER_PACKET);
    if (next !== undefined && this.#out < next.from) samples = Math.min(samples, next.from - this.#out);
    for (const { endsAt, queued } of sounding) samples = Math.min(samples, endsAt - this.#out, queued);
    return sounding.length === 0 ? 0 : samples;
  }

  #blend(samples: number): void {
    const at = CHANNELS * (this.#out % SAMPLES_PER_PACKET);
    for (const [place, track] of this.#tracks.entries()) {
      if (this.#out < track.from || this.#out >= track.endsAt) continue;
      const fades = { rise: this.#tracks[place - 1], sink: this.#tracks[place + 1] };
      for (let done = 0; done < samples; ) {
        const part = track.take(samples - done);
        for (let index = 0; index < part.length; index += 1) {
          const level = levelAt(this.#out + done + (index >> 1), track, fades);
          const slot = at + CHANNELS * done + index;
          this.#block[slot] = Math.max(-32_768, Math.min(32_767, (this.#block[slot] ?? 0) + Math.round((part[index] ?? 0) * level)));
        }
        done += part.length / CHANNELS;
      }
    }
  }
}

function levelAt(out: number, track: MixTrack, { rise, sink }: { readonly rise: MixTrack | undefined; readonly sink: MixTrack | undefined }): number {
  let level = 1;
  if (rise !== undefined && out < rise.endsAt) level *= Math.sin(((out - track.from) / (rise.endsAt - track.from)) * (Math.PI / 2));
  if (sink !== undefined && out >= sink.from && sink.from < track.endsAt) level *= Math.cos(((out - sink.from) / (track.endsAt - sink.from)) * (Math.PI / 2));
  return level;
}
