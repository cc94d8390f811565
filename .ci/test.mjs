// npm test: the checks, then every suite. Set-up (packages, programs) was done by the bootstrap before this runs.
import { spawnSync } from 'node:child_process';

const run = (script, args) => spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' }).status === 0;
const report = process.env.ACKBOX_TEST_REPORT;
const reporters = report ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : [];
const checked = run('.ci/check.mjs', []);
const tested = run('node_modules/vitest/vitest.mjs', ['run', '--config', 'test/vitest.config.ts', ...reporters, ...process.argv.slice(2)]);
process.exit(checked && tested ? 0 : 1);
