import { parseArgs } from 'node:util';
import { difference } from './compare.ts';
import { randomPair } from './random-pairs.ts';

const HELP = `Random models and histories, rated by the rater and by an oracle that shares nothing with it.

  npm run oracle -- [--pairs 2000] [--seed 1] [--first] [--json]

  --pairs N   how many; pair i comes from seed + i
  --first     stops at the first difference
  --json      prints the result as JSON

Says on standard error how far it is. Ends with 1 where the two differ.
`;
const EVERY_MS = 30_000;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const pairs = Number(values.pairs);
const first = Number(values.seed);
if (!Number.isSafeInteger(pairs) || pairs < 1 || !Number.isSafeInteger(first)) {
  process.stderr.write(HELP);
  process.exit(2);
}
const different: number[] = [];
const started = performance.now();
let told = started;
let done = 0;
for (let seed = first; seed < first + pairs; seed += 1, done += 1) {
  const pair = randomPair(seed);
  const found = difference(pair);
  if (performance.now() - told > EVERY_MS) {
    told = performance.now();
    process.stderr.write(`${done} of ${pairs} pairs, ${different.length} different, ${Math.round(done / ((told - started) / 1_000))} a second\n`);
  }
  if (found === null) continue;
  different.push(seed);
  if (values.first) break;
  if (different.length <= 3 && !values.json) {
    process.stdout.write(`seed ${seed}\n${JSON.stringify(pair)}\nrater:  ${found.rater}\noracle: ${found.oracle}\n\n`);
  }
}
const seconds = Math.round(performance.now() - started) / 1_000;
const result = { pairs, firstSeed: first, differences: different.length, seeds: different.slice(0, 20), seconds };
process.stdout.write(
  values.json
    ? `${JSON.stringify(result)}\n`
    : `${pairs} pairs from seed ${first}: ${different.length} different ${different.slice(0, 20).join(' ')} (${seconds} s)\n`,
);
process.exitCode = different.length === 0 ? 0 : 1;
