// npm run oracle -- --pairs N --seed S --json: random models and histories, rated by the rater and by the oracle.
// --first stops at the first difference.
import { parseArgs } from 'node:util';
import { difference } from './compare.ts';
import { randomPair } from './random-pairs.ts';

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' }, json: { type: 'boolean' }, first: { type: 'boolean' } },
});
const pairs = Number(values.pairs);
const first = Number(values.seed);
const different: number[] = [];
const started = performance.now();
for (let seed = first; seed < first + pairs; seed += 1) {
  const pair = randomPair(seed);
  const found = difference(pair);
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
