import type { EndReason } from '../../src/domain/credit/statements.ts';
import { limits } from '../../src/limits.ts';
import type { BoxParts } from './box-parts.ts';
import type { PlaybackEvent } from './events.ts';
import type { PlayRunner, PlayView } from './play-port.ts';
import type { PlayStarter } from './play-starter.ts';

/** How often a play is looked at while it plays. */
export const VIEW_INTERVAL_MS = 250;

/**
 * The play that is to follow without a gap: taken from the queue and opened while the one before it still sounds. It may be heard before its turn
 * has come (a crossfade); what it tells is kept until then.
 */
export class NextPlay {
  readonly #parts: Pick<BoxParts, 'book' | 'catalogue' | 'clock' | 'joinsMs'>;
  readonly #starter: PlayStarter;
  readonly #tell: (event: PlaybackEvent) => void;
  #runner: PlayRunner | null = null;
  #begun = false;
  #kept: KeptEvents = new KeptEvents();

  /** @param tell hears of it once its turn has come */
  constructor(parts: Pick<BoxParts, 'book' | 'catalogue' | 'clock' | 'joinsMs'>, starter: PlayStarter, tell: (event: PlaybackEvent) => void) {
    this.#parts = parts;
    this.#starter = starter;
    this.#tell = tell;
  }

  /** One is open, and its turn has not come. */
  get waits(): boolean {
    return this.#runner !== null;
  }

  /** True where it is time to open the one behind this play. */
  isDue(play: PlayView): boolean {
    const joinsMs = this.#parts.joinsMs?.() ?? null;
    if (joinsMs === null || this.waits || play.phase !== 'paid' || play.paused || play.stalled !== null) return false;
    return play.durationMs - play.positionMs <= joinsMs + limits.openAheadMs;
  }

  /** @param works that can be played now; all where it is left out */
  async open(works?: readonly string[]): Promise<void> {
    const { book, catalogue } = this.#parts;
    const first = (await book.queue()).find(({ workId }) => works?.includes(workId) !== false);
    const work = first === undefined ? null : catalogue.work(first.workId);
    // A picture can not be mixed.
    if (work === null || work.video !== undefined) return;
    this.#kept = new KeptEvents();
    this.#begun = false;
    this.#runner = await this.#starter.openNext(works, this.#kept.raise);
    if (this.#runner === null) await this.#starter.settleOrphan('failed');
  }

  /** To be asked while the one before it plays: lets it flow so early that it lies ready, and not so early that it has to wait. */
  lookAt(play: PlayView): void {
    const joinsMs = this.#parts.joinsMs?.() ?? null;
    const leftMs = play.durationMs - play.positionMs - (joinsMs ?? 0) - limits.flowAheadMs;
    if (!this.waits || this.#begun || play.paused || leftMs > VIEW_INTERVAL_MS) return;
    this.#begun = true;
    const runner = this.#runner;
    this.#parts.clock.after(Math.max(0, leftMs), () => void runner?.begin?.());
  }

  /** What an earlier run of the app had opened before its turn. */
  async take(recover: (raise: (event: PlaybackEvent) => void) => Promise<PlayRunner | null>): Promise<void> {
    this.#kept = new KeptEvents();
    this.#begun = false;
    this.#runner = await recover(this.#kept.raise);
  }

  /** Its turn has come. @returns null where none was opened */
  adopt(): PlayRunner | null {
    const runner = this.#runner;
    this.#runner = null;
    if (runner === null) return null;
    void runner.begin?.();
    this.#kept.release(this.#tell);
    return runner;
  }

  async pause(): Promise<void> {
    await this.#runner?.pause();
  }

  async resume(): Promise<void> {
    await this.#runner?.resume();
  }

  /** Its turn will not come: what of it was heard is paid, the rest goes back. */
  async end(reason: EndReason): Promise<void> {
    const runner = this.#runner;
    this.#runner = null;
    await runner?.end(reason);
  }
}

/** What a play tells before anybody listens. */
class KeptEvents {
  #told: PlaybackEvent[] = [];
  #tell: ((event: PlaybackEvent) => void) | null = null;

  readonly raise = (event: PlaybackEvent): void => {
    if (this.#tell === null) this.#told.push(event);
    else this.#tell(event);
  };

  release(tell: (event: PlaybackEvent) => void): void {
    this.#tell = tell;
    for (const event of this.#told) tell(event);
    this.#told = [];
  }
}
