import type { PlaybackEvent } from '../../../device/session/events.ts';
import type { PlayOutcome, PlayPort, PlayRunner, PlayView } from '../../../device/session/play-port.ts';
import type { EndReason } from '../../../src/domain/credit/statements.ts';
import { money } from '../../../src/units/money.ts';
import type { CatalogueWork } from '../../../src/wire/http-api.ts';
import { STATEMENT } from '../../fakes/book-folder.ts';
import type { InlineBook } from '../../fakes/inline-book.ts';
import { sampleView } from '../../fakes/sample-view.ts';
import type { VirtualClock } from '../../fakes/virtual-clock.ts';

const TRIAL_MS = 30_000;

/** How much of each play was heard, over all lives of the box: what packets and receipts tell a real one. */
export type HeardByPlay = Map<string, number>;

/** Plays that take as long as their works, and cost what was heard of them. The money is in the real book. */
export class TimedPlays implements PlayPort {
  readonly recovered: string[] = [];
  readonly #book: InlineBook;
  readonly #clock: VirtualClock;
  readonly #works: readonly CatalogueWork[];
  readonly #heard: HeardByPlay;
  readonly #running: (() => void)[] = [];

  constructor(book: InlineBook, clock: VirtualClock, works: readonly CatalogueWork[], heard: HeardByPlay) {
    this.#book = book;
    this.#clock = clock;
    this.#works = works;
    this.#heard = heard;
  }

  async start(play: Parameters<PlayPort['start']>[0], raise: (event: PlaybackEvent) => void): Promise<PlayRunner> {
    return this.#run(play.playId, play.work, play.trial, raise);
  }

  async recover(playId: string, raise: (event: PlaybackEvent) => void): Promise<PlayRunner | null> {
    const play = await this.#book.play(playId);
    const work = this.#works.find(({ id }) => id === play?.workId);
    if (play === null || work === undefined) return null;
    if (play.state === 'trial') {
      await this.#book.declineTrial(playId, 0);
      return null;
    }
    this.recovered.push(playId);
    return this.#run(playId, work, false, raise);
  }

  /** Nothing sounds any more, and nobody is told so. */
  cutPower(): void {
    for (const silence of this.#running) silence();
  }

  async close(playId: string, endReason: EndReason): Promise<void> {
    const play = await this.#book.play(playId);
    const work = this.#works.find(({ id }) => id === play?.workId);
    await this.#settle(playId, work?.durationMs ?? 1, endReason);
  }

  #run(playId: string, work: CatalogueWork, trial: boolean, raise: (event: PlaybackEvent) => void): PlayRunner {
    let cancel = (): void => {};
    let soundsSince: number | null = null;
    const note = (): void => {
      if (soundsSince !== null) this.#heard.set(playId, this.#heardOf(playId) + this.#clock.wallMs() - soundsSince);
      soundsSince = null;
      cancel();
    };
    const sound = (): void => {
      note();
      soundsSince = this.#clock.wallMs();
      cancel = this.#clock.after(work.durationMs - this.#heardOf(playId), () => raise({ type: 'play.finished', playId }));
    };
    this.#running.push(note);
    if (trial) cancel = this.#clock.after(TRIAL_MS, () => raise({ type: 'play.trial-over', playId }));
    else sound();
    queueMicrotask(() => raise({ type: 'play.opened', playId, phase: trial ? 'trial' : 'paid' }));
    return {
      playId,
      confirm: async () => {
        const outcome = await this.#book.confirmPlay(playId, `e-${playId}`);
        if (outcome === 'ok') {
          sound();
          raise({ type: 'play.confirmed', playId });
        } else raise({ type: 'play.refused', playId, code: outcome, message: 'Please insert a coin.' });
      },
      pause: async () => note(),
      resume: async () => sound(),
      seek: async () => false,
      suppressAcks: () => {},
      end: async (reason) => {
        note();
        const outcome = await this.#settle(playId, work.durationMs, reason);
        raise({ type: 'play.settled', playId, charged: money(outcome.chargedMinor, 'EUR'), refund: money(outcome.refundMinor, 'EUR') });
        return outcome;
      },
      view: () => this.#view(playId),
    };
  }

  async #settle(playId: string, durationMs: number, endReason: EndReason): Promise<PlayOutcome> {
    const play = await this.#book.play(playId);
    const heardMs = Math.min(durationMs, this.#heardOf(playId));
    const bought = play?.state === 'confirmed' || play?.state === 'playing';
    const chargedMinor = bought ? ((play?.quoteMinor ?? 0n) * BigInt(heardMs)) / BigInt(durationMs) : 0n;
    const receipt = await this.#book.settle({ playId, chargedMinor, heardMs, endReason, statement: STATEMENT });
    return { playId, endReason, chargedMinor, refundMinor: BigInt(receipt.refundMinor), heardMs, view: this.#view(playId) };
  }

  #heardOf(playId: string): number {
    return this.#heard.get(playId) ?? 0;
  }

  #view(playId: string): PlayView {
    return { ...(sampleView.nowPlaying?.play as PlayView), playId, workId: '', stalled: null, acksSuppressed: false };
  }
}
