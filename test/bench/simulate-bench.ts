// Histories of many users under two models, on one core. Lines are read, checked and
// rated by the very parts of `ackbox price simulate`; only the disk is left out. Time is CPU time of this process, so that a busy machine does
// not count. Few different lines are written, under as many names as there are users, and each is read anew.

import { DifferenceTally } from '../../src/domain/rating/difference-tally.ts';
import { instantText } from '../../src/wire/rating-json.ts';
import { Simulation } from '../../src/wire/simulation.ts';
import { modelOf } from '../fakes/price-scene.ts';
import { scriptOptions } from '../script-options.ts';
import { machine } from './figures.ts';
import { benchExpression } from './rating-bench-model.ts';

const START = Date.UTC(2016, 0, 28);
const LINES = 50;
const DIGITS_OF_NAME = '{"user":"u'.length;

/** One user's line: uses at irregular times, of some minutes. */
function lineOf(seed: number, years: number, plays: number): Buffer {
  const endMs = Date.UTC(2016 + years, 0, 28);
  const uses = plays * 12 * years;
  const events = Array.from({ length: uses }, (_, index) => {
    const wanderMs = ((index * 7_919 + seed * 104_729) % 86_400) * 1_000;
    const startMs = Math.min(START + Math.floor((index * (endMs - START)) / uses / 1_000) * 1_000 + wanderMs, endMs - 1_000);
    return { type: 'use', id: `e${index}`, start: instantText(startMs), end: instantText(startMs + ((index * 37 + seed * 11) % 600) * 1_000) };
  });
  return Buffer.from(JSON.stringify({ user: 'u0000000', licence: { start: instantText(START) }, currency: 'USD', time_zone: 'UTC', usage_history: events }));
}

function simulate(users: number, years: number, plays: number): Readonly<Record<string, number>> {
  const lines = Array.from({ length: LINES }, (_, seed) => lineOf(seed, years, plays));
  const models = [modelOf(benchExpression('0.90')), modelOf(benchExpression('0.85'))] as const;
  const simulation = new Simulation(models, Date.UTC(2016 + years, 0, 28));
  const tally = new DifferenceTally();
  const startedMs = performance.now();
  const before = process.cpuUsage();
  let bytes = 0;
  for (let user = 0; user < users; user += 1) {
    const line = lines[user % LINES] ?? Buffer.alloc(0);
    line.write(String(user).padStart(7, '0'), DIGITS_OF_NAME);
    bytes += line.length;
    const rated = simulation.rate(JSON.parse(line.toString('utf8')));
    if (!rated.ok) throw new Error(rated.error.message);
    tally.add(rated.value);
  }
  const { spread } = tally.summary();
  if (spread === null || spread.maxMinor > 0n) throw new Error('the new price is lower for every use: nobody can pay more');
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  const uses = users * years * 12 * plays;
  return {
    users,
    years,
    usesAMonth: plays,
    uses,
    inputBytes: bytes,
    cpuSeconds: Math.round(10 * cpuSeconds) / 10,
    wallSeconds: Math.round((performance.now() - startedMs) / 100) / 10,
    usersPerCoreSecond: Math.round(users / cpuSeconds),
    usesReadAndRatedTwicePerCoreSecond: Math.round(uses / cpuSeconds),
    peakBytes: process.resourceUsage().maxRSS * 1_024,
  };
}

const HELP = `Histories of many users under two pricing models, on one core: what \`ackbox price simulate\` does, without the disk.

usage: npm run bench:simulate -- [--users N] [--years Y] [--plays P] [--json]

  --users N, --years Y, --plays P  users (default 10000), years of each (10), uses of each a month (20)
  --json                           one line of JSON
`;

if (import.meta.main) {
  const { users, years, plays, json } = scriptOptions(HELP, { users: 10_000, years: 10, plays: 20, json: false });
  const result = { machine: machine(), simulation: simulate(users, years, plays) };
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
}
