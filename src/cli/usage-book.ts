import { parseArgs } from 'node:util';
import { reportCsv } from '../headend/usage/report-csv.ts';
import { processUsage } from '../headend/usage/usage-processor.ts';
import { REPORTS, type ReportName, readPeriod, reportUsage } from '../headend/usage/usage-reporter.ts';
import { type Trace, type TracedRecord, traceUsage } from '../headend/usage/usage-trace.ts';
import { withHeadendBook } from './headend-book-file.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

/** `ackbox usage trace ID`; null where the call is wrong. */
export function runTrace(argv: readonly string[], io: CommandIo): number | null {
  const options = { data: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const [id] = positionals;
  if (id === undefined || positionals.length > 1) return null;
  return withHeadendBook(values.data, io, (book) => {
    const trace = traceUsage(book, id);
    io.out(values.json ? `${JSON.stringify(trace)}\n` : wordsOf(trace));
    return trace.records.length > 0 ? EXIT.ok : EXIT.failed;
  });
}

/** `ackbox usage report NAME`; null where the call is wrong. */
export function runReport(argv: readonly string[], io: CommandIo): number | null {
  const options = { data: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const [name = ''] = positionals;
  const period = readPeriod(values.from, values.to);
  if (!Object.hasOwn(REPORTS, name) || positionals.length > 1 || period === null) return null;
  return withHeadendBook(values.data, io, (book) => {
    processUsage(book);
    const report = reportUsage(book, name as ReportName, period);
    io.out(values.json ? `${JSON.stringify(report)}\n` : reportCsv(report.rows));
    for (const { outlet, generation, sequences, reason } of report.gaps) io.err(`missing: ${outlet} ${generation} ${sequences} (${reason})\n`);
    return EXIT.ok;
  });
}

/** `ackbox usage check`: the conservation of records and money; null where the call is wrong. */
export function runCheck(argv: readonly string[], io: CommandIo): number | null {
  const options = { data: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  if (positionals.length > 0) return null;
  return withHeadendBook(values.data, io, (book) => {
    processUsage(book);
    const problem = book.conservationProblem();
    io.out(values.json ? `${JSON.stringify({ problem })}\n` : `${problem ?? 'Nothing is missing, nothing is there twice, and the books balance.'}\n`);
    return problem === null ? EXIT.ok : EXIT.failed;
  });
}

function wordsOf({ records, reason }: Trace): string {
  return records.length === 0 ? `${reason}\n` : records.map(lineOf).join('');
}

function lineOf({ record, kind, event, at, time, money, quarantined }: TracedRecord): string {
  const spent = 'reason' in time ? `no time: ${time.reason}` : `${time.postedMs / 1_000} s to ${time.domains.join(', ')}`;
  const paid =
    'reason' in money ? `no posting: ${money.reason}` : `bill ${money.number}: ${money.chargedMinor} ${money.currency} (${money.transfers.join(' ')})`;
  const aside = quarantined.length === 0 ? '' : `; another payload was set aside: ${quarantined.join(', ')}`;
  return `${at}  ${kind} ${event}  ${record}\n  ${spent}\n  ${paid}${aside}\n`;
}
