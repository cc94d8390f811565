import { explainHistory } from '../../src/domain/rating/explain.ts';
import { prepareModel } from '../../src/domain/rating/prepared-model.ts';
import { type LicenceHistory, rateHistory } from '../../src/domain/rating/rate-history.ts';
import { openZone } from '../../src/domain/rating/zone.ts';
import { modelOf } from '../fakes/price-scene.ts';
import { scriptOptions } from '../script-options.ts';
import { type BenchUse, rateWithDecimals } from './naive-decimal-rater.ts';
import { PUBLISHED } from './published-figures.ts';
import { benchExpression } from './rating-bench-model.ts';

const START = Date.UTC(2016, 0, 28);
const UNTIL = Date.UTC(2026, 0, 28);
const zone = openZone('UTC');
if (!zone.ok) throw new Error(zone.error.message);
const model = prepareModel(modelOf(benchExpression('0.90')), 'USD');
const utc = zone.value;

/** Uses of ten years, never over a boundary, so that the naive rater may be simple. */
function usesOf(perMonth: number, withIds = false): readonly BenchUse[] {
  const stepMs = Math.floor((UNTIL - START) / (perMonth * 120));
  return Array.from({ length: perMonth * 120 }, (_, index) => {
    const startMs = START + index * stepMs;
    const dayEnd = 86_400_000 - ((startMs - START) % 86_400_000);
    return { kind: 'use', id: withIds ? `e${index}` : '', startMs, durationMs: Math.min((index * 7_919) % 600_000, dayEnd), quote: null };
  });
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function rateTotal(history: LicenceHistory): bigint {
  const rated = rateHistory(model, history);
  if (!rated.ok) throw new Error(rated.error.message);
  return rated.value.totalDueMinor;
}

function measure(perMonth: number, users: number): Readonly<Record<string, unknown>> {
  const events = usesOf(perMonth);
  const history = { startMs: START, zone: utc, events, untilMs: UNTIL };
  const [ours, naive] = [rateTotal(history), rateWithDecimals(START, UNTIL, events)];
  if (ours !== naive) throw new Error(`the raters differ: ${ours} and ${naive}`);
  const seconds = cpuSeconds(() => {
    for (let user = 0; user < users; user += 1) rateTotal(history);
  });
  const naiveUsers = Math.max(1, Math.floor(users / 20));
  const naiveSeconds = cpuSeconds(() => {
    for (let user = 0; user < naiveUsers; user += 1) rateWithDecimals(START, UNTIL, events);
  });
  const perSecond = Math.round((users * events.length) / seconds);
  const naivePerSecond = Math.round((naiveUsers * events.length) / naiveSeconds);
  return { usesPerMonth: perMonth, rated: users * events.length, usesPerCoreSecond: perSecond, naiveDecimalPerCoreSecond: naivePerSecond };
}

function measureExplain(): Readonly<Record<string, number>> {
  const events = usesOf(20, true).slice(0, 1);
  const many = Array.from(
    { length: 10_000 },
    (_, index) => ({ kind: 'use', id: `e${index}`, startMs: START + index * 200_000, durationMs: (index * 7_919) % 600_000, quote: null }) as const,
  );
  const history = { startMs: START, zone: utc, events: [...events, ...many], untilMs: START + 31 * 86_400_000 };
  const times = Array.from({ length: 15 }, () => 1_000 * cpuSeconds(() => void explainHistory(model, history)));
  return { eventsInCycle: history.events.length, firstMs: Math.round(times[0] ?? 0), medianMs: Math.round(times.sort((left, right) => left - right)[7] ?? 0) };
}

const HELP = `Rated use events per second of one core, beside a naive rater with decimal.js in the same run. Both must come to the same sum.
Time is CPU time of this process, so that a busy machine does not count. What others published of their systems is quoted beside it, not measured.

usage: npm run bench:rating -- [--json]

  --json  one line of JSON
`;

if (import.meta.main) {
  const { json } = scriptOptions(HELP, { json: false });
  const result = {
    rating: [measure(20, 1_000), measure(1_000, 20), measure(10_000, 2)],
    explain: measureExplain(),
    bytes: process.memoryUsage().rss,
    quotedNotMeasured: PUBLISHED,
  };
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
}
