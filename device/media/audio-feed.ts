import { limits } from '../../src/limits.ts';
import { type Clock, every, monotonicMs } from '../../src/ports/clock.ts';
import type { Player, PlayerEvent } from '../../src/ports/player.ts';
import { packetMsOf, SAMPLE_RATE_HZ, samplesPerPacket } from '../../src/units/time.ts';
import { DriftControl } from './drift-control.ts';
import type { PlayoutBuffer } from './playout-buffer.ts';
import { packetsOfMs } from './playout-buffer.ts';
import { preSkipAt, sampleAfter, type WorkShape } from './work-position.ts';

export interface FeedWork extends WorkShape {
  readonly channels: number;
  readonly gainDb: number;
}

/** `ended`: everything up to the limit was heard. */
export type FeedEvent = 'sound' | 'starved' | 'flowing' | 'ended' | 'died';

interface FeedParts {
  readonly clock: Clock;
  readonly player: Player;
  readonly buffer: PlayoutBuffer;
  readonly work: FeedWork;
  readonly raise: (event: FeedEvent) => void;
  /** The buffer has room again. */
  readonly onRoom: (nowMs: number) => void;
  /** The player could not be started; the message says what to do. */
  readonly onFault: (message: string) => void;
}

/** How many ticks pass between two questions to the player about its position. */
const POLL_TICKS = 2;

/**
 * Carries packets of sound or of a film from the playout buffer to the player: waits for the prebuffer, never lets more than the playout buffer lie
 * ahead of the ear, begins a new stream where the audio does not go on, and knows how much was heard.
 */
export class AudioFeed {
  readonly #parts: FeedParts;
  readonly #drift = new DriftControl();
  readonly #isFilm: boolean;
  readonly #packetMs: number;
  readonly #startPackets: number;
  #state: 'filling' | 'opening' | 'flowing' | 'over' = 'filling';
  #held = false;
  #limitPackets: number;
  /** Takes the place of the limit as soon as the buffer begins its next pass. */
  #nextLimit: { readonly packets: number; readonly after: number } | null = null;
  #padded = false;
  #endRaised = false;
  #streamOf = -1;
  #reopen = false;
  #handedSample = 0;
  #heardSample = 0;
  #heardAtMs = 0;
  #running = false;
  #polling = false;
  #ticks = 0;
  #speed = 1;
  #stopTicking: () => void;
  #forgetPlayer: () => void;

  /** @param limitPackets plays at most so many packets of the work (a trial) */
  constructor(parts: FeedParts, limitPackets: number, heardSample: number) {
    this.#parts = parts;
    this.#isFilm = parts.work.video !== undefined;
    this.#packetMs = packetMsOf(parts.work);
    this.#startPackets = packetsOfMs(this.#isFilm ? limits.filmStartMs : limits.prebufferMs, this.#packetMs);
    this.#limitPackets = limitPackets;
    this.#heardSample = heardSample;
    this.#stopTicking = every(parts.clock, limits.feedTickMs, () => this.tick());
    this.#forgetPlayer = parts.player.on((event) => this.#onPlayer(event));
  }

  /** Samples of the work that were heard, as last reported by the player. Starts again where the work does. */
  get heardSample(): number {
    return this.#heardSample;
  }

