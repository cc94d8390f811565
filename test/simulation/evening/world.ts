import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CountedCoin } from '../../../device/cash/cash-device.ts';
import type { EnrolledIdentity } from '../../../device/checkout/enrolled-identity.ts';
import type { Box } from '../../../device/session/box.ts';
import type { Book } from '../../../device/stores/book-port.ts';
import type { BoxBook } from '../../../device/stores/box-book.ts';
import { createCatalogueView } from '../../../src/headend/catalogue-view.ts';
import { openHeadendBook } from '../../../src/headend/stores/headend-book.ts';
import type { StreamView } from '../../../src/headend/stream-port.ts';
import { createWorkQuote } from '../../../src/headend/work-quote.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import type { HeadendApi } from '../../../src/ports/headend-api.ts';
import type { OutletRow } from '../../../src/ports/headend-stores.ts';
import type { Log } from '../../../src/ports/log.ts';
import { FakePlayer } from '../../fakes/fake-player.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { startBoxLife } from './box-life.ts';
import { EveningClock, everythingReady } from './evening-clock.ts';
import { headendApi } from './headend-api.ts';
import { startHeadendLife } from './headend-life.ts';
import { type Kill, Reaper, type Victim } from './kill-plan.ts';
import { Life } from './life.ts';
import { EveningNetwork, type Weather } from './network.ts';
import { StepLog } from './step-log.ts';
import { Wiretap } from './wiretap.ts';
import type { Library } from './works.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly weather: Weather;
  readonly kills: readonly Kill[];
  readonly library: Library;
  /** Broken rules, to see that the check has teeth. */
  readonly wrapBook?: (book: Book) => Book;
  readonly wrapApi?: (api: HeadendApi, outlet: OutletRow) => HeadendApi;
}

const RESTART_MIN_MS = 100;
const RESTART_SPAN_MS = 4_900;

