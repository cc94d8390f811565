import type { PlayerTracks } from './player-tracks.ts';

/** What the player reports. `starved`: it wanted audio and had none; `flowing`: it has again. */
export type PlayerEvent =
  | { readonly type: 'first-sound' }
  | { readonly type: 'starved' }
  | { readonly type: 'flowing' }
  | { readonly type: 'died'; readonly reason: string };

export interface OpenedStream {
  readonly channels: number;
  readonly preSkip: number;
  readonly startSample: number;
  readonly gainDb: number;
  /** Where the work ends, as far as that is known. */
  readonly totalSamples?: number;
  /** What is handed over is decoded already: two channels of 16 bits, `SAMPLES_PER_PACKET` at a time. */
  readonly decoded?: true;
  /** A film: how long each of its packets lasts. */
  readonly video?: { readonly packetMs: number };
}

/**
 * The player of sound and films: a process of its own, which outlives a restart of the app. One stream at a time; positions are samples at
 * 48 kHz from the first sample of the stream after its pre-skip.
 */
export interface Player {
  /** Starts a new stream at `startSample` of the work (a position inside the work, for a resume). */
  open(stream: OpenedStream): Promise<void>;
  /** Hands over one packet of Opus (20 ms) or of a film, in order. A null packet is a lost one: sound is concealed, a film goes on without. */
  write(packet: Uint8Array | null): void;
  /** No more packets follow; what is buffered plays out, at most to `totalSamples` of the work. */
  finish(totalSamples: number): void;
  /** Position in the work up to which samples have been heard: handed over minus buffered. Monotone within a stream. */
  heardSample(): Promise<number>;
  setPaused(paused: boolean): Promise<void>;
  /** How fast it plays, near 1, without a break in the sound; lasts until it is set again. */
  setSpeed(speed: number): Promise<void>;
  /** 0..100 */
  setVolume(percent: number): Promise<void>;
  /** How loud each sound zone is below that, in the order of the zones; absent where the player knows of none. */
  setZoneVolumes?(percents: readonly number[]): Promise<void>;
  /** Silence at once; what is buffered is thrown away. */
  stop(): Promise<void>;
  /** Of a film; absent where the player has none to choose from. */
  readonly tracks?: PlayerTracks;
  on(listener: (event: PlayerEvent) => void): () => void;
  /** True where no sound card was found and a clock stands in for it. */
  readonly silent: boolean;
  readonly pid: number | null;
  /** Leaves the player process running (a restart will find it) or ends it. */
  close(how: 'detach' | 'quit'): Promise<void>;
}
