import { join } from 'node:path';
import { closePlay } from '../../../device/checkout/closing.ts';
import { openExchange } from '../../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../../device/checkout/offer-request.ts';
import { fundsOfUse, stateUse } from '../../../device/loans/loan-statement.ts';
import { createUploader, type Uploader } from '../../../device/report/uploader.ts';
import { UsageWriter } from '../../../device/usage/usage-writer.ts';
import type { LoanTerms } from '../../../src/domain/licence/loan-terms.ts';
import { sha256Hex } from '../../../src/platform/crypto/digest.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import type { OutletRow, StoredWork } from '../../../src/ports/headend-stores.ts';
import { err, ok } from '../../../src/units/result.ts';
import type { ReportRequest } from '../../../src/wire/http-api.ts';
import { parseLoanTerms } from '../../../src/wire/loan-text.ts';
import { parseTerms } from '../../../src/wire/terms-text.ts';
import { MIGRATIONS, type seededRandom } from '../../fakes/book-folder.ts';
import { silentLog } from '../../fakes/headend-on-localhost.ts';
import { type InlineBook, openBookInline } from '../../fakes/inline-book.ts';
import type { VirtualClock } from '../../fakes/virtual-clock.ts';
import type { FleetHeadend } from './fleet-headend.ts';

const unreachable = { code: 'unreachable', problem: 'cut', message: 'The line was cut.', retryAfterMs: null } as const;

/** One box of the fleet: its real book, writer and uploader. What people do at it is chance, and so is its line. */
export class FleetBox {
  readonly #number: number;
  readonly #folder: string;
  readonly #headend: FleetHeadend;
  readonly #clock: VirtualClock;
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #device = generateDeviceKey();
  readonly #outlet: OutletRow;
  #book: InlineBook;
  #uploader: Uploader | null = null;
  #loan: { readonly terms: LoanTerms; readonly termsText: string; readonly work: StoredWork } | null = null;
  #plays = 0;
  #coins = 0;
  #online = true;
  crashes = -1;
  cuts = 0;
  streamed = 0;
  borrowed = 0;

  constructor(
    number: number,
    parts: { readonly folder: string; readonly headend: FleetHeadend; readonly clock: VirtualClock; readonly random: ReturnType<typeof seededRandom> },
  ) {
    this.#number = number;
    this.#folder = join(parts.folder, `box-${number}`);
    this.#headend = parts.headend;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#outlet = parts.headend.enrol(this.#device.signer.publicKey, `Box ${number}`);
    this.#book = this.#open();
  }

