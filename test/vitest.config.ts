import { defineConfig } from 'vitest/config';

const REAL = 'test/interop/**/*.test.ts';
const NEVER = ['test/soak/**', 'test/bench/**', 'node_modules/**'];

/** Two groups, one after the other: rules in parallel, then what plays in real time, one file at a time and with all cores. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'rules', include: ['test/**/*.test.ts'], exclude: [...NEVER, REAL], maxWorkers: '100%', sequence: { groupOrder: 0 } } },
      {
        extends: true,
        // Sound is judged in real time here: a machine that others share may stall once, hardly twice.
        test: { name: 'real', include: [REAL], exclude: NEVER, fileParallelism: false, maxWorkers: 1, retry: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
