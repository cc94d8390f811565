import type { BoxView } from '../../../device/session/box-view.ts';
import type { CustomerReceipt, PlayRow } from '../../../device/stores/book-port.ts';
import type { CatalogueWork } from '../../../src/wire/http-api.ts';
import { BoxScene } from '../../fakes/box-scene.ts';
import { sampleView } from '../../fakes/sample-view.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { type HeardByPlay, TimedPlays } from './timed-plays.ts';

const NIGHT_MS = 6 * 3_600_000;
const COINS_MINOR = [50, 100, 100, 200, 200, 500] as const;

export const NIGHT_WORKS: readonly CatalogueWork[] = Array.from({ length: 40 }, (_, index) => ({
  ...(sampleView.focus as CatalogueWork),
  id: `w${index}`,
  title: `Song ${index}`,
  artist: `Band ${index % 7}`,
  genre: index % 9 === 0 ? 'Metal' : 'Pop',
  priceMinor: String(60 + 20 * (index % 4)),
  durationMs: 90_000 + 5_000 * (index % 30),
}));

export interface NightReport {
  readonly faults: readonly string[];
  readonly customers: number;
  readonly cuts: number;
  readonly outages: number;
  readonly bought: number;
  readonly heardWhole: number;
}

/** A venue's night: guests with coins, staff with reasons, a calendar, power cuts, and a headend that is not always there. */
export class Night {
  readonly #scene: BoxScene;
  readonly #random: SeededRandom;
  readonly #heard: HeardByPlay = new Map();
  /** What plays until the next power cut. */
  #life: TimedPlays | null = null;
  #coinsMinor = 0n;
  #cuts = 0;
  #outages = 0;

  readonly #guests: number;

