import { join } from 'node:path';
import { createHeadendClient } from '../../device/checkout/headend-client.ts';
import { type Loans, openLoans } from '../../device/loans/open-loans.ts';
import type { PlaybackEvent } from '../../device/session/events.ts';
import type { PlayPort, PlayRunner } from '../../device/session/play-port.ts';
import type { FaultHook } from '../../device/stores/book-options.ts';
import type { RunningHeadend } from '../../src/headend/headend.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import { err } from '../../src/units/result.ts';
import { SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import type { LendingRule } from '../../src/wire/licence-api.ts';
import type { Decoder } from '../../src/wire/sdp.ts';
import { encodeSegment, SEGMENT_PACKETS } from '../../src/wire/segment.ts';
import { MIGRATIONS } from './book-folder.ts';
import { FakePlayer } from './fake-player.ts';
import type { FilmWork } from './film-work.ts';
import { type BoxUnderTest, dropFolders, headendOn, knownBox, scratchFolder, silentLog, workOnOffer } from './headend-on-localhost.ts';
import { type InlineBook, openBookInline } from './inline-book.ts';
import { VirtualClock } from './virtual-clock.ts';

type Client = ReturnType<typeof createHeadendClient>;

export const payload = (work: number, packet: number): Uint8Array =>
  Uint8Array.from([0xfc, work, packet >> 8, packet & 0xff, ...new Array(60).fill(packet % 251)]);

/** A real headend that lends works of a few segments. */
export class LendingHeadend {
  readonly folder = scratchFolder();
  readonly works: StoredWork[] = [];
  #headend: RunningHeadend | null = null;

  get running(): RunningHeadend {
    if (this.#headend === null) throw new Error('not open');
    return this.#headend;
  }

  async open(httpPort = 0): Promise<this> {
    this.#headend = await headendOn(this.folder, httpPort);
    return this;
  }

  async close(): Promise<void> {
    await this.#headend?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    dropFolders(this.folder);
  }

  /** Twelve seconds in three segments. */
  async addWork(change: Partial<StoredWork> = {}, packets = 600): Promise<StoredWork> {
    const number = this.works.length + 1;
    const { SegmentFiles } = await import('../../src/headend/stores/segment-files.ts');
    const files = new SegmentFiles(join(this.folder, 'segments'));
    const segments: string[] = [];
    for (let first = 0; first < packets; first += SEGMENT_PACKETS) {
      const count = Math.min(SEGMENT_PACKETS, packets - first);
      segments.push(await files.put(encodeSegment(Array.from({ length: count }, (_, index) => payload(number, first + index)))));
    }
    const length = { packets, preSkip: 0, totalSamples: packets * SAMPLES_PER_PACKET, durationMs: packets * 20 };
    const work = workOnOffer({ id: `w${number.toString(16).padStart(32, '0')}`, title: `Title ${number}`, priceMinor: '100', segments, ...length, ...change });
    this.running.book.putWork(work, work.title);
    this.works.push(work);
    return work;
  }

  /** Eight seconds in three segments, with packets of 4 ms as a cut film has them; no decoder would know what is in them. */
  async addFilm(change: Partial<StoredWork> = {}): Promise<FilmWork> {
    const number = this.works.length + 1;
    const { SegmentFiles } = await import('../../src/headend/stores/segment-files.ts');
    const files = new SegmentFiles(join(this.folder, 'segments'));
    const [packets, starts, accessPoints] = [2_000, [0, 760, 1_500], [0, 312, 760, 1_071, 1_400, 1_500]];
    const names = starts.map((start, segment) => {
      const count = (starts[segment + 1] ?? packets) - start;
      return files.put(encodeSegment(Array.from({ length: count }, (_, index) => payload(number, start + index))));
    });
    const segments = await Promise.all(names);
    const length = { packets, preSkip: 0, totalSamples: packets * 4 * 48, durationMs: packets * 4 };
    const video = { packetMs: 4, renditions: [{ name: 'h264-360', codec: 'h264' as const, width: 640, height: 360 }] };
    const work = workOnOffer({
      id: `w${number.toString(16).padStart(32, '0')}`,
      title: `Film ${number}`,
      priceMinor: '100',
      ...{ segments, ...length, video, ...change },
    });
    const renditions = [{ name: 'h264-360', segments, starts, accessPoints }];
    this.running.book.putWork(work, work.title, renditions);
    this.works.push(work);
    return { work, renditions };
  }

  lend(work: StoredWork, rule: Partial<LendingRule>): void {
    const usual: LendingRule = {
      resourceKind: 'work',
      mode: 'intermittent',
      pulseMs: null,
      unlock: 'lease',
      protection: 'aes-gcm-segments',
      periodMs: 86_400_000,
    };
    this.running.book.putLendingRule(work.id, { ...usual, ...rule });
  }
}

const SHOWS: readonly Decoder[] = [{ codec: 'h264', height: 1_080 }];
const noNetwork: HeadendError = { code: 'unreachable', problem: 'no-answer', message: 'The headend cannot be reached; check the network.', retryAfterMs: null };

export interface LoanSceneOptions {
  readonly faults?: FaultHook;
  readonly freeBytes?: () => number;
  /** What the box shows; else every film of the tests. */
  readonly decodes?: readonly Decoder[];
}

/** The loans of one box at a real headend, in a time that tests turn; the cable can be pulled, and the app killed. */
export class LoanScene {
  readonly folder = scratchFolder();
  readonly clock = new VirtualClock(1_000_000_000n, Date.now());
  readonly player = new FakePlayer(this.clock);
  readonly events: PlaybackEvent[] = [];
  readonly box: BoxUnderTest;
  readonly client: Client;
  cableOut = false;
  /** Calls that reached the headend. */
  readonly asked: string[] = [];
  book: InlineBook;
  loans: Loans;
  #coins = 0;

  static async at(headend: LendingHeadend, options: LoanSceneOptions = {}): Promise<LoanScene> {
    const boxFolder = scratchFolder();
    const box = knownBox(headend.running, boxFolder);
    const scene = new LoanScene(box, options);
    await scene.loans.counter.start();
    return scene;
  }

  private constructor(box: BoxUnderTest, options: LoanSceneOptions) {
    this.box = box;
    this.client = createHeadendClient({ identity: () => box.identity, signer: box.signer, clock: systemClock });
    this.book = this.#openBook();
    this.loans = this.#open(options);
  }

  get loanFolder(): string {
    return join(this.folder, 'loans');
  }

  /** kill -9 and the next start. */
  async restart(options: LoanSceneOptions = {}): Promise<void> {
    this.loans.counter.stop();
    this.book.abandon();
    this.player.forgetApp();
    this.book = this.#openBook();
    this.loans = this.#open(options);
    await this.loans.counter.start();
  }

  async checkOut(work: StoredWork): Promise<string> {
    const made = await this.loans.counter.checkOut(work.id);
    if (!made.ok) throw new Error(made.error.message);
    return made.value.id;
  }

  async downloaded(work: StoredWork): Promise<string> {
    const licence = await this.checkOut(work);
    await this.loans.downloads.settled();
    return licence;
  }

  stateOf(licence: string): string | undefined {
    return this.loans.views().find((view) => view.licence === licence)?.state;
  }

  async coin(valueMinor = 200n): Promise<void> {
    this.#coins += 1;
    await this.book.insertCoin({ source: 'slot', counterEpoch: 1, counter: this.#coins, valueMinor });
  }

  readonly raise = (event: PlaybackEvent): void => void this.events.push(event);

  get told(): readonly string[] {
    return this.events.map((event) => event.type.slice('play.'.length));
  }

  /** Bought and taken from the queue. */
  async bought(work: StoredWork, playId: string): Promise<PlayRunner> {
    await this.coin();
    const { id, title, artist, priceMinor } = work;
    await this.book.enqueue({ playId, workId: id, title, artist, quoteMinor: BigInt(priceMinor) });
    await this.book.takeNext();
    return await this.loans.plays.start({ playId, work, trial: false }, this.raise);
  }

  async trial(work: StoredWork, playId: string): Promise<PlayRunner> {
    await this.coin();
    const { id, title, artist, priceMinor } = work;
    await this.book.beginTrial({ playId, workId: id, title, artist, quoteMinor: BigInt(priceMinor) });
    return await this.loans.plays.start({ playId, work, trial: true }, this.raise);
  }

  /** Time passes, and what waits for the disk or the network is let through. */
  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 20) {
      await this.clock.advance(20);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Until something is so; files and network take real time. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, stepMs = 20): Promise<void> {
    for (let round = 0; round < 2_000; round += 1) {
      if (await isSo()) return;
      await this.clock.advance(stepMs);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`${what}: it did not come`);
  }

  /** Sends what waits in the outbox, as the uploader would. */
  async upload(): Promise<void> {
    const { generation, records } = await this.book.pendingRecords(200);
    const answer = await this.client.report({ generation, records: [...records], status: {}, commandResults: [] });
    if (!answer.ok) throw new Error(answer.error.message);
    await this.book.acknowledgeRecords(generation, answer.value.acknowledgedThrough, answer.value.conflicts);
  }

  async remove(): Promise<void> {
    this.loans.counter.stop();
    this.book.abandon();
    await this.client.close();
    await this.box.api.close();
    dropFolders(this.folder, this.box.folder);
  }

  #openBook(): InlineBook {
    return openBookInline({
      ...{ folder: this.folder, migrationsFolder: MIGRATIONS, profile: 'jukebox', currency: 'EUR', bootId: '0b0e7a52-0000-4000-8000-000000000001' },
      ...{ clock: this.clock, random: systemRandom, accountNo: this.box.identity.account, outletNo: this.box.identity.outlet },
    });
  }

  #open(options: LoanSceneOptions): Loans {
    const { folder, book, player, clock, box } = this;
    const identity = () => box.identity;
    const parts = { folder, book, player, clock, identity, signer: box.signer, random: systemRandom, log: silentLog, streamed: nothingStreams, decodes: SHOWS };
    return openLoans({ ...parts, api: this.#throughTheCable(), freeBytes: () => 1e12, ...options });
  }

  /** The headend, where the cable is in. */
  get headendApi(): Client {
    return this.#throughTheCable();
  }

  #throughTheCable(): Client {
    return new Proxy(this.client, {
      get: (client, name: keyof Client) => {
        const call = client[name] as (...values: unknown[]) => unknown;
        return (...values: unknown[]) => {
          if (this.cableOut) return Promise.resolve(err(noNetwork));
          this.asked.push(`${name} ${values.slice(1).join(' ')}`.trim());
          return call(...values);
        };
      },
    });
  }
}

/** Where nothing but what lies here can be played. */
const nothingStreams: PlayPort = {
  start: () => Promise.reject(new Error('streamed')),
  recover: () => Promise.reject(new Error('streamed')),
  close: () => Promise.reject(new Error('streamed')),
};
