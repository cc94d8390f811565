import type { PictureSize } from '../../src/ports/player-tracks.ts';
import type { UsagePlay } from '../usage/usage-writer.ts';
import type { BoxParts } from './box-parts.ts';
import type { PlaybackEvent } from './events.ts';
import type { PlayOutcome, PlayView } from './play-port.ts';

/** Writes the usage of plays in document 003's terms: when a title begins, is paused and ends, and what it was. */
export class PlayLog {
  readonly #parts: BoxParts;
  #play: UsagePlay | null = null;

  constructor(parts: BoxParts) {
    this.#parts = parts;
  }

  /** A pre-listen and the paid play after it are two titles' beginnings: they are billed differently. */
  async started(event: PlaybackEvent & { readonly playId: string }, view: PlayView | null): Promise<void> {
    if (view === null || view.playId !== event.playId) return;
    const free = this.#parts.catalogue.work(view.workId)?.free ?? false;
    const trial = event.type === 'play.opened' && event.phase === 'trial';
    this.#play = { playId: view.playId, workId: view.workId, sid: view.sid, kind: trial ? 'prelisten' : free ? 'free' : 'paid' };
    await this.#parts.usage.playStarted(this.#play);
  }

  async paused(): Promise<void> {
    if (this.#play !== null) await this.#parts.usage.viewFeature(this.#play, 'PA');
  }

  async jumped(byMs: number): Promise<void> {
    if (this.#play !== null) await this.#parts.usage.viewFeature(this.#play, byMs < 0 ? 'RR' : 'FF');
  }

  /** Of what has a picture. */
  async resized(size: PictureSize): Promise<void> {
    if (this.#play !== null) await this.#parts.usage.viewFeature(this.#play, size === 'full' ? 'FS' : 'PS');
  }

  async ended(outcome: PlayOutcome): Promise<void> {
    const play = this.#play;
    this.#play = null;
    if (play === null || play.playId !== outcome.playId) return;
    const row = await this.#parts.book.play(outcome.playId);
    await this.#parts.usage.playEnded(play, { heardMs: outcome.heardMs, endReason: outcome.endReason, fundingSource: row?.fundingSource ?? 'none' });
  }
}
