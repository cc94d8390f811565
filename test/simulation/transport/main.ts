import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { BROKEN_RULES, type BrokenRule } from './broken-rules.ts';
import { joinReports, type SimOptions, type SimReport, simulate } from './simulate.ts';

const help = `Random fault schedules against the paying transport, in virtual time.

usage: npm run sim -- [--schedules N] [--seed S] [--break NAME] [--json]

  --schedules N  how many (default 2000)
  --seed S       of the first one; the others follow (default 1). A failure names its seed: --seed THAT --schedules 1 repeats it
  --break NAME   breaks a rule on purpose: the checks must notice. Names:
${Object.entries(BROKEN_RULES)
  .map(([name, rule]) => `                   ${name.padEnd(22)}${rule}`)
  .join('\n')}
  --json         the last line is the report as JSON (it always is; this leaves out all others)

Exit codes: 0 nothing found, 1 something found, 2 wrong usage.
`;

function count(text: string, name: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new TypeError(`--${name} takes a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      break: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (values.break !== undefined && !Object.hasOwn(BROKEN_RULES, values.break))
    throw new TypeError(`there is no rule ${JSON.stringify(values.break)} to break`);
  const say = (line: string): void => void (values.json || process.stdout.write(`${line}\n`));
  const [schedules, seed] = [count(values.schedules, 'schedules'), count(values.seed, 'seed')];
  const broken = (values.break ?? null) as BrokenRule | null;
  const began = performance.now();
  const report = joinReports(await Promise.all(share(schedules, seed).map((part) => runApart({ ...part, broken }, say))), seed, broken);
  const seconds = Math.round(performance.now() - began) / 1_000;
  process.stdout.write(`${JSON.stringify({ ...report, seconds, schedulesPerSecond: Math.round(schedules / Math.max(seconds, 0.001)) })}\n`);
  return report.failed === 0 ? 0 : 1;
}

type Part = Pick<SimOptions, 'schedules' | 'seed'>;

/** One part a core: a seed says all of its schedule, so it does not matter who runs it. */
function share(schedules: number, seed: number): readonly Part[] {
  const workers = Math.max(1, Math.min(availableParallelism(), Math.ceil(schedules / 50)));
  const bounds = Array.from({ length: workers + 1 }, (_, at) => Math.floor((schedules * at) / workers));
  return bounds.slice(1).map((end, at) => ({ seed: seed + (bounds[at] ?? 0), schedules: end - (bounds[at] ?? 0) }));
}

function runApart(workerData: Part & { readonly broken: BrokenRule | null }, say: (line: string) => void): Promise<SimReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData });
    worker.on('message', (message: string | SimReport) => (typeof message === 'string' ? say(message) : resolve(message)));
    worker.on('error', reject);
  });
}

if (parentPort !== null) {
  const port = parentPort;
  port.postMessage(await simulate({ ...(workerData as Part & { readonly broken: BrokenRule | null }), say: (line) => port.postMessage(line) }));
} else {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exitCode = 2;
  }
}
