import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fundsOfUse, stateUse } from '../../../device/loans/loan-statement.ts';
import { createUploader } from '../../../device/report/uploader.ts';
import { UsageWriter } from '../../../device/usage/usage-writer.ts';
import { settlePlay } from '../../../src/domain/credit/settle-play.ts';
import type { LoanTerms } from '../../../src/domain/licence/loan-terms.ts';
import { CheckoutFees } from '../../../src/headend/licences/checkout-fees.ts';
import { LicenceDesk } from '../../../src/headend/licences/licence-desk.ts';
import { LoanDesk } from '../../../src/headend/licences/loan-desk.ts';
import { type HeadendBook, openHeadendBook } from '../../../src/headend/stores/headend-book.ts';
import { acceptReport } from '../../../src/headend/usage/usage-gateway.ts';
import { createWorkQuote } from '../../../src/headend/work-quote.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import type { OutletRow, StoredWork } from '../../../src/ports/headend-stores.ts';
import { err, ok } from '../../../src/units/result.ts';
import type { ReportRequest } from '../../../src/wire/http-api.ts';
import { parseLoanTerms } from '../../../src/wire/loan-text.ts';
import { MIGRATIONS, seededRandom } from '../../fakes/book-folder.ts';
import { CREDIT_TERMS } from '../../fakes/credit-terms.ts';
import { silentLog, workOnOffer } from '../../fakes/headend-on-localhost.ts';
import { type InlineBook, openBookInline } from '../../fakes/inline-book.ts';
import { MemorySegments } from '../../fakes/memory-segments.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

export interface MonthOptions {
  readonly days: number;
  readonly recordsADay: number;
  readonly playsADay: number;
  readonly seed: number;
}

export interface MonthReport {
  readonly days: number;
  readonly recordsWritten: number;
  readonly plays: number;
  /** Sequences that did not arrive, and records that arrived more often than once. */
  readonly gaps: number;
  readonly doubles: number;
  readonly quarantined: number;
  /** Requests and answers that were lost on the way, and restarts of the headend's book meanwhile. */
  readonly cuts: number;
  readonly billMinor: string;
  /** What the same plays cost when they are streamed: the settlement of a PaySession on the same counts. */
  readonly onlineBillMinor: string;
  readonly boxEarnedMinor: string;
  /** The box's folder at its largest, and after the upload. */
  readonly diskBytes: number;
  readonly diskBytesAfter: number;
  readonly bytesARecord: number;
  readonly problem: string | null;
  readonly seconds: number;
}

const DAY_MS = 86_400_000;
const PACKETS = 600;
const PRICE_MINOR = 70n;
const unreachable = { code: 'unreachable', problem: 'cut', message: 'The line was cut.', retryAfterMs: null } as const;

