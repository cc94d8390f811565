import { runLine } from '../../device/commands/box-commands.ts';
import type { Role } from '../../device/commands/command.ts';
import type { LoansOfBox } from '../../device/loans/loan-view.ts';
import { Box } from '../../device/session/box.ts';
import type { BoxView } from '../../device/session/box-view.ts';
import type { PlaybackEvent } from '../../device/session/events.ts';
import type { PlayOutcome, PlayPort, PlayRunner, PlayView } from '../../device/session/play-port.ts';
import type { ScreenState } from '../../device/session/watch-guard.ts';
import { UsageWriter } from '../../device/usage/usage-writer.ts';
import { Venue } from '../../device/venue/venue.ts';
import type { EndReason } from '../../src/domain/credit/statements.ts';
import { money } from '../../src/units/money.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import { BookFolder, coin, STATEMENT, seededRandom } from './book-folder.ts';
import type { InlineBook } from './inline-book.ts';
import { NO_LOANS } from './no-loans.ts';
import { sampleView } from './sample-view.ts';
import type { VirtualClock } from './virtual-clock.ts';

const work = (id: string, title: string): CatalogueWork => ({ ...(sampleView.focus as CatalogueWork), id, title, artist: 'The Lamps', priceMinor: '100' });
export const WORKS: readonly CatalogueWork[] = [work('w1', 'Blue Hour'), work('w2', 'Green Door')];
/** What a play costs that was ended early. */
export const CHARGED_MINOR = 40n;

/** Plays without sound: opened at once, confirmed and settled in the real book. */
export class SilentPlays implements PlayPort {
  /** False: the headend counts every pre-listen as used up. */
  grantsTrials = true;
  readonly #book: InlineBook;
  readonly recovered: string[] = [];

  constructor(book: InlineBook) {
    this.#book = book;
  }

  async start(play: Parameters<PlayPort['start']>[0], raise: (event: PlaybackEvent) => void): Promise<PlayRunner> {
    const { playId, trial } = play;
    if (trial && !this.grantsTrials) await this.#book.declineTrial(playId, 0);
    queueMicrotask(() =>
      raise(trial && !this.grantsTrials ? { type: 'play.trial-used', playId } : { type: 'play.opened', playId, phase: trial ? 'trial' : 'paid' }),
    );
    return this.#runner(play.playId, play.work, raise);
  }

  async recover(playId: string, raise: (event: PlaybackEvent) => void): Promise<PlayRunner | null> {
    this.recovered.push(playId);
    raise({ type: 'play.opened', playId, phase: 'paid' });
    return this.#runner(playId, WORKS[0] as CatalogueWork, raise);
  }

  async close(playId: string, endReason: EndReason): Promise<void> {
    await this.#settle(playId, endReason);
  }

  async #settle(playId: string, endReason: EndReason): Promise<PlayOutcome> {
    const play = await this.#book.play(playId);
    const chargedMinor = play?.state === 'trial' || play?.quoteMinor === 0n ? 0n : CHARGED_MINOR;
    const receipt = await this.#book.settle({ playId, chargedMinor, heardMs: 8_000, endReason, statement: STATEMENT });
    return { playId, endReason, chargedMinor, refundMinor: BigInt(receipt.refundMinor), heardMs: 8_000, view: viewOf(playId, 'w1') };
  }

  #runner(playId: string, { id }: CatalogueWork, raise: (event: PlaybackEvent) => void): PlayRunner {
    return {
      playId,
      confirm: async () => {
        const outcome = await this.#book.confirmPlay(playId, 'e1');
        raise(outcome === 'ok' ? { type: 'play.confirmed', playId } : { type: 'play.refused', playId, code: outcome, message: 'Please insert a coin.' });
      },
      pause: async () => {},
      resume: async () => {},
      seek: async () => true,
      suppressAcks: () => {},
      end: async (reason) => {
        const outcome = await this.#settle(playId, reason);
        raise({ type: 'play.settled', playId, charged: money(outcome.chargedMinor, 'EUR'), refund: money(outcome.refundMinor, 'EUR') });
        return outcome;
      },
      view: () => viewOf(playId, id),
    };
  }
}

function viewOf(playId: string, workId: string): PlayView {
  return { ...(sampleView.nowPlaying?.play as PlayView), playId, workId, stalled: null, acksSuppressed: false };
}

type MakePlays = (book: InlineBook, clock: VirtualClock) => PlayPort & { readonly recovered: readonly string[] };

export interface SceneOptions {
  readonly works?: readonly CatalogueWork[];
  readonly makePlays?: MakePlays;
  readonly inMemory?: boolean;
  /** Whether somebody looks at the screen; nobody does through a whole night. */
  readonly watched?: boolean;
  readonly loans?: LoansOfBox;
}

