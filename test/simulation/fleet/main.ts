import { parseArgs } from 'node:util';
import { isFlat, soakFleet } from './fleet-soak.ts';

const help = `A fleet lives for two weeks on a turned clock: real books of boxes and headend, real uploaders, gateway, processing and billing, with cut
lines, crashes of boxes and restarts of the headend. Only the sender of packets is left out.

usage: npm run sim:fleet -- [--boxes N] [--days N] [--visits N] [--seed S] [--json]

  --boxes N   of the fleet (default 200)
  --days N    how long (default 14)
  --visits N  of people to each box a day (default 4)
  --seed S    of visits, lines and crashes (default 1)
  --json      one line of JSON at the end; progress, a day a line, goes to standard error

Exit codes: 0 conserved, billed as earned, and memory flat; 1 not; 2 wrong usage.
`;

const { values } = parseArgs({
  options: {
    boxes: { type: 'string', default: '200' },
    days: { type: 'string', default: '14' },
    visits: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [boxes, days, visitsADay, seed] = [values.boxes, values.days, values.visits, values.seed].map(Number) as [number, number, number, number];
if (values.help || ![boxes, days, visitsADay, seed].every((value) => Number.isSafeInteger(value) && value > 0)) {
  process.stdout.write(help);
  process.exit(values.help ? 0 : 2);
}
const report = await soakFleet({
  ...{ boxes, days, visitsADay, seed },
  onDay: ({ day, heapMiB, residentMiB, problem, records, diskMiB }) =>
    void process.stderr.write(
      `day ${day}: ${records} records, heap ${heapMiB} MiB, resident ${residentMiB} MiB, disk ${diskMiB} MiB, ${problem ?? 'conserved'}\n`,
    ),
});
const flat = isFlat(report);
process.stdout.write(values.json ? `${JSON.stringify({ ...report, flat })}\n` : `${JSON.stringify({ ...report, flat }, null, 2)}\n`);
const whole = report.problems.length + report.undelivered + report.quarantined === 0 && report.billedMinor === report.earnedMinor;
process.exit(whole && flat ? 0 : 1);
