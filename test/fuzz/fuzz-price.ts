import { scriptOptions } from '../script-options.ts';
import { fuzzPrice } from './price-fuzz.ts';

const HELP = `Spoilt pricing models: no crash, no hang, no silent change of price.

usage: npm run fuzz:price -- [--documents N] [--seed S] [--json]

  --documents N  how many (default 5000)
  --seed S       of the first one; the others follow (default 1)
  --json         the report as one line of JSON

Exit codes: 0 nothing found, 1 something found, 2 wrong usage.
`;

const values = scriptOptions(HELP, { documents: 5_000, seed: 1, json: false });
const report = fuzzPrice(values.documents, values.seed);
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
