import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { fuzzWire } from './wire-fuzz.ts';

/** Changes when the suite does; a failing input is printed whole. */
const SEED = 20_261;

it('20 seconds of spoilt messages: no parser throws, hangs or grows', { timeout: 60_000 }, () => {
  setFlagsFromString('--expose-gc');
  const report = fuzzWire(20, SEED, runInNewContext('gc') as () => void);
  expect(report).toMatchObject({ crashes: [], passed: true });
  expect(report.inputs).toBeGreaterThan(2_000);
  const { srtp, ...others } = report.understood;
  expect(srtp).toBe(0);
  for (const count of Object.values(others)) expect(count).toBeGreaterThan(20);
});
