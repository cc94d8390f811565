import { parseArgs } from 'node:util';
import type { HeadendBook } from '../headend/stores/headend-book.ts';
import { RETENTION, type RetentionClass } from '../headend/stores/retention-rows.ts';
import { processUsage } from '../headend/usage/usage-processor.ts';
import { withHeadendBook } from './headend-book-file.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

const help = `The people behind usage records, by pseudonym: what is kept about one, and how to be rid of it; and how long data is kept at all.

usage: ackbox consumer add --account ACCOUNT [--name NAME] [--contact CONTACT]
       ackbox consumer list
       ackbox consumer export ID
       ackbox consumer erase ID
       ackbox consumer retention [CLASS DAYS|keep]
       ackbox consumer sweep
       all with [--data DIR] [--json]

  add        makes a pseudonym for a person of an account; name and contact stand in a table of their own
  list       the newest ${1_000}; a pseudonym that a box used is here too, without a name
  export     all that is kept about one, as JSON: records, occurrences, profile, and bills of those plays
  erase      takes the pseudonym out of records, occurrences and profiles, which stay as nobody's, and forgets name and contact. Ledger and
             bills name accounts and plays, never consumers; they stay, and the books are checked before and after: where they would not
             agree, nothing is erased. Records of before, delivered later, lose the pseudonym too. What was forwarded to outside entities
             or lies in backups is not reached: the answer names the entities
  retention  how many days each class is kept, and what has gone; with CLASS and DAYS sets one. A running headend sweeps every minute
  sweep      deletes at once what is over its time
  --data     the headend's data folder (default: .ackbox/headend in the checkout)

${Object.entries(RETENTION)
  .map(([name, { days, what }]) => `  ${name.padEnd(12)}${String(days).padStart(5)} days  ${what}`)
  .join('\n')}
  Never swept: ledger, bills, payments, cash, receipts, audit lines, faults; those are the books.

Exit codes: 0 done, 1 failed or not found, 2 wrong usage.
`;

const LIST = 1_000;
const SWEEP = 2_000;
const DAYS_MAX = 36_500;

