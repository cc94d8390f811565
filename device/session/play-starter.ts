import type { EndReason } from '../../src/domain/credit/statements.ts';
import { uuidv7 } from '../../src/units/ids.ts';
import { type Currency, formatMoney, money } from '../../src/units/money.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import { OVER_CAP_WORDS } from '../checkout/refusal-words.ts';
import { untilStored } from '../stores/until-stored.ts';
import type { BoxParts } from './box-parts.ts';
import { storageWords } from './box-sentence.ts';
import type { PlaybackEvent } from './events.ts';
import type { PlayRunner, StartedPlay } from './play-port.ts';
import { isByTheMinute } from './spending-watch.ts';

/** The place of the play that follows without a gap. */
interface Follower {
  readonly waits: boolean;
  take(recover: (raise: (event: PlaybackEvent) => void) => Promise<PlayRunner | null>): Promise<void>;
}

/** Turns a choice into a play: writes its row, then starts its runner. Where no runner comes of it, it settles the row. */
export class PlayStarter {
  readonly #parts: BoxParts;
  readonly #raise: (event: PlaybackEvent) => void;
  /** A play whose runner did not start: what `abandon` must settle. */
  #orphan: { readonly playId: string; readonly trial: boolean } | null = null;

  constructor(parts: BoxParts, raise: (event: PlaybackEvent) => void) {
    this.#parts = parts;
    this.#raise = raise;
  }