/** A box over a real book, without headend, player and network. `kill` and `start` make it live again on the same rows. */
export class BoxScene {
  readonly folder: BookFolder;
  readonly #profile: 'jukebox' | 'set-top';
  /** Whether the acceptor was told to take coins, each time it was told. */
  readonly acceptorTold: boolean[] = [];
  /** What the kernel says of the television. */
  screen: ScreenState = 'unknown';
  /** Every frame that was shown. */
  readonly frames: BoxView[] = [];
  book: InlineBook;
  plays: PlayPort & { readonly recovered: readonly string[] };
  box: Box;
  venue: Venue;
  #coins = 0;

  readonly #works: readonly CatalogueWork[];
  readonly #makePlays: MakePlays;
  readonly #watched: boolean;
  readonly #loans: LoansOfBox;

  /** @param inMemory for thousands of commits */
  constructor(
    profile: 'jukebox' | 'set-top' = 'jukebox',
    { works = WORKS, makePlays = (book) => new SilentPlays(book), inMemory = false, watched = true, loans = NO_LOANS }: SceneOptions = {},
  ) {
    this.#profile = profile;
    this.#works = works;
    this.#watched = watched;
    this.#loans = loans;
    this.#makePlays = makePlays;
    this.folder = new BookFolder(profile, inMemory);
    this.book = this.folder.open();
    this.plays = makePlays(this.book, this.folder.clock);
    this.venue = this.#makeVenue();
    this.box = this.#make();
  }

  async start(): Promise<this> {
    await this.venue.rules.load();
    await this.box.start();
    await this.venue.keeper.start();
    if (this.#watched) this.box.onChange((view) => this.frames.push(view));
    this.box.raise({ type: 'net.online' });
    return await this.quiet();
  }

  /** As a power cut: nothing more is written. Then the next run. */
  async restart(): Promise<this> {
    this.book.abandon();
    this.box.stop().catch(() => {});
    this.book = this.folder.open();
    this.plays = this.#makePlays(this.book, this.folder.clock);
    await this.venue.keeper.stop();
    this.venue = this.#makeVenue();
    this.box = this.#make();
    return await this.start();
  }

  /** Presses OK on a work, or on what stands on the screen. */
  async ok(workId?: string): Promise<BoxView> {
    return await this.press({ type: 'intent.ok', ...(workId === undefined ? {} : { workId }) });
  }

  async press(event: Parameters<Box['intent']>[0]): Promise<BoxView> {
    this.box.intent(event, '3');
    return (await this.quiet()).box.view();
  }

  async coin(valueMinor = 100n): Promise<void> {
    await this.box.coin(valueMinor);
    await this.quiet();
  }

  async command(line: string): Promise<string> {
    const { text } = await this.box.command(line, { role: 'staff', surface: 'console' });
    await this.quiet();
    return text;
  }

  /** Until everything that was decided is done. */
  async quiet(): Promise<this> {
    for (let round = 0; round < 4; round += 1) {
      await this.box.settled();
      await this.folder.clock.advance(0);
    }
    return this;
  }

  remove(): void {
    this.book.abandon();
    this.folder.remove();
  }

  #makeVenue(): Venue {
    const { book } = this;
    const find = (id: string): CatalogueWork | null => this.#works.find((candidate) => candidate.id === id) ?? null;
    return new Venue({
      ...{ book, clock: this.folder.clock, log: { info() {}, warn() {} } },
      catalogue: { works: () => this.#works, work: find, offered: find, version: () => 'v1' },
      raise: (event) => this.box.raise(event),
      holdVolume: (range) => this.box.holdVolume(range),
      playBackground: () => this.box.playBackground(),
      changed: () => this.box.moneyMoved(),
      catalogueChanged: () => this.box.catalogueChanged(),
    });
  }

  #make(): Box {
    const { clock } = this.folder;
    const { book, plays } = this;
    const random = seededRandom(clock.wallMs() % 1_000);
    return new Box({
      ...{ profile: this.#profile, name: 'Bar', currency: 'EUR', clock, random, book, plays, simulatedAcceptor: this.#profile === 'jukebox' },
      log: { info() {}, warn() {} },
      player: { silent: true, setVolume: async () => {} },
      catalogue: this.venue.catalogue,
      loans: this.#loans,
      usage: new UsageWriter({ book, clock, identity: () => ({ accountNo: 'a1', outletNo: 'o1' }) }),
      uploader: { kick() {} },
      screen: async () => this.screen,
      acceptCoins: (on) => this.acceptorTold.push(on),
      insertCoin: async (valueMinor) => {
        this.#coins += 1;
        await book.insertCoin(coin(this.#coins, valueMinor));
      },
      runCommand: (box, line, by) =>
        runLine(
          {
            box,
            book,
            raise: (event) => box instanceof Box && box.raise(event),
            by: `${by.role} at the ${by.surface}`,
            newKey: () => 'k1',
            venue: this.venue,
            home: this.box.home,
          },
          line,
          by.role as Role,
          by.surface,
        ),
      totals: () => Promise.reject(new Error('nobody asks for totals here')),
      lastContactMs: () => null,
    });
  }
}
