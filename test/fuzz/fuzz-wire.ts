import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { scriptOptions } from '../script-options.ts';
import { fuzzWire } from './wire-fuzz.ts';

const HELP = `Spoilt messages for the parsers of RTSP, SDP, RTP, RTCP and ackpay: nothing may crash, hang or grow.

usage: npm run fuzz:wire -- [--seconds N] [--seed S] [--json]

  --seconds N  how long (default 20)
  --seed S     of the first message; the same seed makes the same ones (default by the clock, and printed)
  --json       the report as one line of JSON

Exit codes: 0 nothing found, 1 something found, 2 wrong usage.
`;

const values = scriptOptions(HELP, { seconds: 20, seed: Date.now() % 1_000_000, json: false });
setFlagsFromString('--expose-gc');
const report = fuzzWire(values.seconds, values.seed, runInNewContext('gc') as () => void);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  const { inputs, seed, seconds, crashes, slowestMs, slowestTarget, heapGrowthBytes, understood } = report;
  process.stdout.write(`${inputs} inputs in ${seconds} s, seed ${seed}: ${crashes.length} crashes, heap grew by ${(heapGrowthBytes / 1e6).toFixed(1)} MB, `);
  process.stdout.write(`slowest ${slowestMs} ms (${slowestTarget}); understood: ${JSON.stringify(understood)}\n`);
  for (const { target, message, hex } of crashes) process.stdout.write(`${target}: ${message}\n  ${hex}\n`);
}
process.exitCode = report.passed ? 0 : 1;
