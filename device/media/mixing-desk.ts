import type { OpenedStream, Player, PlayerEvent } from '../../src/ports/player.ts';
import type { SoundDecoder } from '../../src/ports/sound-decoder.ts';
import { SAMPLE_RATE_HZ } from '../../src/units/time.ts';
import { Deck } from './deck.ts';
import { MixTrack } from './mix-track.ts';
import { SoundMix } from './sound-mix.ts';

export interface MixingDeskParts {
  readonly player: Player;
  /** How long one work sinks while the next one rises, milliseconds; null: works are not joined. */
  readonly crossfadeMs: () => number | null;
  /** What decodes; null where nothing here does. Asked for with the first sound that might be joined. */
  readonly openDecoder: () => Promise<(() => SoundDecoder) | null>;
}

/**
 * Lets one work follow another without a gap: each play has a deck of its own, and what the decks give is mixed into one stream of the
 * player. Films, and sounds where works are not joined, go to the player as they are; what cannot follow waits until the one before is done.
 */
export class MixingDesk {
  readonly #parts: MixingDeskParts;
  #decoder: Promise<(() => SoundDecoder) | null> | null = null;
  /** Those that were opened and are not done, in the order in which they sound. */
  #decks: Deck[] = [];
  /** Decks that wait for the player, and what goes on when it is theirs. */
  readonly #turns = new Map<Deck, () => void>();
  #mix: SoundMix | null = null;
  #startSample = 0;

  constructor(parts: MixingDeskParts) {
    this.#parts = parts;
    parts.player.on((event) => this.#onPlayer(event));
  }

  get player(): Player {
    return this.#parts.player;
  }

  /** The longest that one work may sound into another, milliseconds; null where the next one is not to be opened before its turn. */
  get joinsMs(): number | null {
    return this.#mix === null ? null : this.#parts.crossfadeMs();
  }

  /** What decodes is loaded before the first play needs it. */
  async prepare(): Promise<void> {
    if (this.#parts.crossfadeMs() !== null) this.#decoder ??= this.#parts.openDecoder();
    await this.#decoder;
  }

  /** For one play. */
  deck(): Deck {
    return new Deck(this);
  }

  isLead(deck: Deck): boolean {
    return this.#decks[0] === deck;
  }

  async open(deck: Deck, stream: OpenedStream): Promise<void> {
    const track = await this.#trackOf(stream);
    if (this.isLead(deck)) this.#loseFollowers();
    else this.#leave(deck);
    if (this.#decks.length > 0 && !this.isLead(deck)) {
      if (track !== null && this.#follows(deck, track)) return;
      if (!(await this.#turnOf(deck))) return;
    } else if (!this.isLead(deck)) this.#decks = [deck];
    deck.track = track;
    if (track !== null) return await this.#play(track);
    this.#mix = null;
    await this.player.open(stream);
  }

  write(deck: Deck, packet: Uint8Array | null): void {
    if (deck.track === null) this.player.write(packet);
    else deck.track.write(packet);
    this.#mix?.pump();
  }

  finish(deck: Deck, totalSamples: number): void {
    if (deck.track === null) this.player.finish(totalSamples);
    else deck.track.finish(totalSamples);
    this.#mix?.pump();
    this.#padIfOver();
  }

  /** How much of what came out was heard; whoever rises in it is told. */
  async heard(): Promise<number> {
    const heard = (await this.player.heardSample()) - this.#startSample;
    for (const deck of this.#decks.slice(1)) {
      if (deck.track !== null && heard > deck.track.from) deck.tell({ type: 'first-sound' });
    }
    return heard;
  }

  /** Silence at once, but for what sounds into the next work already. */
  async stop(deck: Deck): Promise<void> {
    const lead = this.isLead(deck);
    this.#leave(deck);
    const next = this.#decks[0];
    if (next === undefined) {
      this.#mix = null;
      return await this.player.stop();
    }
    if (!lead) return this.#padIfOver();
    const turn = this.#turns.get(next);
    if (turn !== undefined) return turn();
    if (next.track === null) return;
    if (this.#mix?.hasBegun(next.track) !== true) return await this.#play(next.track);
    await this.player.setSpeed(next.speed);
  }

  async #trackOf(stream: OpenedStream): Promise<MixTrack | null> {
    if (stream.video !== undefined || this.#parts.crossfadeMs() === null) return null;
    await this.prepare();
    const decoder = await this.#decoder;
    return !decoder ? null : new MixTrack(stream, decoder());
  }

  #follows(deck: Deck, track: MixTrack): boolean {
    const before = this.#decks.at(-1)?.track;
    const crossfadeMs = this.#parts.crossfadeMs();
    if (this.#mix === null || !this.#mix.goesOn || crossfadeMs === null || !Number.isFinite(before?.endsAt ?? Number.NaN)) return false;
    deck.track = track;
    this.#decks.push(deck);
    this.#mix.add(track, (crossfadeMs * SAMPLE_RATE_HZ) / 1_000);
    return true;
  }

  /** @returns false where it was stopped meanwhile */
  async #turnOf(deck: Deck): Promise<boolean> {
    this.#decks.push(deck);
    await new Promise<void>((resolve) => this.#turns.set(deck, resolve));
    this.#turns.delete(deck);
    return this.isLead(deck);
  }

  async #play(track: MixTrack): Promise<void> {
    this.#mix = null;
    // A player that outlives this app says of the first work where it is.
    this.#startSample = track.startSample;
    await this.player.open({ channels: 2, preSkip: 0, startSample: track.startSample, gainDb: 0, decoded: true });
    this.#mix = new SoundMix((block) => this.player.write(block));
    this.#mix.add(track, 0);
  }

  #leave(deck: Deck): void {
    this.#decks = this.#decks.filter((other) => other !== deck);
    if (deck.track !== null) this.#mix?.remove(deck.track);
    const turn = this.#turns.get(deck);
    if (turn !== undefined && !this.isLead(deck)) turn();
  }

  /** What was to follow is told to begin anew: the stream that it stood in is gone. */
  #loseFollowers(): void {
    const lost = this.#decks.slice(1).filter((deck) => !this.#turns.has(deck));
    this.#decks = this.#decks.filter((deck) => !lost.includes(deck));
    for (const deck of lost) deck.tell({ type: 'died', reason: 'the work before it begins anew' });
  }

  /** A player without an end of file plays nothing but what is followed by more. */
  #padIfOver(): void {
    if (this.#mix?.isOver !== true) return;
    this.#mix.pad();
    this.player.finish(Number.MAX_SAFE_INTEGER);
  }

  #onPlayer(event: PlayerEvent): void {
    if (event.type === 'died') {
      const lost = this.#decks.filter((deck) => !this.#turns.has(deck));
      this.#decks = this.#decks.filter((deck) => this.#turns.has(deck));
      this.#mix = null;
      for (const deck of lost) deck.tell(event);
      return;
    }
    const sounding = event.type === 'first-sound' ? this.#decks[0] : (this.#decks.filter((deck) => deck.sounded).at(-1) ?? this.#decks[0]);
    sounding?.tell(event);
  }
}
