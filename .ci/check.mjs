// npm run check: types, lint and format, import rules and sizes. One line a step; the first that fails stops it.
import { spawnSync } from 'node:child_process';

const node = process.execPath;
const steps = [
  ['types', 'node_modules/typescript/bin/tsc', ['-p', '.']],
  ['types of the page', 'node_modules/typescript/bin/tsc', ['-p', 'device/screen/page']],
  ['lint and format', 'node_modules/@biomejs/biome/bin/biome', ['check', '.']],
  ['import rules, purity, sizes', 'node_modules/vitest/vitest.mjs', ['run', '--config', 'test/vitest.config.ts', '--reporter=dot', 'test/tidy']],
];
for (const [name, script, args] of steps) {
  const started = Date.now();
  const { status } = spawnSync(node, [script, ...args], { stdio: 'inherit' });
  console.log(`${name}: ${status === 0 ? 'well' : 'NOT WELL'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (status !== 0) process.exit(1);
}
