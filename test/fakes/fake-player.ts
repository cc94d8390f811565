import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { OpenedStream, Player, PlayerEvent } from '../../src/ports/player.ts';
import { samplesPerPacket } from '../../src/units/time.ts';

const SAMPLES_PER_MS = 48;
/** As measured with mpv: sound after about 30 ms, and after a starvation only with 0.2 s at hand. */
const START_MS = 30;
const REFILL_SAMPLES = 200 * SAMPLES_PER_MS;
const PADDING_SAMPLES = 1_000 * SAMPLES_PER_MS;

export interface FakeStream {
  readonly startSample: number;
  readonly preSkip: number;
  readonly gainDb: number;
  /** Every packet handed over, null for a concealed one. */
  readonly packets: (Uint8Array | null)[];
}

/** A player without sound that hears in the real time of the clock it is given: same promises as MpvPlayer, for simulations. */
export class FakePlayer implements Player {
  readonly silent = true;
  readonly streams: FakeStream[] = [];
  pid: number | null = 1;
  volumePercent = 100;
  speed = 1;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: PlayerEvent) => void>();
  #mode: 'idle' | 'starting' | 'flowing' | 'starved' = 'idle';
  #paused = false;
  /** Position at `#sinceMs`. */
  #position = 0;
  #sinceMs = 0;
  #handed = 0;
  #packetSamples = 0;
  #total: number | null = null;
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async open(stream: OpenedStream): Promise<void> {
    await this.stop();
    this.streams.push({ startSample: stream.startSample, preSkip: stream.preSkip, gainDb: stream.gainDb, packets: [] });
    this.#mode = 'starting';
    this.#packetSamples = samplesPerPacket(stream);
    this.#paused = false;
    this.#position = stream.startSample;
    this.#handed = stream.startSample - stream.preSkip;
    this.#total = null;
    this.#cancel = this.#clock.after(START_MS, () => this.#begin());
  }

  write(packet: Uint8Array | null): void {
    if (this.#mode === 'idle') return;
    this.streams.at(-1)?.packets.push(packet);
    this.#handed += this.#packetSamples;
    this.#fed();
  }

  finish(totalSamples: number): void {
    if (this.#mode === 'idle' || this.#total !== null) return;
    this.#total = Math.min(totalSamples, this.#handed);
    this.#handed += PADDING_SAMPLES;
    this.#fed();
  }

  async heardSample(): Promise<number> {
    return Math.min(this.#now(), this.#total ?? Number.MAX_SAFE_INTEGER);
  }

  async setPaused(paused: boolean): Promise<void> {
    this.#position = this.#now();
    this.#sinceMs = monotonicMs(this.#clock);
    this.#paused = paused;
    this.#arm();
  }

  async setSpeed(speed: number): Promise<void> {
    this.#position = this.#now();
    this.#sinceMs = monotonicMs(this.#clock);
    this.speed = speed;
    this.#arm();
  }

  async setVolume(percent: number): Promise<void> {
    this.volumePercent = percent;
  }

  async stop(): Promise<void> {
    this.#position = this.#now();
    this.#cancel();
    this.#mode = 'idle';
  }

  on(listener: (event: PlayerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.stop();
    this.pid = null;
  }

  /** The app was killed; the player plays on. */
  forgetApp(): void {
    this.#listeners.clear();
  }

  /** The process is killed. */
  die(): void {
    this.#cancel();
    this.#mode = 'idle';
    this.#raise({ type: 'died', reason: 'killed by the test' });
  }

  #begin(): void {
    if (this.#handed <= this.#position) {
      this.#cancel = this.#clock.after(START_MS, () => this.#begin());
      return;
    }
    this.#flow('first-sound');
  }

  #flow(event: 'first-sound' | 'flowing'): void {
    this.#mode = 'flowing';
    this.#sinceMs = monotonicMs(this.#clock);
    this.#arm();
    this.#raise({ type: event });
  }

  #fed(): void {
    if (this.#mode === 'flowing') this.#arm();
    if (this.#mode === 'starved' && this.#handed - this.#position >= REFILL_SAMPLES) this.#flow('flowing');
  }

  #now(): number {
    if (this.#mode !== 'flowing' || this.#paused) return this.#position;
    const heard = Math.floor((monotonicMs(this.#clock) - this.#sinceMs) * SAMPLES_PER_MS * this.speed);
    return Math.min(this.#position + heard, Math.max(this.#position, this.#handed));
  }

  /** Wakes up when what is at hand will have been heard. */
  #arm(): void {
    if (this.#mode !== 'flowing') return;
    this.#cancel();
    if (this.#paused) return;
    const leftMs = Math.ceil((this.#handed - this.#now()) / SAMPLES_PER_MS / this.speed);
    this.#cancel = this.#clock.after(Math.max(0, leftMs), () => this.#starve());
  }

  #starve(): void {
    if (this.#now() < this.#handed) {
      this.#arm();
      return;
    }
    this.#position = this.#handed;
    this.#mode = 'starved';
    if (this.#total === null) this.#raise({ type: 'starved' });
  }

  #raise(event: PlayerEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