  /** Audio that lies in the player, at most. */
  get leadMs(): number {
    if (this.#state !== 'flowing') return 0;
    const sinceMs = this.#running && !this.#held ? monotonicMs(this.#parts.clock) - this.#heardAtMs : 0;
    return Math.max(0, ((this.#handedSample - this.#heardSample) * 1_000) / SAMPLE_RATE_HZ - sinceMs);
  }

  /** Something is heard just now. */
  get sounds(): boolean {
    return this.#state === 'flowing' && this.#running && !this.#held;
  }

  /** Value of `buffer.restarts` that the position belongs to. */
  get streamOf(): number {
    return this.#streamOf;
  }

  set limitPackets(packets: number) {
    this.#limitPackets = packets;
    this.#endRaised = false;
    // Silence was already written behind the last packet: what follows needs a stream of its own.
    if (this.#padded) this.#reopen = true;
  }

  /** The limit from the pass on that begins after so many restarts (a jukebox starts a confirmed work again). */
  limitPass(packets: number, after: number): void {
    this.#nextLimit = { packets, after };
  }

  async hold(): Promise<void> {
    this.#held = true;
    await this.#parts.player.setPaused(true);
    await this.#poll();
  }

  async release(): Promise<void> {
    this.#held = false;
    await this.#parts.player.setPaused(false);
  }

  /** Silence at once. @returns the last sample that was heard */
  async end(): Promise<number> {
    this.#stopTicking();
    this.#forgetPlayer();
    if (this.#state === 'flowing') await this.#poll();
    this.#state = 'over';
    await this.#parts.player.stop();
    return this.#heardSample;
  }

  /** Leaves what lies in the player to play on by itself. */
  detach(): void {
    this.#stopTicking();
    this.#forgetPlayer();
    this.#state = 'over';
  }

  tick(): void {
    if (this.#held || this.#state === 'opening' || this.#state === 'over') return;
    this.#ticks += 1;
    const nowMs = monotonicMs(this.#parts.clock);
    this.#takeNextLimit();
    if (this.#state === 'flowing' && (this.#reopen || this.#streamOf !== this.#parts.buffer.restarts)) this.#beginFilling();
    if (this.#state === 'filling') this.#open();
    else this.#pump(nowMs);
    this.#parts.onRoom(nowMs);
    if (this.#ticks % POLL_TICKS === 0) void this.#poll();
  }

  #takeNextLimit(): void {
    if (this.#nextLimit === null || this.#parts.buffer.restarts <= this.#nextLimit.after) return;
    this.#limitPackets = this.#nextLimit.packets;
    this.#nextLimit = null;
  }

  #beginFilling(): void {
    this.#state = 'filling';
    this.#running = false;
    this.#parts.buffer.playerPackets = 0;
  }

  #open(): void {
    const { buffer, work, player } = this.#parts;
    const first = buffer.nextIndex;
    const enough = buffer.spanPackets >= this.#startPackets || first + buffer.spanPackets >= this.#limitPackets;
    if (first >= this.#limitPackets || buffer.spanPackets === 0 || !enough) return;
    this.#state = 'opening';
    this.#streamOf = buffer.restarts;
    this.#reopen = false;
    this.#padded = false;
    this.#endRaised = false;
    const startSample = sampleAfter(work, first);
    const preSkip = preSkipAt(work, first);
    this.#heardSample = startSample;
    const { channels, gainDb, video, totalSamples } = work;
    player.open({ channels, preSkip, startSample, totalSamples, gainDb, ...(video === undefined ? {} : { video }) }).then(
      () => this.#opened(startSample - preSkip),
      (error: unknown) => this.#parts.onFault(error instanceof Error ? error.message : String(error)),
    );
  }

  #opened(handedSample: number): void {
    if (this.#state !== 'opening') return;
    this.#state = 'flowing';
    this.#handedSample = handedSample;
    this.#heardAtMs = monotonicMs(this.#parts.clock);
    this.tick();
  }

  #pump(nowMs: number): void {
    const { buffer, player, work } = this.#parts;
    while (buffer.nextIndex < this.#limitPackets && this.leadMs + this.#packetMs <= limits.playoutBufferMs) {
      const due = buffer.take(nowMs, this.leadMs);
      if (due === null) break;
      player.write(due.payload);
      this.#handedSample += samplesPerPacket(work);
    }
    buffer.playerPackets = Math.ceil(this.leadMs / this.#packetMs);
    if (buffer.nextIndex < this.#limitPackets || this.#padded) return;
    this.#padded = true;
    player.finish(sampleAfter(work, this.#limitPackets));
  }

  async #poll(): Promise<void> {
    if (this.#polling || this.#state !== 'flowing') return;
    this.#polling = true;
    const stream = this.#streamOf;
    const heard = await this.#parts.player.heardSample();
    this.#polling = false;
    if (this.#state !== 'flowing' || stream !== this.#streamOf) return;
    // Behind the end of a film its last picture stays for a moment, which nobody has to see.
    this.#heardSample = Math.max(this.#heardSample, Math.min(heard, this.#parts.work.totalSamples));
    this.#heardAtMs = monotonicMs(this.#parts.clock);
    this.#followDrift();
    if (!this.#padded || this.#endRaised || this.#heardSample < sampleAfter(this.#parts.work, this.#limitPackets)) return;
    this.#endRaised = true;
    this.#parts.raise('ended');
  }

  /** Only while more is to come: at the end of a work the lead runs out, as it should. */
  #followDrift(): void {
    const { buffer, player, clock } = this.#parts;
    if (!this.#running || this.#held || buffer.nextIndex + buffer.spanPackets >= this.#limitPackets) return;
    const leadMs = this.leadMs + buffer.spanPackets * this.#packetMs;
    const speed = this.#drift.speedAt(monotonicMs(clock), leadMs, this.#isFilm ? null : buffer.aimMs);
    if (speed === this.#speed) return;
    this.#speed = speed;
    void player.setSpeed(speed);
  }

  #onPlayer(event: PlayerEvent): void {
    if (event.type === 'died') {
      this.#beginFilling();
      this.#parts.raise('died');
      return;
    }
    this.#running = event.type !== 'starved';
    this.#drift.restart();
    if (event.type === 'first-sound') this.#parts.raise('sound');
    else this.#parts.raise(event.type);
  }
}
