import { parseArgs } from 'node:util';
import { processUsage } from '../../../src/headend/usage/usage-processor.ts';
import { limits } from '../../../src/limits.ts';
import { benchAggregation } from './aggregate-file.ts';
import { raiseStorm } from './event-storm.ts';
import { fleetRecords } from './fleet-records.ts';
import { importByCommandLine, insertOneByOne } from './sqlite-peer.ts';
import { measure, UsageHouse } from './usage-house.ts';

const help = `How many usage records a headend takes in, durably, and processes; and whether it keeps them apart when they come in a storm.

usage: npm run bench:usage -- [--records N] [--boxes N] [--json]
       npm run bench:usage -- --aggregate LINES [--json]
       npm run bench:usage -- --storm EVENTS [--boxes N] [--seed S] [--in-memory] [--json]

  --records N     delivered by the fleet (default 200000), ${limits.batchRecords} a report, twenty reports at once
  --boxes N       of the fleet (default 200)
  --aggregate N   instead: a file of so many lines through ackbox usage aggregate
  --storm EVENTS  instead: so many deliveries, a fifth of them repetitions, clocks a month apart, numbers with another payload, batches
                  too early, restarts; counts what was lost, doubled or altered. 10000000 need 7 GB of disk and half an hour
  --seed S        of the storm (default 1)
  --in-memory     the storm's book in /dev/shm: for its logic, not for its speed
  --json          one JSON object; progress goes to standard error

Peers, measured in the same run: SQLite's command line importing the same rows in one transaction, checking nothing; and one transaction
a record. Durable means journal WAL with synchronous=FULL.

Exit codes: 0 well, 1 something was lost, doubled, altered or not accounted for, 2 wrong usage.
`;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '200000' },
    boxes: { type: 'string', default: '200' },
    storm: { type: 'string' },
    aggregate: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'in-memory': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const { storm: stormed = '1', aggregate = '1' } = values;
const [records, boxes, seed, events, lines] = [values.records, values.boxes, values.seed, stormed, aggregate].map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
if (values.help || ![records, boxes, seed, events, lines].every((value) => Number.isSafeInteger(value) && value > 0)) {
  process.stdout.write(help);
  process.exit(values.help ? 0 : 2);
}
if (values.aggregate !== undefined) say(await benchAggregation(lines));
else process.exitCode = values.storm === undefined ? await bench() : await storm();

async function bench(): Promise<number> {
  const batch = limits.batchRecords;
  const rounds = Math.max(1, Math.round(records / boxes / batch));
  const reports = Array.from({ length: rounds * boxes }, (_, index) => {
    const [box, round] = [index % boxes, Math.floor(index / boxes)];
    return { box, records: fleetRecords(box, round * batch + 1, (round + 1) * batch, rounds * batch) };
  });
  const total = reports.length * batch;
  const house = new UsageHouse(boxes, false);
  try {
    const ingest = await measure(async () => {
      for (let at = 0; at < reports.length; at += 20) await Promise.all(reports.slice(at, at + 20).map((report) => house.deliver(report.box, report.records)));
    });
    let processed = 0;
    const process = await measure(() => {
      processed = processUsage(house.book);
    });
    const few = reports[0]?.records ?? [];
    const [byLine, oneByOne] = [importByCommandLine(reports), await insertOneByOne(0, few)];
    const figures = {
      records: total,
      ingest,
      ingestPerSecond: Math.round(total / ingest.seconds),
      ingestPerCpuSecond: Math.round(total / ingest.cpuSeconds),
      process,
      processedPerMinute: Math.round((60 * processed) / process.seconds),
      processedPerCpuMinute: Math.round((60 * processed) / process.cpuSeconds),
      bytesARecord: Math.round(house.bytes() / total),
      peers: {
        sqliteCommandLinePerSecond: byLine === null ? null : Math.round(total / byLine.seconds),
        oneTransactionARecordPerSecond: Math.round(few.length / oneByOne.seconds),
      },
    };
    say(figures);
    return processed === total ? 0 : 1;
  } finally {
    house.remove();
  }
}

async function storm(): Promise<number> {
  const begun = performance.now();
  const onProgress = (delivered: number): void =>
    void process.stderr.write(`\r${delivered} of ${events} events, ${Math.round((performance.now() - begun) / 1_000)} s `);
  const report = await raiseStorm({ events, boxes, seed, inMemory: values['in-memory'], onProgress });
  process.stderr.write('\n');
  say(report);
  const { conflicts, lost, doubled, altered, unaccounted, sessionMs, expectedSessionMs } = report;
  const right = lost + doubled + altered + unaccounted === 0 && sessionMs === expectedSessionMs;
  return right && conflicts.sent === conflicts.answered && conflicts.sent === conflicts.kept ? 0 : 1;
}

function say(figures: object): void {
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : `${JSON.stringify(figures, null, 2)}\n`);
}
