// `npm run fuzz:wire -- --seconds 60 --seed 1 --json`: spoilt messages for the parsers of RTSP, SDP, RTP, RTCP and ackpay.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fuzzWire } from './wire-fuzz.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
setFlagsFromString('--expose-gc');
const report = fuzzWire(Number(values.seconds), Number(values.seed), runInNewContext('gc') as () => void);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  const { inputs, seed, seconds, crashes, slowestMs, slowestTarget, heapGrowthBytes, understood } = report;
  process.stdout.write(`${inputs} inputs in ${seconds} s, seed ${seed}: ${crashes.length} crashes, heap grew by ${(heapGrowthBytes / 1e6).toFixed(1)} MB, `);
  process.stdout.write(`slowest ${slowestMs} ms (${slowestTarget}); understood: ${JSON.stringify(understood)}\n`);
  for (const { target, message, hex } of crashes) process.stdout.write(`${target}: ${message}\n  ${hex}\n`);
}
process.exitCode = report.passed ? 0 : 1;
