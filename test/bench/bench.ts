import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptOptions } from '../script-options.ts';
import { figure, machine, renderTable } from './figures.ts';
import { houseFigures } from './house-figures.ts';
import { startToSound, startToSoundEmpty } from './start-to-sound.ts';

const HELP = `The budgets of the box (start, memory, loop delay, fsyncs), measured on a real house in a folder of its own. About four minutes.

usage: npm run bench -- [--json]

  --json  one JSON object; progress goes to standard error

Exit codes: 0 every budget is kept, 1 one is not, 2 wrong usage.
`;
const START_BUDGET_MS = 3_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function measure(folder: string, json: boolean): Promise<void> {
  say('1/4 npm start, three times with an empty data folder ...');
  const quiet = await startToSoundEmpty(folder, false);
  say('2/4 the same with one core kept busy ...');
  const busy = await startToSoundEmpty(folder, true);
  say('3/4 npm start with a used data folder ...');
  const used = await startToSound(join(folder, 'quiet-0'));
  say('4/4 a house: five pre-listens, then a paid song (about a minute) ...');
  const figures = [
    figure('startToSoundEmptyMs', 'ms', quiet, START_BUDGET_MS),
    figure('startToSoundEmptyMs busy core', 'ms', busy, START_BUDGET_MS),
    figure('startToSoundMs used data', 'ms', used, START_BUDGET_MS),
    ...(await houseFigures(join(folder, 'house'), say)),
  ];
  const failed = figures.filter(({ verdict }) => verdict === 'FAIL').length;
  const on = machine();
  if (json) process.stdout.write(`${JSON.stringify({ machine: on, figures, failed })}\n`);
  else {
    const where = `${on.cores} x ${on.processor}, ${(on.memoryBytes / 1e9).toFixed(0)} GB, Linux ${on.kernel}, Node ${on.node}`;
    process.stdout.write(`Measured on ${where}\n\n${renderTable(figures)}\n\n${failed === 0 ? 'Every budget is kept.' : `${failed} over budget.`}\n`);
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

async function bench(): Promise<void> {
  const options = scriptOptions(HELP, { json: false });
  const folder = await mkdtemp(join(tmpdir(), 'ackbox-bench-'));
  try {
    await measure(folder, options.json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await bench().catch((error: unknown) => {
  say(`bench: it could not be measured to the end: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env.ACKBOX_DEBUG === '1' && error instanceof Error) say(error.stack ?? '');
  process.exitCode = 1;
});
