import { join } from 'node:path';
import { CheckoutDesk } from '../../../src/headend/checkout-desk.ts';
import { CheckoutFees } from '../../../src/headend/licences/checkout-fees.ts';
import { LicenceDesk } from '../../../src/headend/licences/licence-desk.ts';
import { LoanDesk } from '../../../src/headend/licences/loan-desk.ts';
import { type HeadendBook, openHeadendBook } from '../../../src/headend/stores/headend-book.ts';
import type { AdmittedSession } from '../../../src/headend/stream-port.ts';
import { ReportCommits } from '../../../src/headend/usage/report-commits.ts';
import { acceptReport } from '../../../src/headend/usage/usage-gateway.ts';
import { processUsage } from '../../../src/headend/usage/usage-processor.ts';
import { createWorkQuote } from '../../../src/headend/work-quote.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import type { OutletRow, StoredWork } from '../../../src/ports/headend-stores.ts';
import type { Random } from '../../../src/ports/random.ts';
import type { ReportRequest } from '../../../src/wire/http-api.ts';
import { silentLog, workOnOffer } from '../../fakes/headend-on-localhost.ts';
import { MemorySegments } from '../../fakes/memory-segments.ts';
import type { VirtualClock } from '../../fakes/virtual-clock.ts';

const PACKETS = 600;
const WORKS = 8;

/** The headend of the fleet: its real book and desks. Only the sender is left out: what it would count is told to the registry at once. */
export class FleetHeadend {
  readonly #folder: string;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #signer = generateDeviceKey().signer;
  readonly #segments = new MemorySegments();
  readonly #admitted = new Map<string, AdmittedSession>();
  works: readonly StoredWork[] = [];
  book: HeadendBook;
  #desks: ReturnType<FleetHeadend['makeDesks']>;
  restarts = -1;

  constructor(folder: string, clock: VirtualClock, random: Random) {
    this.#folder = folder;
    this.#clock = clock;
    this.#random = random;
    this.book = this.#open();
    this.#desks = this.makeDesks();
  }

  get desks() {
    return this.#desks;
  }

  async fillCatalogue(): Promise<void> {
    const works: StoredWork[] = [];
    for (let number = 0; number < WORKS; number += 1) {
      const segments = await this.#segments.putWork(Array.from({ length: PACKETS }, (_, index) => Uint8Array.of(0xfc, number, index & 0xff, index >> 8)));
      const shape = { packets: PACKETS, segments, preSkip: 0, totalSamples: PACKETS * 960, durationMs: PACKETS * 20 };
      const work = workOnOffer({ ...shape, id: `w${String(number).repeat(32)}`, title: `Title ${number}`, priceMinor: String(40 + 10 * number) });
      this.book.putWork(work, `source-${number}`);
      works.push(work);
    }
    this.works = works;
  }

  enrol(publicKey: Uint8Array, name: string): OutletRow {
    const { book } = this;
    book.putEnrolment({ devicePublicKey: publicKey, nonce: this.#random.bytes(16), name, profile: 'jukebox', createdAtMs: this.#clock.wallMs() });
    const outlet = book.approveEnrolment(publicKey, book.accountNamed(name), book.locationNamed(name));
    if (!outlet.ok) throw new Error(outlet.error.message);
    return outlet.value;
  }

  accept(outlet: OutletRow, request: ReportRequest): ReturnType<typeof acceptReport> {
    const { book } = this;
    const deps = { registry: book, quarantine: book, usage: book, commands: book, signer: this.#signer, log: silentLog, clock: this.#clock };
    return acceptReport({ ...deps, commits: this.#desks.commits, stream: { fence: async () => {} } }, outlet, request);
  }

  /** What a sender tells once the packets are acknowledged. */
  tellHeard(sid: string, packets: number): void {
    const session = this.#admitted.get(sid);
    if (session === undefined) throw new Error('nothing of this session was admitted');
    this.#admitted.delete(sid);
    const lease = session.lease === undefined ? {} : { lease: { account: session.row.account, fence: session.lease.fence, over: true, unpaidPackets: 0 } };
    const counts = [{ node: 0, billingClass: 'paid', packets }] as const;
    this.book.mergeProgress([
      { sid: session.row.sid, epoch: 0, counts, lostPaid: 0, nextSequence: packets, paidRanges: packets === 0 ? [] : [[0, packets]], ...lease },
    ]);
  }

  /** What a running headend does by the clock. */
  work(): void {
    processUsage(this.book);
    while (this.book.refreshLicences(500) > 0);
    this.book.sweepAbandoned(() => false);
    this.book.sweepRetention(1_000);
  }

  restart(): void {
    this.book.close();
    this.book = this.#open();
    this.#admitted.clear();
    this.#desks = this.makeDesks();
  }

  makeDesks() {
    const { book } = this;
    const [clock, random, signer] = [this.#clock, this.#random, this.#signer];
    const quote = createWorkQuote(book, book.defaults().vendor, clock);
    const stream = {
      admit: async (session: AdmittedSession) => void this.#admitted.set(session.row.sid, session),
      live: async () => new Set<string>(),
      fence: async () => null,
      rtspUrl: () => 'rtsp://headend/',
      views: async () => [],
      close: async () => {},
    };
    const loans = { checkouts: book, loans: book, catalogue: book, clock, random, quote };
    return {
      commits: new ReportCommits(book, clock),
      checkout: new CheckoutDesk({ registry: book, catalogue: book, credit: book, trials: book, stream, signer, clock, random, quote }),
      licences: new LicenceDesk({ ...loans, fees: new CheckoutFees({ store: book, clock, refusal: () => null }) }),
      loans: new LoanDesk({ ...loans, segments: this.#segments, signer, floorMinor: () => null }),
    };
  }

  #open(): HeadendBook {
    this.restarts += 1;
    return openHeadendBook(join(this.#folder, 'headend.db'), { clock: this.#clock, random: this.#random, currency: 'EUR' });
  }
}
