import type { EndReason } from '../../src/domain/credit/statements.ts';
import { quoteOf } from '../../src/domain/licence/loan-terms.ts';
import type { PlaybackEvent } from '../session/events.ts';
import type { PlayPort, PlayRunner, StartedPlay } from '../session/play-port.ts';
import type { Book } from '../stores/book-port.ts';
import type { LoanShelf } from './loan-shelf.ts';

export interface ChosenPlaysParts {
  readonly shelf: LoanShelf;
  readonly book: Pick<Book, 'loanPlay' | 'play'>;
  readonly downloaded: PlayPort;
  readonly streamed: PlayPort;
}

/** What lies on this box plays from it, with or without the headend; everything else is streamed (ruling 12). */
export class ChosenPlays implements PlayPort {
  readonly #parts: ChosenPlaysParts;

  constructor(parts: ChosenPlaysParts) {
    this.#parts = parts;
  }

  async start(play: StartedPlay, raise: (event: PlaybackEvent) => void): Promise<PlayRunner> {
    const { shelf, book, downloaded, streamed } = this.#parts;
    const loan = shelf.playable(play.work.id);
    const row = await book.play(play.playId);
    // What was bought before the title was lent may have been cheaper: it keeps its price, and is streamed.
    const affords = loan?.terms != null && row !== null && row.quoteMinor >= quoteOf(loan.terms);
    return await (affords ? downloaded : streamed).start(play, raise);
  }

  async recover(playId: string, raise: (event: PlaybackEvent) => void, waits = false): Promise<PlayRunner | null> {
    return await (await this.#of(playId)).recover(playId, raise, waits);
  }

  async close(playId: string, endReason: EndReason): Promise<void> {
    await (await this.#of(playId)).close(playId, endReason);
  }

  async #of(playId: string): Promise<PlayPort> {
    const { book, downloaded, streamed } = this.#parts;
    return (await book.loanPlay(playId)) === null ? streamed : downloaded;
  }
}