  /** A title for the days without a line. */
  async borrow(): Promise<void> {
    const work = this.#work();
    const { licences, loans } = this.#headend.desks;
    const licence = licences.checkOut(this.#outlet, work.id);
    if (!licence.ok) throw new Error(licence.error.message);
    const content = await loans.content(this.#outlet, licence.value.licence.licence);
    if (!content.ok) throw new Error(content.error.message);
    const { terms: termsText, signature: termsSignature, work: shown, segments } = content.value;
    const terms = parseLoanTerms(termsText);
    if (!terms.ok) throw new Error(terms.error.message);
    await this.#book.putLoan({ licence: terms.value.licence, work: shown, termsText, termsSignature, segments });
    this.#loan = { terms: terms.value, termsText, work };
  }

  /** Somebody comes by: signs on, looks around, pays, hears something, goes. Sometimes the power fails afterwards. */
  async visit(keys: number): Promise<void> {
    this.#online = this.#random.next(4) !== 0;
    const { account: accountNo, outlet: outletNo } = this.#outlet;
    const usage = new UsageWriter({ book: this.#book, clock: this.#clock, identity: () => ({ accountNo, outletNo }) });
    await usage.signOn();
    for (let key = 0; key < keys; key += 1) await usage.keyPressed('down', 'browse');
    const playId = `play-${this.#number}-${this.#plays}`;
    this.#plays += 1;
    if (this.#online) await this.#stream(playId, usage);
    else if (this.#loan !== null && (this.#loan.terms.endMs ?? Number.POSITIVE_INFINITY) > this.#clock.wallMs()) await this.#borrowed(playId, usage);
    if (this.#random.next(8) !== 0) await usage.signOff();
    await this.#book.flush();
    if (this.#random.next(20) === 0) this.#crash();
  }

  connect(): void {
    this.#uploader = createUploader({
      book: this.#book,
      headend: { report: (request) => this.#deliver(request) },
      ...{ clock: this.#clock, random: this.#random, log: silentLog, status: () => ({ state: 'idle' }) },
      onCommands: async () => [],
      onSettlements: async () => {},
    });
    this.#uploader.start();
  }

  async disconnect(): Promise<void> {
    await this.#uploader?.stop();
    this.#uploader = null;
  }

  /** At the end of the soak: the line is there, and nothing is lost on it. */
  mend(): void {
    this.#online = true;
  }

  async pending(): Promise<number> {
    const { written, acknowledgedThrough } = await this.#book.outboxState();
    return written - acknowledgedThrough;
  }

  async standing(): Promise<{ readonly earnedMinor: bigint; readonly problem: string | null; readonly written: number; readonly quarantined: number }> {
    const [ledger, outbox] = [await this.#book.ledger(), await this.#book.outboxState()];
    return { earnedMinor: ledger.earnedMinor, problem: ledger.problem, written: outbox.written, quarantined: outbox.quarantined };
  }

  close(): void {
    this.#book.abandon();
  }

  async #stream(playId: string, usage: UsageWriter): Promise<void> {
    const work = this.#work();
    if (!(await this.#bought(playId, work))) return;
    const offer = await this.#headend.desks.checkout.offer(
      this.#outlet,
      offerRequest({ playId, payer: playId, work, trial: false, ephemeral: openExchange(this.#random) }),
      'headend',
    );
    if (!offer.ok) {
      // Nothing was heard, and everything goes back.
      await this.#book.settle({ playId, chargedMinor: 0n, heardMs: 0, endReason: 'failed', statement: null });
      return;
    }
    const { sid, terms: termsText, signature } = offer.value;
    const terms = parseTerms(termsText);
    if (!terms.ok) throw new Error(terms.error.message);
    await this.#book.openSession({ sid, playId, termsText, termsSignature: signature });
    const title = { playId, workId: work.id, sid, kind: 'paid' } as const;
    await usage.playStarted(title);
    const packets = this.#random.next(3) === 0 ? this.#random.next(work.packets + 1) : work.packets;
    const counts = [{ node: 0, billingClass: 'paid', packets }] as const;
    this.#headend.tellHeard(sid, packets);
    const endReason = packets === work.packets ? 'finished' : 'skipped';
    const facts = { playId, epoch: 0, counts, unheardPaidPackets: 0, lostPackets: 0, heardMs: packets * 20, confirmEventId: null, endReason } as const;
    const closing = closePlay({ ...facts, terms: terms.value, termsHash: sha256Hex(termsText), wallMs: this.#clock.wallMs() }, this.#device.signer);
    await this.#book.settle({ playId, chargedMinor: closing.chargedMinor, heardMs: packets * 20, endReason, statement: closing.statement });
    await usage.playEnded(title, { heardMs: packets * 20, endReason, fundingSource: 'paid' });
    this.streamed += 1;
  }

  async #borrowed(playId: string, usage: UsageWriter): Promise<void> {
    const { terms, termsText, work } = this.#loan ?? missing();
    if (!(await this.#bought(playId, work))) return;
    await this.#book.openLoanPlay(playId, terms.licence);
    await usage.playStarted({ playId, workId: work.id, sid: null, kind: 'paid' });
    const paidPackets = this.#random.next(work.packets + 1);
    const heardMs = paidPackets * 20;
    const paidBy = await fundsOfUse(this.#book, playId);
    const facts = { terms, termsText, playId, trialPackets: 0, paidPackets, heardMs, endReason: 'finished', wallMs: this.#clock.wallMs(), paidBy } as const;
    const { chargedMinor, use } = stateUse(facts, this.#device.signer);
    await this.#book.settle({ playId, chargedMinor, heardMs, endReason: 'finished', statement: null, use });
    this.borrowed += 1;
  }

  async #bought(playId: string, { id, title, artist, priceMinor }: StoredWork): Promise<boolean> {
    const payer = await this.#book.currentPayer();
    if ((payer?.creditMinor ?? 0n) < BigInt(priceMinor)) {
      this.#coins += 1;
      await this.#book.insertCoin({ source: 'slot', counterEpoch: 1, counter: this.#coins, valueMinor: 200n });
    }
    const bought = await this.#book.enqueue({ playId, workId: id, title, artist, quoteMinor: BigInt(priceMinor) });
    return bought === 'ok' && (await this.#book.takeNext()) !== null;
  }

  #work(): StoredWork {
    return this.#headend.works[this.#random.next(this.#headend.works.length)] ?? missing();
  }

  /** One request in ten is lost, and one answer in ten. */
  async #deliver(request: ReportRequest): ReturnType<Parameters<typeof createUploader>[0]['headend']['report']> {
    const fate = this.#random.next(10);
    if (!this.#online || fate === 0) {
      this.cuts += 1;
      return err(unreachable);
    }
    const answer = await this.#headend.accept(this.#outlet, request);
    if (fate === 1) this.cuts += 1;
    return fate === 1 || !answer.ok ? err(unreachable) : ok(answer.value);
  }

  #crash(): void {
    this.#book.abandon();
    this.#book = this.#open();
  }

  #open(): InlineBook {
    this.crashes += 1;
    const { account, outlet } = this.#outlet;
    const bootId = `0b0e7a52-0000-4000-8000-${String(this.#number * 1_000 + this.crashes).padStart(12, '0')}`;
    return openBookInline({
      ...{ folder: this.#folder, migrationsFolder: MIGRATIONS, profile: 'jukebox', currency: 'EUR', bootId, accountNo: account, outletNo: outlet },
      ...{ clock: this.#clock, random: this.#random, wallQuality: () => 'held' as const },
      diskSpace: () => ({ totalBytes: 32e9, usedBytes: 1e9, freeBytes: 31e9 }),
    });
  }
}

function missing(): never {
  throw new Error('there is nothing to play');
}
