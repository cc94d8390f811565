import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { MIGRATIONS, seededRandom } from '../fakes/book-folder.ts';
import { openBookInline } from '../fakes/inline-book.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { scriptOptions } from '../script-options.ts';
import { type BookState, readState } from './book-state.ts';
import { type DiskState, diskStates } from './disk-states.ts';
import { type Deed, readTrace, STRACE } from './trace.ts';

export interface LabReport {
  readonly events: number;
  /** Recovered by SQLite. */
  readonly states: number;
  /** Of them, with contents of their own: opened by the book. */
  readonly opened: number;
  /** In words, the first few. */
  readonly wrong: readonly string[];
}

const WRONG_SHOWN = 5;

/**
 * @param every of the states, one in so many is opened
 * @param forgetSyncs a disk that takes no notice of the log's syncs, as if the book did not ask for them: the lab must find the loss
 */
export async function runCrashLab(events: number, every: number, forgetSyncs = false): Promise<LabReport> {
  // What is synced and what is not is in the trace: the files themselves may lie in memory.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ackbox-crash-lab-'));
  try {
    const deeds = liveEvening(folder, events).filter((deed) => !(forgetSyncs && deed.kind === 'sync' && deed.path.endsWith('-wal')));
    const said = deeds.flatMap((deed) => (deed.kind === 'said' ? [JSON.parse(deed.text.replace('said ', '')) as BookState] : []));
    if (said.length !== events + 1) throw new Error(`${said.length - 1} of ${events} events were told`);
    const wrong: string[] = [];
    const reader = new StateReader(join(folder, 'state'));
    let states = 0;
    let number = 0;
    for (const state of diskStates(deeds)) {
      number += 1;
      if (number % every !== 0) continue;
      states += 1;
      // What SQLite gave out is freed between turns of the event loop only: an evening of 500 events holds 20 GB otherwise.
      await setImmediate();
      const problem = judge(await reader.read(state), said[state.said - 1], said[state.said]);
      if (problem !== null) wrong.push(`after event ${state.said - 1}, ${state.what}: ${problem}`);
      if (wrong.length >= WRONG_SHOWN) break;
    }
    return { events, states, opened: reader.opened, wrong };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function liveEvening(folder: string, events: number): readonly Deed[] {
  const [trace, book] = [join(folder, 'trace'), join(folder, 'book')];
  const child = join(import.meta.dirname, 'evening-child.ts');
  const { status, stderr } = spawnSync('strace', ['-o', trace, ...STRACE, process.execPath, child, book, String(events)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the evening ended with ${status}: ${stderr.slice(-500)}`);
  return readTrace(readFileSync(trace, 'utf8'), book);
}

/** What a book made of the files that a cut left: what it holds, or why it holds nothing. */
type Reading = BookState | string;

/**
 * Opens states. SQLite recovers each of them; the book opens what SQLite recovered with the cash journal beside it, once where several
 * states come to the same bytes. It reads nothing else, so it would find the same again.
 */
class StateReader {
  readonly #folder: string;
  readonly #known = new Map<string, Reading>();
  #lying: DiskState['files'] = new Map();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** States that the book itself opened. */
  get opened(): number {
    return this.#known.size;
  }

  async read(state: DiskState): Promise<Reading> {
    this.#put(state);
    const content = recovered(join(this.#folder, 'box.db'), state);
    const known = this.#known.get(content);
    if (known !== undefined) return known;
    // SQLite only read, and its shared memory goes; the book will write.
    rmSync(join(this.#folder, 'box.db-shm'), { force: true });
    const reading = await openAndRead(this.#folder);
    this.#lying = new Map();
    this.#known.set(content, reading);
    return reading;
  }

  /** What lies there already stays: most states differ in one file. */
  #put({ files }: DiskState): void {
    if (this.#lying.size === 0 || [...this.#lying.keys()].some((path) => !files.has(path))) {
      rmSync(this.#folder, { recursive: true, force: true });
      mkdirSync(this.#folder);
      this.#lying = new Map();
    }
    rmSync(join(this.#folder, 'box.db-shm'), { force: true });
    for (const [path, bytes] of files) if (this.#lying.get(path) !== bytes) writeFileSync(join(this.#folder, basename(path)), bytes);
    this.#lying = files;
  }
}

/** The hash of what SQLite reads from a book and its log, and of the cash journal; of the files themselves where SQLite reads nothing. */
function recovered(path: string, { files }: DiskState): string {
  const hash = createHash('sha256');
  const others = [...files].filter(([name]) => name.endsWith('.bin'));
  try {
    const database = new Database(path, { readonly: true });
    try {
      hash.update(database.serialize());
    } finally {
      database.close();
    }
  } catch {
    others.push(...[...files].filter(([name]) => !name.endsWith('.bin')));
  }
  for (const [name, bytes] of others) hash.update(`${basename(name)} ${bytes.length} `).update(bytes);
  return hash.digest('base64');
}

async function openAndRead(folder: string): Promise<Reading> {
  const surroundings = { clock: new VirtualClock(), random: seededRandom(2) };
  const bootId = '0b0e7a52-0000-4000-8000-000000000002';
  const book = openBookInline({ folder, migrationsFolder: MIGRATIONS, profile: 'jukebox', currency: 'EUR', bootId, ...surroundings });
  try {
    return book.opening.state === 'opened' ? await readState(book) : `the book was ${book.opening.state}`;
  } finally {
    book.abandon();
  }
}

/** @returns what is wrong, or null: the book opens, balances, and holds what was said, or that and the event under way */
function judge(reading: Reading, before: BookState | undefined, after: BookState | undefined): string | null {
  if (typeof reading === 'string') return reading;
  if (before !== undefined && reading.records < before.records) return `${before.records - reading.records} records are lost`;
  const fits = reading.money === before?.money || reading.money === after?.money;
  return fits ? null : `the ledger holds ${reading.money}, not ${before?.money} or ${after?.money}`;
}

const HELP = `An evening on a real book under strace, and every state in which a power cut could have left its files, opened again.

usage: npm run crash-lab -- [--events N] [--every N] [--forget-syncs]

  --events N      of the evening (default 500)
  --every N       only each Nth state (default 1)
  --forget-syncs  as if no fsync had been made: the lab must then find something

Exit codes: 0 every state opens to books that agree, 1 one does not, 2 wrong usage.
`;

if (import.meta.main) {
  const values = scriptOptions(HELP, { events: 500, every: 1, 'forget-syncs': false });
  const started = performance.now();
  const { events, states, opened, wrong } = await runCrashLab(values.events, values.every, values['forget-syncs']);
  for (const words of wrong) console.log(words);
  console.log(
    `${events} events, ${states} states, ${opened} different contents opened, ${wrong.length} wrong, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  process.exit(wrong.length === 0 ? 0 : 1);
}
