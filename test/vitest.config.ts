import { defineConfig } from 'vitest/config';

const REAL = 'test/interop/**/*.test.ts';
/** What is heard or seen in real time here is judged by the clock: nothing else may run beside it. */
const TIMED = [
  ...['audio-output', 'cable-out', 'film-kills', 'film-play', 'headend-restore', 'house-kills', 'live-channel', 'mishaps'],
  ...['mpv-audio', 'mpv-play', 'mpv-speed', 'mpv-tracks', 'paid-song', 'paid-transports', 'play-recording'],
  ...['rtsp-clients', 'screen', 'screen-tv', 'sender-apart', 'simulated-board', 'trial-decisions'],
].map((name) => `test/interop/${name}.test.ts`);
/** A virtual machine that takes minutes of processor, and is not judged by the clock. */
const CUTS = 'test/power-cut/**/*.test.ts';
const NEVER = ['test/soak/**', 'test/bench/**', 'node_modules/**'];

/**
 * Four groups, one after the other: rules in parallel, real programs two files at a time, what plays in real time, with all cores, and the
 * power cuts. On a machine that nobody else uses rules and cuts run beside what plays, which mostly waits (.ci/test.mjs).
 */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: { name: 'rules', include: ['test/**/*.test.ts'], exclude: [...NEVER, REAL, CUTS], maxWorkers: '100%', sequence: { groupOrder: 0 } },
      },
      { extends: true, test: { name: 'programs', include: [REAL], exclude: [...NEVER, ...TIMED], maxWorkers: 2, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: { name: 'timed', include: TIMED, exclude: NEVER, fileParallelism: false, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
      { extends: true, test: { name: 'cuts', include: [CUTS], exclude: NEVER, maxWorkers: 1, sequence: { groupOrder: 3 } } },
    ],
  },
});
