import type { Meter } from '../../src/domain/cash/meters.ts';
import type { AccountName, Transfer } from '../../src/domain/ledger/ledger.ts';
import { balanceOf } from '../../src/domain/ledger/ledger.ts';
import type { CashBody } from '../../src/domain/usage/record-bodies.ts';
import type { UsageEvent } from '../../src/domain/usage/usage-record.ts';
import { buildUsageRecord } from '../../src/domain/usage/usage-record.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import { assert } from '../../src/units/assert.ts';
import { uuidv7 } from '../../src/units/ids.ts';
import type { WallQuality } from '../../src/units/time.ts';
import type { BookClock } from './book-clock.ts';
import type { BookDatabase } from './book-database.ts';
import { BookError } from './book-error.ts';
import type { BookOptions, StorageState } from './book-options.ts';
import type { CashPageRows } from './cash-page-rows.ts';
import type { ClaimRows } from './claim-rows.ts';
import type { CollectionRows } from './collection-rows.ts';
import type { GrantRows } from './grant-rows.ts';
import type { JournalTotals } from './journal-record.ts';
import type { LedgerRows } from './ledger-rows.ts';
import type { LoanRows } from './loan-rows.ts';
import type { MeterRows } from './meter-rows.ts';
import type { OutboxRows } from './outbox-rows.ts';
import type { OutboxWriter, RecordFact } from './outbox-writer.ts';
import type { PayerRows } from './payer-rows.ts';
import type { PlayRows } from './play-rows.ts';
import type { QueueRows } from './queue-rows.ts';
import type { ReceiptRows } from './receipt-rows.ts';
import type { SessionRows } from './session-rows.ts';
import { readSetting } from './settings-rows.ts';
import type { SettlementRows } from './settlement-rows.ts';
import type { SideJournal } from './side-journal.ts';
import type { SpendingRows } from './spending-rows.ts';
import type { TaxRows } from './tax-rows.ts';
import type { ViewerRows } from './viewer-rows.ts';

export interface BookParts {
  readonly options: BookOptions;
  readonly database: BookDatabase;
  readonly journal: SideJournal;
  readonly clock: Clock;
  readonly bookClock: BookClock;
  readonly random: Random;
  readonly ledger: LedgerRows;
  readonly payers: PayerRows;
  readonly claims: ClaimRows;
  readonly grants: GrantRows;
  readonly plays: PlayRows;
  readonly queue: QueueRows;
  readonly receipts: ReceiptRows;
  readonly taxes: TaxRows;
  readonly sessions: SessionRows;
  readonly settlements: SettlementRows;
  readonly loans: LoanRows;
  readonly viewers: ViewerRows;
  readonly spending: SpendingRows;
  readonly wallQuality: (wallMs: number, highestWallMs: number) => WallQuality;
  readonly meters: MeterRows;
  readonly collections: CollectionRows;
  readonly cashPages: CashPageRows;
  readonly outboxRows: OutboxRows;
  readonly outbox: OutboxWriter;
  readonly storage: () => StorageState;
}

/** What every operation of the book needs: the rows, one transaction, one way to move money and to write records. */
export class BookCore {
  readonly parts: BookParts;
  /** Told after a commit that holds money, a receipt or a fault: the uploader reports at once. */
  onUrgent: () => void = () => {};
  #urgent = false;
  domainsInUse: readonly string[] = [];
  /** Who of the household orders: the pseudonym in the book's own records. */
  watching: string | null = null;

  constructor(parts: BookParts) {
    this.parts = parts;
  }

  nowMs(): number {
    return this.parts.bookClock.nowMs();
  }

  newId(): string {
    return uuidv7(this.parts.clock.wallMs(), this.parts.random.bytes(10));
  }

