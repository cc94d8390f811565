// `npm run bench`: the budgets of the box, measured on a real house in a folder of its own. `-- --json` for one JSON object.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, machine, renderTable } from './figures.ts';
import { houseFigures } from './house-figures.ts';
import { startToSound } from './start-to-sound.ts';

const START_BUDGET_MS = 3_000;

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const folder = await mkdtemp(join(tmpdir(), 'ackbox-bench-'));
try {
  say('1/3 npm start with an empty data folder ...');
  const cold = await startToSound(join(folder, 'start'));
  say('2/3 npm start with a used one ...');
  const warm = await startToSound(join(folder, 'start'));
  say('3/3 a house: five pre-listens, then a paid song (about a minute) ...');
  const figures = [
    figure('startToSoundMs empty data', 'ms', cold, START_BUDGET_MS),
    figure('startToSoundMs used data', 'ms', warm, START_BUDGET_MS),
    ...(await houseFigures(join(folder, 'house'), say)),
  ];
  const failed = figures.filter(({ verdict }) => verdict === 'FAIL').length;
  const on = machine();
  if (options.json) process.stdout.write(`${JSON.stringify({ machine: on, figures, failed })}\n`);
  else {
    const where = `${on.cores} x ${on.processor}, ${(on.memoryBytes / 1e9).toFixed(0)} GB, Linux ${on.kernel}, Node ${on.node}`;
    process.stdout.write(`Measured on ${where}\n\n${renderTable(figures)}\n\n${failed === 0 ? 'Every budget is kept.' : `${failed} over budget.`}\n`);
  }
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
