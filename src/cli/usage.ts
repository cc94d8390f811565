import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { UsageTotals } from '../domain/usage/usage-totals.ts';
import { REPORTS } from '../headend/usage/usage-reporter.ts';
import { TitleEvent } from '../wire/title-event.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';
import { type Aggregation, aggregateFile, type LeftOut } from './usage-aggregate.ts';
import { runCheck, runReport, runTrace } from './usage-book.ts';
import { runBill, runSet, runSplit } from './usage-settings.ts';

const help = `Usage records: what was used, for how long, and what became of each record.

usage: ackbox usage aggregate --records FILE.jsonl [--json] [--detail]
       ackbox usage trace [--data DIR] [--json] ID
       ackbox usage report [--data DIR] [--from TIME] [--to TIME] [--json] REPORT
       ackbox usage check [--data DIR] [--json]
       ackbox usage split [--data DIR] [--location NAME] [--json] [PARTY=PERMILLE ...]
       ackbox usage set [--data DIR] service-name|transmission-category VALUE
       ackbox usage bill [--data DIR] [--waive] [--json] OUTLET:GENERATION:SEQUENCE
       ackbox usage schema

aggregate adds up the time of each domain over consecutive records and prints {"seconds": {...}, "occurrences": {...}}.

  --records FILE   one record a line, in any order; - reads standard input
  --json           one JSON object
  --detail         also what became of every record, paths and gaps

A record is a JSON object with the standard record elements of a usage record and its domains:
  AccountNo, OutletNo   whose it is (required)
  Dttm                  ISO 8601; without a zone it is UTC (required)
  EventType             SIGN_ON, SIGN_OFF, USAGE, CONSUMER_IDENTIFICATION, VIEW_FEATURE, ORDER (or NEW_OR_CHANGE_ORDER), PULSE (required)
  domains               the names of all domains in use
  NumberOfUsageDomains  if given, their count
  id                    known twice, counted once (default: DeviceId:Sequence)
  DeviceId, Sequence    the order of a device's records, whatever its clock said (DeviceId defaults to OutletNo)
  BootId, MonotonicNs   if given, durations within a boot come from these and not from Dttm
  TitleDomain, PlaceId, ConsumerId, EntryMethod   for paths and reports

A domain is active from the first record that lists it to the first later record of the same outlet that does not, or to the
sign-off. Where the sign-off was lost, it ends at the last record before the next sign-on or boot. The same id with the same
payload counts once; with another payload it is a conflict: the first one counts, the other is named on standard error.

schema prints the JSON schema of the events that titles give to a box over the socket usage.sock in its data folder: CloudEvents
1.0, one a line; each is answered by one line.

trace says what became of a delivered record: the time it posted to domains, the bill it stands behind, or by name why there is
none. ID is outlet:generation:sequence, generation:sequence or sequence, a play's id, a PaySession's id, or the id of a title's event.

split says who gets what of a location's takings, in thousandths that are 1000 together: without --location for all that have no rule
of their own; without parties it shows the rule. The report settlement follows it: what was paid (coins, cards, accounts) is shared to the
minor unit; what house or staff gave away, and what boxes have not reported yet, stands there unshared. set fills in the first two columns
of the report soundexchange.

bill bills what was set aside as beyond-floor: a household's box took more of checked-out titles than it may owe before the headend hears of
it. A box keeps to its floor by itself, so it was altered or put back; what it took is neither billed nor lost until somebody decides.
It also bills, as the box signed it, a play that this headend does not know, since the backup from which it was restored is older; --waive
settles such a play without money. Each is settled once; the operator's page of records lists them with what they cost.

check says whether every record that a box delivered is stored, over its time or set aside by name, whether every processed one has a
posting or a reason, and whether the ledger balances with every bill.

report prints CSV, or one JSON object with --json. Times are ISO 8601, from <= t < to; days are UTC. What is missing is named on
standard error as sequence ranges, never estimated. --data is the headend's data folder (default: .ackbox/headend in the checkout).
${Object.entries(REPORTS)
  .map(([name, words]) => `  ${name.padEnd(14)}${words}`)
  .join('\n')}

Exit codes: 0 every line is counted, 1 failed or nothing found, 2 wrong usage, 3 some lines were left out (standard error says
which and why).
`;

export const usageCommand: Subcommand = {
  name: 'usage',
  summary: 'usage records: add up, trace, report',
  help,
  async run(argv, io) {
    const [verb, ...rest] = argv;
    if (verb === 'aggregate') return await aggregate(rest, io);
    const done =
      verb === 'trace'
        ? runTrace(rest, io)
        : verb === 'report'
          ? runReport(rest, io)
          : verb === 'check'
            ? runCheck(rest, io)
            : verb === 'split'
              ? runSplit(rest, io)
              : verb === 'set'
                ? runSet(rest, io)
                : verb === 'bill'
                  ? runBill(rest, io)
                  : null;
    if (done !== null) return done;
    if (verb === 'schema') {
      io.out(`${JSON.stringify(TitleEvent, null, 2)}\n`);
      return EXIT.ok;
    }
    io.err(help);
    return EXIT.usage;
  },
};

async function aggregate(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { records: { type: 'string' }, json: { type: 'boolean', default: false }, detail: { type: 'boolean', default: false } },
  });
  if (values.records === undefined) {
    io.err(help);
    return EXIT.usage;
  }
  if (values.records !== '-' && !existsSync(values.records)) {
    io.err(`ackbox: there is no file ${values.records}.\n`);
    return EXIT.failed;
  }
  const done = await aggregateFile(values.records, (line) => io.err(wordsOf(line)));
  const shown = values.detail ? { ...sums(done.totals), ...detail(done) } : sums(done.totals);
  io.out(values.json ? `${JSON.stringify(shown)}\n` : table(done.totals));
  return done.leftOut === 0 ? EXIT.ok : EXIT.partly;
}

function wordsOf({ line, code, message }: LeftOut): string {
  return `${line === null ? '' : `line ${line}: `}${code}: ${message}\n`;
}

function sums({ msOf, occurrencesOf }: UsageTotals): Readonly<Record<string, unknown>> {
  return { seconds: named(msOf, (ms) => ms / 1_000), occurrences: named(occurrencesOf, (times) => times) };
}

function detail({ totals, lines, accepted, duplicates, leftOut }: Aggregation): Readonly<Record<string, unknown>> {
  return {
    records: { lines, accepted, duplicates, leftOut, posted: totals.posted, reasons: named(totals.reasons, (times) => times) },
    paths: named(totals.paths, (times) => times),
    gaps: totals.gaps,
  };
}

function named<Value>(map: ReadonlyMap<string, number>, as: (value: number) => Value): Readonly<Record<string, Value>> {
  return Object.fromEntries([...map].sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, value]) => [name, as(value)]));
}

function table({ msOf, occurrencesOf }: UsageTotals): string {
  const rows = [...msOf].sort(([left], [right]) => (left < right ? -1 : 1));
  const lines = rows.map(
    ([domain, ms]) => `${domain.padEnd(40)}${String(ms / 1_000).padStart(12)} s${String(occurrencesOf.get(domain) ?? 0).padStart(8)} times`,
  );
  return lines.length === 0 ? 'No domain was used.\n' : `${lines.join('\n')}\n`;
}