  /** One FULL transaction; the records that waited go first, so that the outbox keeps the order of time. */
  transaction<T>(name: string, steps: () => T): T {
    const { database, outbox, bookClock } = this.parts;
    this.#urgent = false;
    return database.transaction(
      name,
      () => {
        outbox.writeWaiting();
        const result = steps();
        bookClock.save(database);
        return result;
      },
      () => {
        outbox.forgetWritten();
        if (this.#urgent) this.onUrgent();
      },
    );
  }

  /** As `transaction`, and notes the new totals in the cash journal. The note may be late; it is never waited for. */
  moneyTransaction<T>(name: string, steps: () => T): T {
    const result = this.transaction(name, () => {
      const done = steps();
      this.#sealPage();
      return done;
    });
    this.noteTotals();
    return result;
  }

  /** The headend keeps the seal, too: who changes the book afterwards would have to change it there. */
  #sealPage(): void {
    const sealed = this.parts.cashPages.seal();
    if (sealed !== null) this.record({ kind: 'audit', body: { event: 'cash-page-sealed', facts: { page: sealed.page, seal: sealed.hash } } });
  }

  noteTotals(): void {
    try {
      this.parts.journal.note({ type: 'totals', generation: this.generation(), totals: this.totals() });
    } catch (thrown) {
      if (!(thrown instanceof BookError)) throw thrown;
    }
  }

  post(transfer: Omit<Transfer, 'currency'>): 'post' | 'already-posted' {
    return this.parts.ledger.post({ ...transfer, currency: this.parts.options.currency }, this.nowMs());
  }

  /** Inside a transaction. @returns the record's sequence */
  record(fact: RecordFact): number {
    this.noteDomains(fact);
    if (fact.kind !== 'usage' && fact.kind !== 'audit') this.#urgent = true;
    return this.parts.outbox.write(fact);
  }

  /** A record that leaves a domain out ends it: the book's own records list what was in use before (B-12). */
  noteDomains(fact: RecordFact): void {
    if (fact.kind === 'usage') this.domainsInUse = fact.body.domains;
  }

  recordCash(body: Omit<CashBody, 'currency' | 'amountMinor'> & { readonly amountMinor: bigint }): number {
    return this.record({ kind: 'cash', body: { ...body, amountMinor: String(body.amountMinor), currency: this.parts.options.currency } });
  }

  recordUsage(event: UsageEvent): number {
    const built = buildUsageRecord(this.origin(), { consumerId: this.watching, ...event });
    assert(built.ok, built.ok ? '' : built.error.message);
    return this.record({ kind: 'usage', body: built.value });
  }

  origin(): { readonly accountNo: string; readonly outletNo: string; readonly wallMs: number } {
    const { database, options, clock } = this.parts;
    return {
      accountNo: readSetting(database, 'account-no') ?? options.accountNo ?? 'unassigned',
      outletNo: readSetting(database, 'outlet-no') ?? options.outletNo ?? 'unassigned',
      wallMs: clock.wallMs(),
    };
  }

  generation(): string {
    return this.parts.outboxRows.state().generation;
  }

  totals(): JournalTotals {
    const rows = this.parts.ledger.totals();
    const balance = (account: AccountName): bigint => balanceOf(rows, account);
    return {
      cashBoxMinor: balance('cash-box'),
      staffGrantsMinor: balance('staff-grants'),
      accountDebtMinor: balance('account-debt'),
      patronCreditMinor: balance('patron-credit'),
      heldMinor: balance('held'),
      earnedMinor: balance('earned'),
      refundedMinor: balance('refunded'),
      unclaimedMinor: balance('unclaimed'),
      cardMinor: balance('card-takings'),
      collectedMinor: collectedCash(this.parts.meters.all()),
      unexplainedMinor: balance('unexplained-pulses'),
    };
  }
}

function collectedCash(meters: readonly Meter[]): bigint {
  const cash = meters.find(({ name }) => name === 'cash');
  return cash === undefined ? 0n : cash.lifetime - cash.sinceCollection;
}
