import { parseArgs } from 'node:util';
import { liveOffline } from './offline-month.ts';

const help = `A box that is offline for weeks, sells what is checked out, and reports through a line that is cut all the time.

usage: npm run sim:offline -- [--days N] [--records N] [--plays N] [--seed S] [--json]

  --days N     how long (default 30)
  --records N  written a day (default 5000)
  --plays N    of checked-out works a day (default 60)
  --seed S     of heard lengths and cuts (default 1)
  --json       one line of JSON (it always is)

Exit codes: 0 nothing lost, doubled or billed otherwise than online; 1 something was; 2 wrong usage.
`;

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '30' },
    records: { type: 'string', default: '5000' },
    plays: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const [days, recordsADay, playsADay, seed] = [values.days, values.records, values.plays, values.seed].map(Number) as [number, number, number, number];
if (![days, recordsADay, playsADay, seed].every((value) => Number.isSafeInteger(value) && value > 0)) {
  process.stderr.write(help);
  process.exit(2);
}
const report = await liveOffline({ days, recordsADay, playsADay, seed });
process.stdout.write(`${JSON.stringify(report)}\n`);
const right = report.gaps === 0 && report.doubles === 0 && report.quarantined === 0 && report.problem === null;
process.exit(right && report.billMinor === report.onlineBillMinor && report.billMinor === report.boxEarnedMinor ? 0 : 1);