/** One bar and its headend in one process: real rules, books and codecs; clock, network, player and kills are ours. */
export class World {
  readonly clock = new EveningClock();
  readonly steps: StepLog;
  readonly reaper: Reaper;
  readonly network: EveningNetwork;
  readonly tap = new Wiretap();
  readonly player: FakePlayer;
  readonly coins: CountedCoin[] = [];
  readonly streamViews = new Map<string, StreamView>();
  readonly outlet: OutletRow;
  readonly boxFolder: string;
  readonly headendFolder: string;
  /** What people see; null while the box is down. */
  box: Box | null = null;
  boxBook: BoxBook | null = null;
  readonly deviceSigner = generateDeviceKey().signer;
  readonly headendSigner = generateDeviceKey().signer;
  readonly seed: number;
  readonly #options: WorldOptions;
  readonly #folder: string;
  readonly #random: SeededRandom;
  readonly #dying: Life[] = [];
  #boxLife: Life | null = null;
  #lives = 0;
  #holds = 0;
  #broken: unknown = null;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.seed = options.seed;
    this.steps = new StepLog(this.clock);
    this.#random = new SeededRandom(options.seed);
    this.#folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ackbox-evening-'));
    this.boxFolder = join(this.#folder, 'box');
    this.headendFolder = join(this.#folder, 'headend');
    mkdirSync(this.boxFolder);
    mkdirSync(this.headendFolder);
    this.player = new FakePlayer(this.clock);
    this.reaper = new Reaper(options.kills, (victim) => this.#kill(victim));
    this.network = new EveningNetwork({
      ...{ clock: this.clock, random: this.#random, weather: options.weather, reaper: this.reaper },
      onBroken: (error) => {
        this.#broken ??= error;
      },
      onDelivered: (bytes, rtcp) => this.tap.hear(bytes, rtcp),
    });
    this.outlet = this.#furnish();
    this.#startHeadend();
    this.#startBox();
  }

  /** Turns the clock until `done`, asked after every turn. @returns false where the time was over first */
  async run(done: () => boolean, mostMs: number): Promise<boolean> {
    const untilMs = this.clock.nowMs + mostMs;
    for (;;) {
      await this.#realTime();
      if (this.#broken !== null) throw this.#broken;
      if (done()) return true;
      if (this.clock.nowMs >= untilMs) return false;
      this.reaper.turn(this.clock.turns + 1);
      this.#bury();
      await this.clock.turn();
      this.#bury();
    }
  }

  /** Files are being read; a kill can strike meanwhile. */
  async #realTime(): Promise<void> {
    while (this.#holds > 0) {
      await everythingReady();
      this.#bury();
    }
  }

  remove(): void {
    this.#boxLife?.end();
    this.#boxLife?.bury();
    this.network.headend?.life.end();
    this.network.headend?.life.bury();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #furnish(): OutletRow {
    const { clock } = this;
    const book = openHeadendBook(join(this.headendFolder, 'headend.db'), { clock, random: this.#random, currency: 'EUR' });
    for (const work of this.#options.library.works) book.putWork(work, work.sourceName);
    const { account, location } = book.defaults();
    const { publicKey } = this.deviceSigner;
    book.putEnrolment({ devicePublicKey: publicKey, nonce: new Uint8Array(16), name: 'Bar', profile: 'jukebox', createdAtMs: clock.wallMs() });
    const approved = book.approveEnrolment(publicKey, account, location);
    if (!approved.ok) throw new Error(approved.error.message);
    const quote = createWorkQuote(book, book.defaults().vendor, clock);
    writeFileSync(
      join(this.boxFolder, 'catalogue.json'),
      createCatalogueView(book, { partedWorks: () => book.partedWorks(), quote }, clock).current(approved.value).json,
    );
    book.close();
    return approved.value;
  }

  #startHeadend(): void {
    const life = this.#newLife('headend');
    try {
      this.network.headend = startHeadendLife({
        ...{ life, folder: this.headendFolder, random: this.#newRandom(), log: this.#log(life), signer: this.headendSigner },
        segments: this.#options.library.segments,
        reaper: this.reaper,
        sendRtp: (bytes, to) => this.network.toBox(bytes, to, false),
        sendRtcp: (bytes, to) => this.network.toBox(bytes, to, true),
        onAdmit: (session) => this.tap.admit(session),
        onView: (paid) => this.#noteViews(paid.views()),
      });
    } catch (error) {
      if (life.alive) throw error;
    }
  }

  #startBox(): void {
    const life = this.#newLife('box');
    this.#boxLife = life;
    const api = headendApi(this.network, life, this.outlet);
    startBoxLife(
      {
        ...{ life, folder: this.boxFolder, random: this.#newRandom(), log: this.#log(life), signer: this.deviceSigner },
        identity: this.#identity(),
        api: this.#options.wrapApi?.(api, this.outlet) ?? api,
        openLink: this.network.opener(life),
        player: this.player,
        reaper: this.reaper,
        wrapBook: this.#options.wrapBook ?? ((book) => book),
        onCoin: (coin) => void this.coins.push(coin),
        holdClock: () => this.#hold(),
      },
      (box, book) => {
        this.box = box;
        this.boxBook = book;
      },
    ).catch((error: unknown) => {
      if (life.alive) this.#broken ??= error;
    });
  }

  #newLife(name: Victim): Life {
    this.#lives += 1;
    this.steps.note(`the ${name} starts`);
    return new Life(`${name} ${this.#lives}`, this.clock);
  }

  #newRandom(): SeededRandom {
    return new SeededRandom(this.#options.seed * 7_919 + this.#lives);
  }

  #identity(): EnrolledIdentity {
    const { account, outlet, location, currency } = this.outlet;
    return { account, outlet, location, currency, headendPublicKey: this.headendSigner.publicKey, caPem: '', headendUrl: 'https://headend' };
  }

  #log(life: Life): Log {
    const note = (event: string, facts?: Readonly<Record<string, unknown>>): void => {
      if (life.alive) this.steps.note(`${life.name}: ${event} ${JSON.stringify(facts ?? {})}`);
    };
    return { info: note, warn: note };
  }

  #noteViews(views: readonly StreamView[]): void {
    for (const view of views) {
      const before = this.streamViews.get(`${view.sid} ${view.epoch}`);
      if (before === undefined || view.maxUnpaidPackets >= before.maxUnpaidPackets) this.streamViews.set(`${view.sid} ${view.epoch}`, view);
    }
  }

  #kill(victim: Victim): boolean {
    const life = victim === 'box' ? this.#boxLife : (this.network.headend?.life ?? null);
    if (life === null || !life.alive) return false;
    this.steps.note(`the ${victim} is killed`);
    life.end();
    this.#dying.push(life);
    if (victim === 'box') this.box = null;
    if (victim === 'box') this.boxBook = null;
    this.clock.after(RESTART_MIN_MS + this.#random.fraction() * RESTART_SPAN_MS, () => (victim === 'box' ? this.#startBox() : this.#startHeadend()));
    return true;
  }

  #bury(): void {
    for (const life of this.#dying.splice(0)) {
      life.bury();
      if (this.network.headend?.life !== life) continue;
      this.network.headend = null;
      this.network.breakLinks();
    }
  }

  #hold(): () => void {
    this.#holds += 1;
    let held = true;
    return () => {
      if (held) this.#holds -= 1;
      held = false;
    };
  }
}
