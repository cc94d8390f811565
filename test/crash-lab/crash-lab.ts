import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MIGRATIONS, seededRandom } from '../fakes/book-folder.ts';
import { openBookInline } from '../fakes/inline-book.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { scriptOptions } from '../script-options.ts';
import { type BookState, readState } from './book-state.ts';
import { type DiskState, diskStates } from './disk-states.ts';
import { type Deed, readTrace, STRACE } from './trace.ts';

export interface LabReport {
  readonly events: number;
  readonly states: number;
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
    let states = 0;
    let number = 0;
    for (const state of diskStates(deeds)) {
      number += 1;
      if (number % every !== 0) continue;
      states += 1;
      const problem = await judge(join(folder, 'state'), state, said);
      if (problem !== null) wrong.push(`after event ${state.said - 1}, ${state.what}: ${problem}`);
      if (wrong.length >= WRONG_SHOWN) break;
    }
    return { events, states, wrong };
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

/** @returns what is wrong, or null: the book opens, balances, and holds what was said, or that and the event under way */
async function judge(folder: string, state: DiskState, said: readonly BookState[]): Promise<string | null> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [path, bytes] of state.files) writeFileSync(join(folder, basename(path)), bytes);
  const [before, after] = [said[state.said - 1], said[state.said]];
  const surroundings = { clock: new VirtualClock(), random: seededRandom(2) };
  const book = openBookInline({
    folder,
    migrationsFolder: MIGRATIONS,
    profile: 'jukebox',
    currency: 'EUR',
    bootId: '0b0e7a52-0000-4000-8000-000000000002',
    ...surroundings,
  });
  try {
    if (book.opening.state !== 'opened') return `the book was ${book.opening.state}`;
    const now = await readState(book);
    if (before !== undefined && now.records < before.records) return `${before.records - now.records} records are lost`;
    return now.money === before?.money || now.money === after?.money ? null : `the ledger holds ${now.money}, not ${before?.money} or ${after?.money}`;
  } finally {
    book.abandon();
  }
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
  const { events, states, wrong } = await runCrashLab(values.events, values.every, values['forget-syncs']);
  for (const words of wrong) console.log(words);
  console.log(`${events} events, ${states} states opened, ${wrong.length} wrong, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  process.exit(wrong.length === 0 ? 0 : 1);
}