  /** @param works that can be played now; all where it is left out */
  async startTrial(workId: string, works?: readonly string[]): Promise<PlayRunner | null> {
    const playId = this.#newPlayId();
    const work = this.#parts.catalogue.offered(workId);
    if (work === null) return this.#refuse(playId, 'work-gone', 'This work can not be chosen here any more.');
    if (work.free) return await this.buyOutright(workId, works);
    const begun = await this.#parts.book.beginTrial({
      playId,
      workId,
      title: work.title,
      artist: work.artist,
      quoteMinor: BigInt(work.priceMinor),
      byTheMinute: isByTheMinute(work),
    });
    if (begun === 'ok') return await this.#start({ playId, work, trial: true }, this.#raise);
    this.#raise({ type: 'play.trial-used', playId });
    return null;
  }

  /** Without a pre-listen: the price is held, and the work sounds, after what may wait before it. */
  async buyOutright(workId: string, works?: readonly string[]): Promise<PlayRunner | null> {
    return (await this.enqueue(workId)) ? await this.startNext(works) : null;
  }

  async startNext(works?: readonly string[]): Promise<PlayRunner | null> {
    return await this.#takeNext(works, this.#raise, false);
  }

  /** As `startNext`, before its turn: it flows when it is told to. @param raise hears of it */
  async openNext(works: readonly string[] | undefined, raise: (event: PlaybackEvent) => void): Promise<PlayRunner | null> {
    return await this.#takeNext(works, raise, true);
  }

  async #takeNext(works: readonly string[] | undefined, raise: (event: PlaybackEvent) => void, waits: boolean): Promise<PlayRunner | null> {
    const next = await this.#parts.book.takeNext(works);
    // What waited was given back meanwhile: nobody asked, so nobody is told.
    if (next === null) return this.#refuse(this.#newPlayId(), 'queue-empty', '', raise);
    const work = this.#parts.catalogue.work(next.play.workId);
    if (work === null) return this.#fail(next.play.playId, 'work-gone', `${next.play.title} is no longer in the catalogue; its price is given back.`, raise);
    return await this.#start({ playId: next.play.playId, work, trial: false, waits }, raise);
  }

  /** Music that nobody chose and the house pays for. @returns whether it was queued */
  async enqueueForHouse(work: CatalogueWork): Promise<boolean> {
    const quoteMinor = BigInt(work.priceMinor);
    const { id: workId, title, artist } = work;
    return (await this.#parts.book.enqueue({ playId: this.#newPlayId(), workId, title, artist, quoteMinor, house: true })) === 'ok';
  }

  /** @returns whether it was queued; otherwise the reason was raised as a refusal */
  async enqueue(workId: string | null, premiumMinor: string | null = null): Promise<boolean> {
    const work = workId === null ? null : this.#parts.catalogue.offered(workId);
    const playId = this.#newPlayId();
    if (work === null) {
      this.#refuse(playId, 'work-gone', 'This work can not be chosen here any more.');
      return false;
    }
    const outcome = await this.#parts.book.enqueue({
      playId,
      workId: work.id,
      title: work.title,
      artist: work.artist,
      quoteMinor: BigInt(work.priceMinor),
      byTheMinute: isByTheMinute(work),
      ...(premiumMinor === null ? {} : { premiumMinor: BigInt(premiumMinor) }),
    });
    if (outcome === 'ok') return true;
    this.#refuse(playId, outcome, refusalWords(outcome, work, this.#parts.currency as Currency));
    return false;
  }

  /** Takes up every play an earlier run left open: one goes on (there is one output), one that was to follow it follows, any other is settled. */
  async recover(next: Follower): Promise<PlayRunner | null> {
    let sounding: PlayRunner | null = null;
    for (const play of await this.#parts.book.openPlays()) {
      if (play.state === 'queued') continue;
      const waits: boolean = sounding !== null;
      const recover = (raise: (event: PlaybackEvent) => void): Promise<PlayRunner | null> => this.#parts.plays.recover(play.playId, raise, waits);
      if (sounding === null) sounding = await recover(this.#raise);
      else if (!next.waits) await next.take(recover);
      else await (await recover(() => {}))?.end('failed');
    }
    return sounding;
  }

  /** Settles every play an earlier run left open, and takes none of them up: the box came up out of service. */
  async closeAll(): Promise<void> {
    for (const play of await this.#parts.book.openPlays()) {
      if (play.state !== 'queued') await this.#parts.plays.close(play.playId, 'closed');
    }
  }

  /** Ends a play that has no runner. */
  async abandon(reason: EndReason): Promise<void> {
    const playId = await this.settleOrphan(reason);
    const nothing = money(0n, this.#parts.currency as Currency);
    this.#raise({ type: 'play.settled', playId: playId ?? '', charged: nothing, refund: nothing });
  }

  /** As `abandon`, and nobody is told. @returns which play it was */
  async settleOrphan(reason: EndReason): Promise<string | null> {
    const orphan = this.#orphan;
    this.#orphan = null;
    if (orphan !== null) await this.#settleRow(orphan.playId, orphan.trial, reason);
    return orphan?.playId ?? null;
  }

  async #start(play: StartedPlay, raise: (event: PlaybackEvent) => void): Promise<PlayRunner | null> {
    try {
      return await this.#parts.plays.start(play, raise);
    } catch (error) {
      this.#orphan = play;
      return this.#fail(play.playId, 'play-not-started', error instanceof Error ? error.message : String(error), raise);
    }
  }

  async #settleRow(playId: string, trial: boolean, endReason: EndReason): Promise<void> {
    const { book, clock } = this.#parts;
    const nothing = { playId, chargedMinor: 0n, heardMs: 0, endReason, statement: null };
    await untilStored(clock, async () => void (await (trial ? book.declineTrial(playId, 0) : book.settle(nothing))));
  }

  #refuse(playId: string, code: string, message: string, raise = this.#raise): null {
    raise({ type: 'play.refused', playId, code, message });
    return null;
  }

  #fail(playId: string, code: string, message: string, raise = this.#raise): null {
    if (this.#orphan === null) this.#orphan = { playId, trial: false };
    raise({ type: 'play.failed', playId, code, message });
    return null;
  }

  #newPlayId(): string {
    return uuidv7(this.#parts.clock.wallMs(), this.#parts.random.bytes(10));
  }
}

function refusalWords(code: string, work: CatalogueWork, currency: Currency): string {
  if (code === 'no-credit') return `${work.title} costs ${formatMoney(money(BigInt(work.priceMinor), currency))}: please insert a coin.`;
  if (code === 'over-cap') return OVER_CAP_WORDS;
  if (code === 'premium-changed') return 'Being heard next costs something else by now: please choose again.';
  if (code === 'queue-full') return 'The queue is full; try again after this song.';
  return code === 'storage-low' ? storageWords({ storageWhy: 'full' }) : 'The box can not sell just now.';
}
