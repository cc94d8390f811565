import type { EndReason } from '../../src/domain/credit/statements.ts';
import type { Player } from '../../src/ports/player.ts';
import { parseLoanTerms } from '../../src/wire/loan-text.ts';
import { heardSince } from '../media/heard-since.ts';
import { packetsHeard } from '../media/work-position.ts';
import type { PlaybackEvent } from '../session/events.ts';
import type { PlayPort, PlayRunner, StartedPlay } from '../session/play-port.ts';
import type { LoanPlayRow } from '../stores/loan-port.ts';
import { DownloadedPlay, type DownloadedPlayParts } from './downloaded-play.ts';
import type { LoanReader, LoanShelf } from './loan-shelf.ts';
import { fundsOfUse, stateUse } from './loan-statement.ts';

export interface DownloadedPlaysParts extends DownloadedPlayParts {
  readonly shelf: LoanShelf;
  /** The player as one play sees it. */
  readonly deck: () => Player;
}

/** Starts plays of what lies on this box, and takes up those that an earlier run of the app left. */
export class DownloadedPlays implements PlayPort {
  readonly #parts: DownloadedPlaysParts;

  constructor(parts: DownloadedPlaysParts) {
    this.#parts = parts;
  }

  /** Rejects where the title can not be opened: no money is taken then. */
  async start(play: StartedPlay, raise: (event: PlaybackEvent) => void): Promise<PlayRunner> {
    const { shelf, book } = this.#parts;
    const loan = shelf.playable(play.work.id);
    const reader = loan === null ? null : shelf.open(loan);
    if (reader === null) throw new Error(`${play.work.title} is not open on this box any more.`);
    await book.openLoanPlay(play.playId, reader.loan.licence);
    const trial = play.trial && reader.terms.trialPackets > 0;
    const runner = new DownloadedPlay(
      { ...this.#parts, player: this.#parts.deck() },
      { ...play, work: reader.loan.work, trial, heardSample: 0, trialPackets: 0 },
      reader,
      raise,
    );
    void runner.open();
    return runner;
  }

  async recover(playId: string, raise: (event: PlaybackEvent) => void): Promise<PlayRunner | null> {
    const { book, player } = this.#parts;
    const [row, play] = await Promise.all([book.loanPlay(playId), book.play(playId)]);
    const reader = row === null || play?.state === 'trial' ? null : this.#openAgain(row);
    if (row === null || reader === null) {
      await this.close(playId, play?.state === 'trial' ? 'trial-declined' : 'failed');
      return null;
    }
    const heardSample = await heardSince(player, row.heardSample);
    const given = { playId, work: reader.loan.work, trial: false, heardSample, trialPackets: row.trialPackets };
    const runner = new DownloadedPlay({ ...this.#parts, player: this.#parts.deck() }, given, reader, raise);
    await runner.open();
    return runner;
  }

  /** By its rows alone: they say how far it was heard, and under which terms. */
  async close(playId: string, endReason: EndReason): Promise<void> {
    const { book, signer, clock } = this.#parts;
    const [row, play] = await Promise.all([book.loanPlay(playId), book.play(playId)]);
    const terms = row === null ? null : parseLoanTerms(row.termsText);
    const heardMs = row === null ? 0 : Math.floor(row.heardSample / 48);
    const end = { playId, chargedMinor: 0n, heardMs, endReason, statement: null };
    if (row === null || terms?.ok !== true || play?.state === 'trial') {
      await book.settle({ ...end, heardMs: 0 });
      return;
    }
    const paidPackets = Math.max(0, packetsHeard(row.work, row.heardSample) - row.trialPackets);
    const facts = { terms: terms.value, termsText: row.termsText, playId, trialPackets: row.trialPackets, paidPackets };
    const { chargedMinor, use } = stateUse({ ...facts, heardMs, endReason, wallMs: clock.wallMs(), paidBy: await fundsOfUse(book, playId) }, signer);
    await book.settle({ ...end, chargedMinor, use });
  }

  /** What was begun in time is heard to its end, as far as the key is to be had. */
  #openAgain(row: LoanPlayRow): LoanReader | null {
    const { shelf } = this.#parts;
    const loan = shelf.find(row.licence);
    return loan === null || loan.state !== 'held' || loan.held.size < loan.segments.length ? null : shelf.open(loan, row.termsText);
  }
}
