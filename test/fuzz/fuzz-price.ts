// `npm run fuzz:price -- --documents 1000000 --seed 1 --json`: spoilt pricing models; no crash, no hang, no silent change of price.
import { parseArgs } from 'node:util';
import { fuzzPrice } from './price-fuzz.ts';

const { values } = parseArgs({
  options: { documents: { type: 'string', default: '5000' }, seed: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const report = fuzzPrice(Number(values.documents), Number(values.seed));
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  const { documents, seed, seconds, perSecond, strictlyValid, lenientlyValid, repaired, visibleDifferences, slowestMs, failures } = report;
  process.stdout.write(
    `${documents} models from seed ${seed} in ${seconds} s (${perSecond}/s): ${failures.length} failures; valid ${strictlyValid} strictly, `,
  );
  process.stdout.write(
    `${lenientlyValid} leniently, ${repaired} of them repaired; ${visibleDifferences} charge something else, in words; slowest ${slowestMs} ms\n`,
  );
  for (const failure of failures) process.stdout.write(`seed ${failure.seed}: ${failure.fault}\n${failure.text}\n\n`);
}
process.exitCode = report.failures.length === 0 ? 0 : 1;