export const consumerCommand: Subcommand = {
  name: 'consumer',
  summary: 'what is kept about a consumer: export, erase, and for how long',
  help,
  async run(argv, io) {
    const options = { ...text('data'), ...text('account'), ...text('name'), ...text('contact'), json: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
    const run = chooseRun(positionals, values, io);
    if (run === null) {
      io.err(help);
      return EXIT.usage;
    }
    return withHeadendBook(values.data, io, run);
  },
};

type Values = { readonly account?: string | undefined; readonly name?: string | undefined; readonly contact?: string | undefined; readonly json: boolean };
type Run = (book: HeadendBook) => number;

function text<Name extends string>(name: Name) {
  return { [name]: { type: 'string' } } as Readonly<Record<Name, { readonly type: 'string' }>>;
}

function chooseRun([verb, first, second, ...rest]: readonly string[], values: Values, io: CommandIo): Run | null {
  if (rest.length > 0) return null;
  if (verb === 'retention' && (first === undefined) === (second === undefined)) return retentionRun(first, second, values, io);
  if (second !== undefined) return null;
  if (verb === 'export' && first !== undefined) return (book) => exportOne(book, first, io);
  if (verb === 'erase' && first !== undefined) return (book) => eraseOne(book, first, values, io);
  if (first !== undefined) return null;
  if (verb === 'add' && values.account !== undefined) return (book) => addOne(book, values.account ?? '', values, io);
  if (verb === 'list') return (book) => list(book, values, io);
  if (verb === 'sweep') return (book) => sweep(book, values, io);
  return null;
}

function addOne(book: HeadendBook, account: string, { name, contact, json }: Values, io: CommandIo): number {
  const made = book.addConsumer(account, name ?? null, contact ?? null);
  if (made === null) io.err(`ackbox: there is no account ${account}.\n`);
  else io.out(json ? `${JSON.stringify(made)}\n` : `${made.consumer}\n`);
  return made === null ? EXIT.failed : EXIT.ok;
}

function list(book: HeadendBook, { json }: Values, io: CommandIo): number {
  const rows = book.consumers(LIST);
  const lines = rows.map(({ consumer, account, displayName, contact }) => `${consumer}  ${account}  ${displayName ?? ''}  ${contact ?? ''}`.trimEnd());
  io.out(json ? `${JSON.stringify(rows)}\n` : lines.length === 0 ? 'Nobody yet.\n' : `${lines.join('\n')}\n`);
  return EXIT.ok;
}

function exportOne(book: HeadendBook, id: string, io: CommandIo): number {
  processUsage(book);
  const found = book.exportConsumer(id);
  if (found === null) return unknown(id, io);
  io.out(`${JSON.stringify(found, null, 2)}\n`);
  return EXIT.ok;
}

class Unbalanced extends Error {}

/** All of it, or nothing: books that would not agree afterwards undo the erasure. */
function eraseOne(book: HeadendBook, id: string, { json }: Values, io: CommandIo): number {
  processUsage(book);
  if (book.consumer(id) === null) return unknown(id, io);
  const before = book.conservationProblem();
  if (before !== null) {
    io.err(`ackbox: nothing was erased, as the books do not agree: ${before}.\n`);
    return EXIT.failed;
  }
  try {
    const erased = book.together(() => {
      const counts = book.eraseConsumer(id);
      const after = book.conservationProblem();
      if (after !== null) throw new Unbalanced(after);
      return counts;
    });
    book.noteOperatorAction({ who: 'owner', role: 'owner', action: 'erase consumer', about: `${erased.records} records`, outcome: 'ok' });
    const entities = book.forwardedTo();
    const { records, quarantined, occurrences, profiles } = erased;
    io.out(
      json
        ? `${JSON.stringify({ ...erased, forwardedTo: entities })}\n`
        : `Erased from ${records} records, ${occurrences} occurrences, ${profiles} profile rows and ${quarantined} payloads set aside. The books agree.\n${entities.length === 0 ? '' : `Records went to ${entities.join(', ')} before: tell them.\n`}`,
    );
    return EXIT.ok;
  } catch (thrown) {
    if (!(thrown instanceof Unbalanced)) throw thrown;
    io.err(`ackbox: nothing was erased: the books would not agree (${thrown.message}).\n`);
    return EXIT.failed;
  }
}

function retentionRun(name: string | undefined, days: string | undefined, { json }: Values, io: CommandIo): Run | null {
  if (name !== undefined && !Object.hasOwn(RETENTION, name)) return null;
  const wanted = days === undefined || days === 'keep' ? null : Number(days);
  if (wanted !== null && !(Number.isSafeInteger(wanted) && wanted >= 1 && wanted <= DAYS_MAX)) return null;
  return (book) => {
    if (name !== undefined) book.putRetention(name as RetentionClass, wanted);
    const rows = book.retention();
    const lines = rows.map(
      (row) => `${row.name.padEnd(12)}${(row.days === null ? 'kept' : `${row.days} days`).padStart(10)}${String(row.deleted).padStart(12)} gone  ${row.what}\n`,
    );
    io.out(json ? `${JSON.stringify(rows)}\n` : lines.join(''));
    return EXIT.ok;
  };
}

function sweep(book: HeadendBook, { json }: Values, io: CommandIo): number {
  processUsage(book);
  while (book.sweepRetention(SWEEP) > 0);
  const gone = Object.fromEntries(book.retention().map(({ name, deleted }) => [name, deleted]));
  const problem = book.conservationProblem();
  io.out(json ? `${JSON.stringify({ gone, problem })}\n` : `${JSON.stringify(gone)}\n`);
  if (problem !== null) io.err(`ackbox: ${problem}.\n`);
  return problem === null ? EXIT.ok : EXIT.failed;
}

function unknown(id: string, io: CommandIo): number {
  io.err(`ackbox: nothing is kept about a consumer ${id}; ackbox consumer list shows the pseudonyms.\n`);
  return EXIT.failed;
}
