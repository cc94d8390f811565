import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../src/platform/migrate.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import { BookCash } from './book-cash.ts';
import { BookClock, readWallQuality } from './book-clock.ts';
import { BookCore } from './book-core.ts';
import { BookDatabase } from './book-database.ts';
import { asBookError, BookError } from './book-error.ts';
import type { BookOptions, BookSeams, FaultHook, OpeningReport } from './book-options.ts';
import { noFaults } from './book-options.ts';
import { BoxBook } from './box-book.ts';
import { CashPageRows } from './cash-page-rows.ts';
import { ClaimRows } from './claim-rows.ts';
import { CollectionRows } from './collection-rows.ts';
import { GrantRows } from './grant-rows.ts';
import { guardInstance } from './instance-guard.ts';
import type { JournalCoin } from './journal-record.ts';
import { LedgerRows } from './ledger-rows.ts';
import { LoanRows } from './loan-rows.ts';
import { MeterRows } from './meter-rows.ts';
import { OutboxRows } from './outbox-rows.ts';
import { OutboxWriter } from './outbox-writer.ts';
import { ensurePayer, openPayer } from './payer-credit.ts';
import { PayerRows } from './payer-rows.ts';
import { PlayRows } from './play-rows.ts';
import { QueueRows } from './queue-rows.ts';
import { ReceiptRows } from './receipt-rows.ts';
import { readJournalKnowledge, rebuildBook } from './recover-book.ts';
import { SessionRows } from './session-rows.ts';
import { SettlementRows } from './settlement-rows.ts';
import type { JournalContents } from './side-journal.ts';
import { SideJournal } from './side-journal.ts';
import { SpendingRows } from './spending-rows.ts';
import { judgeStorage, readDiskSpace } from './storage-guard.ts';
import { TaxRows } from './tax-rows.ts';
import { ViewerRows } from './viewer-rows.ts';

export interface BookSurroundings extends BookSeams {
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Opens the box's book, synchronously (inside the worker thread, or in a simulation): locks the folder, checks the file, moves a
 * damaged one aside and rebuilds it from the cash journal, posts coins that fell just before a kill. Never an empty book silently:
 * the opening report says what was found. Throws BookError.
 */
export function openBoxBook(options: BookOptions, surroundings: BookSurroundings): BoxBook {
  const faults = surroundings.faults ?? noFaults;
  const guard = options.guarded === true ? { release: () => {} } : guardInstance(options.folder);
  let journal: SideJournal | null = null;
  let database: BookDatabase | null = null;
  try {
    const path = join(options.folder, 'box.db');
    journal = new SideJournal(join(options.journalFolder ?? options.folder, 'cash-journal.bin'), faults);
    const written = journal.read();
    const opened = openDatabase(path, options.migrationsFolder, faults, surroundings.clock);
    database = opened.database;
    const core = assemble(options, surroundings, database, journal);
    return new BoxBook(core, guard, start(core, written, opened.movedAside));
  } catch (thrown) {
    database?.close();
    journal?.close();
    guard.release();
    throw asBookError(thrown);
  }
}

function openDatabase(
  path: string,
  migrationsFolder: string,
  faults: FaultHook,
  clock: Clock,
): { readonly database: BookDatabase; readonly movedAside: readonly string[] } {
  const whole = tryOpen(path, migrationsFolder, faults);
  if (whole !== null) return { database: whole, movedAside: [] };
  const movedAside = moveAside(path, clock.wallMs());
  const fresh = tryOpen(path, migrationsFolder, faults);
  if (fresh === null) throw new BookError('storage-failed', `A new book cannot be written to ${path}: check the disk (dmesg), replace it if this comes again.`);
  return { database: fresh, movedAside };
}

/** @returns null where the file is damaged */
function tryOpen(path: string, migrationsFolder: string, faults: FaultHook): BookDatabase | null {
  let database: BookDatabase | null = null;
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    database = new BookDatabase(path, faults);
    if (database.damage() !== null) throw new BookError('book-damaged', 'damaged');
    const migrated = migrate(database.raw, migrationsFolder);
    if (!migrated.ok) throw new BookError('storage-too-new', migrated.error.message);
    return database;
  } catch (thrown) {
    database?.close();
    const error = asBookError(thrown);
    if (error instanceof BookError && error.code === 'book-damaged') return null;
    throw error;
  }
}

/** Kept for whoever wants to look; never deleted by us. */
function moveAside(path: string, wallMs: number): readonly string[] {
  const moved: string[] = [];
  for (const suffix of ['', '-wal', '-shm']) {
    if (!existsSync(`${path}${suffix}`)) continue;
    let target = `${path}.damaged-${Math.floor(wallMs)}${suffix}`;
    for (let copy = 1; existsSync(target); copy += 1) target = `${path}.damaged-${Math.floor(wallMs)}.${copy}${suffix}`;
    renameSync(`${path}${suffix}`, target);
    moved.push(target);
  }
  return moved;
}

