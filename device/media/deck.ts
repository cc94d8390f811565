import type { OpenedStream, Player, PlayerEvent } from '../../src/ports/player.ts';
import type { MixTrack } from './mix-track.ts';

/** What the decks are played on. */
interface DeckHost {
  readonly player: Player;
  isLead(deck: Deck): boolean;
  open(deck: Deck, stream: OpenedStream): Promise<void>;
  write(deck: Deck, packet: Uint8Array | null): void;
  finish(deck: Deck, totalSamples: number): void;
  stop(deck: Deck): Promise<void>;
  /** How much of what came out was heard, in samples. */
  heard(): Promise<number>;
}

/** The player as one play sees it: its own stream and its own position, whatever sounds before and behind it. */
export class Deck implements Player {
  readonly #desk: DeckHost;
  readonly #listeners = new Set<(event: PlayerEvent) => void>();
  /** What of it goes into the mix; null: it is the player itself. */
  track: MixTrack | null = null;
  speed = 1;
  #sounded = false;
  #heardSample = 0;

  constructor(desk: DeckHost) {
    this.#desk = desk;
  }

  get silent(): boolean {
    return this.#desk.player.silent;
  }

  get pid(): number | null {
    return this.#desk.player.pid;
  }

  /** True once it was heard: not while it waits in the mix. */
  get sounded(): boolean {
    return this.#sounded;
  }

  async open(stream: OpenedStream): Promise<void> {
    this.#sounded = false;
    this.#heardSample = stream.startSample;
    await this.#desk.open(this, stream);
  }

  write(packet: Uint8Array | null): void {
    this.#desk.write(this, packet);
  }

  finish(totalSamples: number): void {
    this.#desk.finish(this, totalSamples);
  }

  async heardSample(): Promise<number> {
    const { track } = this;
    if (track === null) return this.#desk.isLead(this) ? await this.#desk.player.heardSample() : this.#heardSample;
    const out = await this.#desk.heard();
    const heard = track.startSample + Math.min(Math.max(0, out - track.from), track.length);
    this.#heardSample = Math.max(this.#heardSample, heard);
    return this.#heardSample;
  }

  async setPaused(paused: boolean): Promise<void> {
    if (this.#desk.isLead(this) || this.#sounded) await this.#desk.player.setPaused(paused);
  }

  /** The one that is heard first says how fast. */
  async setSpeed(speed: number): Promise<void> {
    this.speed = speed;
    if (this.#desk.isLead(this)) await this.#desk.player.setSpeed(speed);
  }

  async setVolume(percent: number): Promise<void> {
    await this.#desk.player.setVolume(percent);
  }

  async stop(): Promise<void> {
    await this.#desk.stop(this);
  }

  on(listener: (event: PlayerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(how: 'detach' | 'quit'): Promise<void> {
    await this.#desk.player.close(how);
  }

  /** From the desk. */
  tell(event: PlayerEvent): void {
    if (event.type === 'first-sound') {
      if (this.#sounded) return;
      this.#sounded = true;
    }
    for (const listener of this.#listeners) listener(event);
  }
}