  /** @param forgets a broken box, to see that the check has teeth: after a power cut it does not know what it was playing */
  constructor(seed: number, { guests, forgets = false }: { readonly guests: number; readonly forgets?: boolean }) {
    this.#guests = guests;
    this.#random = new SeededRandom(seed);
    this.#scene = new BoxScene('jukebox', {
      works: NIGHT_WORKS,
      makePlays: (book, clock) => {
        this.#life?.cutPower();
        this.#life = new TimedPlays(book, clock, NIGHT_WORKS, this.#heard);
        return forgets ? Object.assign(this.#life, { recover: async () => null }) : this.#life;
      },
      inMemory: true,
      watched: false,
    });
  }

  async live(): Promise<NightReport> {
    try {
      await this.#scene.book.putSetting('time-zone', 'UTC');
      await this.#scene.start();
      await this.#furnish();
      for (let guest = 0; guest < this.#guests; guest += 1) {
        await this.#pass((NIGHT_MS / this.#guests) * 2 * this.#random.fraction());
        await this.#guest();
        await this.#fate();
      }
      await this.#close();
      return await this.#report();
    } finally {
      this.#scene.remove();
    }
  }

  async #furnish(): Promise<void> {
    const at = (hours: number): string => new Date(this.#scene.folder.clock.wallMs() + hours * 3_600_000).toISOString().slice(11, 16);
    const command = (line: string): Promise<unknown> => this.#scene.box.command(line, { role: 'headend', surface: 'headend' });
    await command('ladder set 5.00 1.00 10.00 2.50');
    await command(`calendar add happy bonus daily ${at(0.5)} ${at(1.5)} percent=50`);
    await command(`calendar add quiz event daily ${at(2)} ${at(2.5)}`);
    await command(`calendar add birthday free daily ${at(3)} ${at(3.3)}`);
    await command(`calendar add lounge background daily ${at(3.5)} ${at(5)} volume=10-50`);
    await command(`filter add genre metal "this is a quiet place"`);
  }

  async #guest(): Promise<void> {
    const coins = this.#below(4);
    for (let coin = 0; coin < coins; coin += 1) await this.#insert(COINS_MINOR[this.#below(COINS_MINOR.length)] ?? 100);
    const songs = this.#below(4);
    for (let song = 0; song < songs; song += 1) {
      await this.#scene.ok(`w${this.#below(NIGHT_WORKS.length)}`);
      await this.#pass(1_000 + 8_000 * this.#random.fraction());
      if (this.#view().question === null) continue;
      if (this.#random.fraction() < 0.8) await this.#scene.ok();
      else await this.#scene.press({ type: 'intent.back' });
    }
    if (this.#random.fraction() < 0.08) await this.#scene.press({ type: 'intent.skip' });
  }

  async #insert(valueMinor: number): Promise<void> {
    if (this.#scene.acceptorTold.at(-1) !== true) return;
    await this.#scene.coin(BigInt(valueMinor));
    this.#coinsMinor += BigInt(valueMinor);
  }

  /** What happens in venues. */
  async #fate(): Promise<void> {
    const chance = this.#random.fraction();
    if (chance < 0.06) {
      this.#cuts += 1;
      await this.#pass(this.#random.fraction() * 3_000);
      await this.#scene.restart();
    } else if (chance < 0.1) {
      this.#outages += 1;
      this.#scene.box.raise({ type: 'net.offline', reason: 'unreachable' });
      await this.#pass(this.#random.fraction() * 120_000);
      this.#scene.box.raise({ type: 'net.online' });
      await this.#scene.quiet();
    } else if (chance < 0.12) await this.#scene.command('skip "a speech is held"');
    else if (chance < 0.14) await this.#scene.command('credit grant 1.00 "sorry"');
  }

  async #close(): Promise<void> {
    const { clock } = this.#scene.folder;
    const soon = new Date(clock.wallMs()).toISOString().slice(11, 16);
    const late = new Date(clock.wallMs() + 3_600_000).toISOString().slice(11, 16);
    await this.#scene.command(`calendar add shut closed daily ${soon} ${late}`);
    await this.#pass(60_000);
  }

  async #report(): Promise<NightReport> {
    const { book } = this.#scene;
    const faults: string[] = [];
    const check = (holds: boolean, words: string): void => void (holds || faults.push(words));
    const ledger = await book.ledger();
    const receipts = await book.receipts(100_000);
    const plays = await this.#plays(receipts);
    check(ledger.problem === null, `the books: ${ledger.problem}`);
    check(ledger.cashBoxMinor === this.#coinsMinor, `${this.#coinsMinor} of coins, ${ledger.cashBoxMinor} in the cash box`);
    check(ledger.heldMinor === 0n, `${ledger.heldMinor} are still held a minute after closing`);
    check((await book.openPlays()).length === 0, 'a play is still open');
    check((await book.queue()).length === 0, 'a song still waits');
    const earned = plays.reduce((sum, play) => sum + (play.chargedMinor ?? 0n), 0n);
    check(ledger.earnedMinor === earned, `earned ${ledger.earnedMinor}, but plays were charged ${earned}`);
    for (const play of plays) {
      check((play.chargedMinor ?? 0n) + (play.refundMinor ?? 0n) === play.quoteMinor, `${play.playId}: neither heard nor given back`);
      check(play.endReason !== 'finished' || play.refundMinor === 0n, `${play.playId}: heard whole, and yet given back`);
    }
    const heardWhole = plays.filter(({ endReason }) => endReason === 'finished').length;
    return { faults, customers: this.#guests, cuts: this.#cuts, outages: this.#outages, bought: plays.length, heardWhole };
  }

  async #plays(receipts: readonly CustomerReceipt[]): Promise<readonly PlayRow[]> {
    const rows = await Promise.all(receipts.map(({ playId }) => this.#scene.book.play(playId)));
    return rows.filter((row): row is PlayRow => row !== null && row.state === 'settled');
  }

  async #pass(milliseconds: number): Promise<void> {
    await this.#scene.folder.clock.advance(milliseconds);
    await this.#scene.quiet();
  }

  #below(limit: number): number {
    return Math.floor(this.#random.fraction() * limit);
  }

  #view(): BoxView {
    return this.#scene.box.view();
  }
}