function assemble(options: BookOptions, surroundings: BookSurroundings, database: BookDatabase, journal: SideJournal): BookCore {
  const { clock, random } = surroundings;
  const diskSpace = surroundings.diskSpace ?? readDiskSpace;
  const outboxRows = new OutboxRows(database);
  const wallQuality = surroundings.wallQuality ?? readWallQuality;
  return new BookCore({
    options,
    database,
    journal,
    clock,
    random,
    bookClock: new BookClock(database, clock),
    ledger: new LedgerRows(database),
    payers: new PayerRows(database),
    claims: new ClaimRows(database),
    grants: new GrantRows(database),
    plays: new PlayRows(database),
    queue: new QueueRows(database),
    receipts: new ReceiptRows(database),
    taxes: new TaxRows(database),
    sessions: new SessionRows(database),
    settlements: new SettlementRows(database),
    loans: new LoanRows(database),
    viewers: new ViewerRows(database),
    spending: new SpendingRows(database),
    wallQuality,
    meters: new MeterRows(database),
    collections: new CollectionRows(database),
    cashPages: new CashPageRows(database),
    outboxRows,
    outbox: new OutboxWriter({ rows: outboxRows, clock, bootId: options.bootId ?? readBootId(), wallQuality }),
    storage: () => judgeStorage(diskSpace(options.folder)),
  });
}

function start(core: BookCore, written: JournalContents, movedAside: readonly string[]): OpeningReport {
  const { outboxRows, ledger, journal, options } = core.parts;
  const cash = new BookCash(core);
  const known = readJournalKnowledge(written.entries);
  const fresh = outboxRows.generation() === null;
  const rebuilt = fresh && (written.entries.length > 0 || movedAside.length > 0);
  if (rebuilt) rebuildBook(core, cash, known, { movedAside: movedAside.join(', '), damagedRecords: written.damagedRecords });
  else if (fresh) core.transaction('begin', () => outboxRows.begin(core.newId()));
  if (options.profile === 'set-top' && openPayer(core) === null) core.transaction('account-payer', () => ensurePayer(core));
  const coinsRecovered = rebuilt ? 0 : postForgottenCoins(core, cash, known.coins);
  const generation = core.generation();
  if (!written.entries.some((entry) => entry.type !== 'acknowledged' && entry.generation === generation && entry.type !== 'coin'))
    journal.append({ type: 'base', generation, totals: core.totals() });
  const notices = describe(written, movedAside, rebuilt, coinsRecovered, ledger.audit());
  return {
    state: rebuilt ? 'rebuilt' : fresh ? 'new' : 'opened',
    generation,
    previousGeneration: rebuilt ? known.previousGeneration : null,
    movedAside,
    coinsRecovered,
    notices,
  };
}

/** Journaled, then the kill came before the book: the coin is there all the same. */
function postForgottenCoins(core: BookCore, cash: BookCash, coins: readonly JournalCoin[]): number {
  const forgotten = coins.filter((coin) => !cash.isKnown(coin));
  for (const coin of forgotten) cash.postCoin(coin);
  if (forgotten.length > 0)
    core.transaction('audit', () => core.record({ kind: 'audit', body: { event: 'coins-recovered', facts: { coins: forgotten.length } } }));
  return forgotten.length;
}

function describe(
  written: JournalContents,
  movedAside: readonly string[],
  rebuilt: boolean,
  coinsRecovered: number,
  imbalance: string | null,
): readonly string[] {
  const notices: string[] = [];
  if (movedAside.length > 0) notices.push(`The book was damaged and is kept as ${movedAside.join(', ')}.`);
  if (rebuilt && written.entries.length > 0)
    notices.push(
      'A new book was opened from the cash journal: cash and balances are as noted there; plays, queue and receipts before it are in the old file only.',
    );
  if (rebuilt && written.entries.length === 0)
    notices.push('The cash journal is empty too: the new book starts at zero. Count the cash box and compare with the headend.');
  if (coinsRecovered > 0) notices.push(`${coinsRecovered} coin(s) from just before the last stop were booked now.`);
  if (written.damagedRecords > 0) notices.push(`${written.damagedRecords} record(s) of the cash journal are damaged and were skipped: check the disk.`);
  if (imbalance !== null) notices.push(`The books do not balance: ${imbalance}. Call the operator; nothing is corrected by itself.`);
  return notices;
}

/** The kernel's id of this boot; monotonic times are comparable within it. */
function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
