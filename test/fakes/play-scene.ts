import { type CreditWish, parseCreditWish, USUAL } from '../../device/checkout/credit-wish.ts';
import { SessionDesk } from '../../device/checkout/session-desk.ts';
import { StreamedPlays } from '../../device/checkout/streamed-plays.ts';
import type { PlaybackEvent } from '../../device/session/events.ts';
import type { PlayRunner } from '../../device/session/play-port.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import { BookFolder, coin } from './book-folder.ts';
import { FakePlayer } from './fake-player.ts';
import type { InlineBook } from './inline-book.ts';
import { payloadOf } from './paid-scene.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualHeadend } from './virtual-headend.ts';
import { VirtualNetwork } from './virtual-link.ts';

/**
 * A whole play in virtual time: the real runner, book and headend, with a player that only hears and a network that can fail.
 * The plan of a test is: coin, start, let time pass, look.
 */
export class PlayScene {
  readonly folder: BookFolder;
  readonly clock: BookFolder['clock'];
  readonly headend: VirtualHeadend;
  readonly network: VirtualNetwork;
  readonly player: FakePlayer;
  readonly signer = generateDeviceKey().signer;
  readonly events: (PlaybackEvent & { readonly atMs: number })[] = [];
  book: InlineBook;
  plays: StreamedPlays;
  readonly work: StoredWork;
  /** False: the box's catalogue no longer has the work. */
  inCatalogue = true;
  readonly #wish: CreditWish;
  #random = new SeededRandom(3);
  readonly #startMs: number;
  #app: AppClock;

  static async open(packets: number, profile: 'jukebox' | 'set-top' = 'jukebox', wish = ''): Promise<PlayScene> {
    const folder = new BookFolder(profile);
    const headend = new VirtualHeadend(folder.clock);
    return new PlayScene(folder, headend, await headend.addWork(packets), profile, wish);
  }

  private constructor(folder: BookFolder, headend: VirtualHeadend, work: StoredWork, profile: 'jukebox' | 'set-top', wish: string) {
    this.#wish = wish === '' ? USUAL : (parseCreditWish(wish) ?? USUAL);
    this.folder = folder;
    this.clock = folder.clock;
    this.headend = headend;
    this.work = work;
    this.network = new VirtualNetwork(this.clock, headend);
    this.player = new FakePlayer(this.clock);
    headend.enrol(this.signer.publicKey, profile);
    this.book = folder.open();
    this.#app = new AppClock(this.clock);
    this.plays = this.#newPlays();
    this.#startMs = this.clock.wallMs();
  }

  /** A pre-listen of the work. */
  async trial(playId: string): Promise<PlayRunner> {
    const { id, title, artist, priceMinor } = this.work;
    await this.book.beginTrial({ playId, workId: id, title, artist, quoteMinor: BigInt(priceMinor) });
    return await this.plays.start({ playId, work: this.work, trial: true }, this.raise);
  }

  /** Bought with a coin and taken from the queue. */
  async bought(playId: string): Promise<PlayRunner> {
    await this.coin();
    const { id, title, artist, priceMinor } = this.work;
    await this.book.enqueue({ playId, workId: id, title, artist, quoteMinor: BigInt(priceMinor) });
    await this.book.takeNext();
    return await this.plays.start({ playId, work: this.work, trial: false }, this.raise);
  }

  async coin(): Promise<void> {
    await this.book.insertCoin(coin(this.clock.wallMs() % 1_000_000));
  }

  readonly raise = (event: PlaybackEvent): void => void this.events.push({ ...event, atMs: this.clock.wallMs() - this.#startMs });

  get told(): readonly string[] {
    return this.events.map((event) => event.type.slice('play.'.length));
  }

  /** The promise's outcome, with time passing until it is there. */
  async eventually<T>(promise: Promise<T>, withinMs = 30_000): Promise<T> {
    let outcome: { readonly value: T } | null = null;
    promise.then((value) => {
      outcome = { value };
    });
    for (let passed = 0; passed < withinMs; passed += 20) {
      await this.clock.advance(20);
      if (outcome !== null) return (outcome as { readonly value: T }).value;
    }
    throw new Error(`nothing came of it within ${withinMs} ms`);
  }

  /** kill -9 of the app: nothing of it runs on; the player and the files stay. */
  crash(): void {
    this.book.abandon();
    this.#app.alive = false;
    this.player.forgetApp();
    this.network.forgetApp();
    this.#app = new AppClock(this.clock);
    this.book = this.folder.open();
    this.#random = new SeededRandom(this.clock.wallMs());
    this.plays = this.#newPlays();
  }

  /** Bills what the outbox holds, as the uploader would. */
  async upload(): Promise<readonly string[]> {
    const { records } = await this.book.pendingRecords(200);
    return records.filter((record) => record.kind === 'receipt').map((record) => this.#bill(record.body));
  }

  #bill(body: string): string {
    const { agreed, reason } = this.headend.bill(body);
    return agreed ? 'agreed' : reason;
  }

  /** Both ledgers, minor units earned. */
  async earned(): Promise<{ readonly box: bigint; readonly headend: bigint; readonly problem: string | null }> {
    const ledger = await this.book.ledger();
    return { box: ledger.earnedMinor, headend: this.headend.book.ledgerTotalMinor(), problem: ledger.problem ?? this.headend.book.auditLedger() };
  }

  /** Packet numbers of what the player was given in one stream, null where it was concealed. */
  handed(stream: number): readonly (number | null)[] {
    return (this.player.streams[stream]?.packets ?? []).map((packet) => (packet === null ? null : indexOf(packet)));
  }

  async remove(): Promise<void> {
    await this.book.close();
    this.headend.remove();
    this.folder.remove();
  }

  #newPlays(): StreamedPlays {
    const { headend, player, signer, book } = this;
    const clock = this.#app;
    const random = this.#random;
    const outlet = headend.outlet;
    const identity = () =>
      outlet === null
        ? null
        : {
            account: outlet.account,
            outlet: outlet.outlet,
            location: outlet.location,
            currency: 'EUR',
            headendPublicKey: headend.signer.publicKey,
            caPem: '',
            headendUrl: 'https://headend',
          };
    const desk = new SessionDesk({ api: headend.api(), identity, clock, random, wish: this.#wish });
    const log = { info: () => {}, warn: (event: string, facts?: unknown) => void this.warnings.push(`${event} ${JSON.stringify(facts)}`) };
    const openLink = this.network.openFor(clock);
    return new StreamedPlays({
      clock,
      random,
      log,
      book,
      signer,
      desk,
      openLink,
      player,
      work: (id) => (this.inCatalogue && id === this.work.id ? this.work : null),
    });
  }

  readonly warnings: string[] = [];
}

/** The time of one run of the app: it stops for ever when the app is killed. */
class AppClock implements Clock {
  alive = true;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  monotonicNs(): bigint {
    return this.#clock.monotonicNs();
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  after(delayMs: number, call: () => void): () => void {
    return this.#clock.after(delayMs, () => {
      if (this.alive) call();
    });
  }
}

function indexOf(payload: Uint8Array): number {
  const index = (payload[3] ?? 0) | ((payload[1] ?? 0) << 8) | ((payload[2] ?? 0) << 16);
  return payloadOf(index).every((byte, at) => byte === payload[at]) ? index : -1;
}