/** A box that is offline for so many days, sells what is checked out, writes everything down, and reports through a line that is cut all the time. */
export async function liveOffline(options: MonthOptions): Promise<MonthReport> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ackbox-month-'));
  const month = new Month(folder, options);
  try {
    await month.checkOut();
    for (let day = 0; day < options.days; day += 1) await month.day();
    const diskBytes = month.diskBytes();
    await month.upload();
    return { ...(await month.report()), days: options.days, diskBytes, seconds: Math.round((performance.now() - startedAt) / 1_000) };
  } finally {
    month.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Month {
  readonly #folder: string;
  readonly #options: MonthOptions;
  readonly #clock = new VirtualClock(1_000_000_000n, Date.UTC(2027, 2, 1));
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #device = generateDeviceKey();
  readonly #house = generateDeviceKey();
  readonly #segments = new MemorySegments();
  readonly #book: InlineBook;
  #headend: HeadendBook;
  #outlet: OutletRow | null = null;
  #loan: { readonly terms: LoanTerms; readonly termsText: string; readonly work: StoredWork } | null = null;
  #coins = 0;
  #plays = 0;
  #cuts = 0;
  #onlineMinor = 0n;

  constructor(folder: string, options: MonthOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#headend = this.#openHeadend();
    this.#book = openBookInline({
      ...{ folder: join(folder, 'box'), migrationsFolder: MIGRATIONS, profile: 'jukebox', currency: 'EUR', bootId: '0b0e7a52-0000-4000-8000-000000000001' },
      ...{ clock: this.#clock, random: this.#random, wallQuality: () => 'held', accountNo: 'a1', outletNo: 'o1' },
      diskSpace: () => ({ totalBytes: 32e9, usedBytes: 1e9, freeBytes: 31e9 }),
    });
  }

  /** By the real desks; the terms are signed, and the box has them in its book. */
  async checkOut(): Promise<void> {
    const { signer } = this.#device;
    this.#headend.putEnrolment({
      devicePublicKey: signer.publicKey,
      nonce: this.#random.bytes(16),
      name: 'Bar',
      profile: 'jukebox',
      createdAtMs: this.#clock.wallMs(),
    });
    const { account, location, vendor } = this.#headend.defaults();
    const approved = this.#headend.approveEnrolment(signer.publicKey, account, location);
    if (!approved.ok) throw new Error(approved.error.message);
    this.#outlet = approved.value;
    const segments = await this.#segments.putWork(Array.from({ length: PACKETS }, (_, index) => Uint8Array.of(0xfc, index & 0xff, index >> 8)));
    const work = workOnOffer({ packets: PACKETS, segments, preSkip: 0, totalSamples: PACKETS * 960, priceMinor: String(PRICE_MINOR) });
    this.#headend.putWork(work, 'source');
    const shared = { checkouts: this.#headend, loans: this.#headend, catalogue: this.#headend, clock: this.#clock, random: this.#random };
    const quote = createWorkQuote(this.#headend, vendor, this.#clock);
    const fees = new CheckoutFees({ store: this.#headend, clock: this.#clock, refusal: () => null });
    const licence = new LicenceDesk({ ...shared, quote, fees }).checkOut(this.#outlet, work.id);
    if (!licence.ok) throw new Error(licence.error.message);
    const desk = new LoanDesk({ ...shared, segments: this.#segments, quote, signer: this.#house.signer, floorMinor: () => null });
    const content = await desk.content(this.#outlet, licence.value.licence.licence);
    if (!content.ok) throw new Error(content.error.message);
    const { terms: termsText, signature: termsSignature, work: shown } = content.value;
    const terms = parseLoanTerms(termsText);
    if (!terms.ok) throw new Error(terms.error.message);
    this.#loan = { terms: terms.value, termsText, work };
    await this.#book.putLoan({ licence: terms.value.licence, work: shown, termsText, termsSignature, segments: content.value.segments });
  }

  /** Plays spread over the day, and keys for the rest of its records. */
  async day(): Promise<void> {
    const { recordsADay, playsADay } = this.#options;
    const usage = new UsageWriter({ book: this.#book, clock: this.#clock, identity: () => ({ accountNo: 'a1', outletNo: 'o1' }) });
    const until = (await this.#book.outboxState()).written + recordsADay;
    const stepMs = DAY_MS / playsADay;
    for (let play = 0; play < playsADay; play += 1) {
      await this.#play();
      const { written } = await this.#book.outboxState();
      const keys = Math.floor((until - written) / (playsADay - play));
      for (let key = 0; key < keys; key += 1) await usage.keyPressed('down', 'browse');
      await this.#book.flush();
      await this.#clock.advance(stepMs);
    }
  }

  async #play(): Promise<void> {
    const { terms, termsText, work } = this.#loan ?? failed('nothing was checked out');
    const playId = `play-${this.#plays}`;
    this.#plays += 1;
    const payer = await this.#book.currentPayer();
    if ((payer?.creditMinor ?? 0n) < PRICE_MINOR) {
      this.#coins += 1;
      await this.#book.insertCoin({ source: 'slot', counterEpoch: 1, counter: this.#coins, valueMinor: 200n });
    }
    const { id, title, artist } = work;
    const bought = await this.#book.enqueue({ playId, workId: id, title, artist, quoteMinor: PRICE_MINOR });
    if (bought !== 'ok') throw new Error(bought);
    await this.#book.takeNext();
    await this.#book.openLoanPlay(playId, terms.licence);
    const paidPackets = this.#random.next(4) === 0 ? this.#random.next(PACKETS + 1) : PACKETS;
    const heardMs = paidPackets * 20;
    const paidBy = await fundsOfUse(this.#book, playId);
    const facts = { terms, termsText, playId, trialPackets: 0, paidPackets, heardMs, endReason: 'finished', wallMs: this.#clock.wallMs(), paidBy } as const;
    const { chargedMinor, use } = stateUse(facts, this.#device.signer);
    await this.#book.settle({ playId, chargedMinor, heardMs, endReason: 'finished', statement: null, use });
    const online = { nodes: terms.nodes, packets: PACKETS, afterTrial: 'restart', credit: CREDIT_TERMS } as const;
    const counts = [{ node: 0, billingClass: 'paid', packets: paidPackets }] as const;
    this.#onlineMinor += settlePlay(online, { counts, unheardPaidPackets: 0, lostPackets: 0 }).chargedMinor;
  }

  /** The real uploader; every third attempt loses its request, its answer, or the headend. */
  async upload(): Promise<void> {
    const uploader = createUploader({
      book: this.#book,
      headend: { report: (request) => this.#deliver(request) },
      ...{ clock: this.#clock, random: this.#random, log: silentLog },
      status: () => ({}),
      onCommands: async () => [],
      onSettlements: async () => {},
    });
    uploader.start();
    for (let round = 0; round < 200_000; round += 1) {
      const { acknowledgedThrough, written } = await this.#book.outboxState();
      if (acknowledgedThrough === written) break;
      await this.#clock.advance(1_000);
    }
    await uploader.stop();
  }

  async #deliver(request: ReportRequest): ReturnType<Parameters<typeof createUploader>[0]['headend']['report']> {
    const fate = this.#random.next(9);
    if (fate < 3) this.#cuts += 1;
    if (fate === 0) return err(unreachable);
    const deps = { registry: this.#headend, quarantine: this.#headend, usage: this.#headend, commands: this.#headend };
    const stream = { fence: async () => {} };
    const answer = await acceptReport(
      { ...deps, signer: this.#house.signer, log: silentLog, clock: this.#clock, stream },
      this.#outlet ?? failed('no outlet'),
      request,
    );
    if (fate === 1) this.#headend = this.#reopened();
    if (fate < 3 || !answer.ok) return err(unreachable);
    return ok(answer.value);
  }

  async report(): Promise<Omit<MonthReport, 'days' | 'diskBytes' | 'seconds'>> {
    const { written, quarantined } = await this.#book.outboxState();
    const { outlet } = this.#outlet ?? failed('no outlet');
    const { total } = this.#headend.recordCount(outlet);
    const sequences = new Set(
      this.#headend
        .usageIn({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })
        .flat()
        .map(({ sequence }) => sequence),
    );
    const ledger = await this.#book.ledger();
    const billMinor = this.#headend.ledgerTotalMinor();
    const after = this.diskBytes();
    return {
      recordsWritten: written,
      plays: this.#plays,
      gaps: written - total,
      doubles: Math.max(0, total - written) + (this.#headend.recordCount(outlet).usage - sequences.size),
      quarantined,
      cuts: this.#cuts,
      billMinor: String(billMinor),
      onlineBillMinor: String(this.#onlineMinor),
      boxEarnedMinor: String(ledger.earnedMinor),
      diskBytesAfter: after,
      bytesARecord: Math.round(after / written),
      problem: ledger.problem ?? this.#headend.auditLedger(),
    };
  }

  diskBytes(): number {
    const box = join(this.#folder, 'box');
    return readdirSync(box).reduce((sum, name) => sum + statSync(join(box, name)).size, 0);
  }

  close(): void {
    this.#book.abandon();
    this.#headend.close();
  }

  #reopened(): HeadendBook {
    this.#headend.close();
    return this.#openHeadend();
  }

  #openHeadend(): HeadendBook {
    return openHeadendBook(join(this.#folder, 'headend.db'), { clock: this.#clock, random: this.#random, currency: 'EUR' });
  }
}

function failed(what: string): never {
  throw new Error(what);
}
