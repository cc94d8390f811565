import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parentPort, Worker } from 'node:worker_threads';
import { STALL_KINDS, type StallKindName } from './kinds.ts';
import { type Heard, Listening } from './listening.ts';

const help = `Somebody listens and pays for a day over a bad path: does the stream ever stall?

usage: npm run sim:stall -- [--hours H] [--seeds N] [--seed S] [--kind NAME] [--workers N] [--json]

  --hours H      virtual hours of each listening (default 24)
  --seeds N      how many of each kind (default 200); --seed S is the first (default 1)
  --kind NAME    only one of: repaired  1 % of packets lost and sent again, 5 % of ACKs lost
                              residual  1 % of packets lost for good, of which 1.5 % are forgiven
  --workers N    at most so many cores
  --json         the report as JSON; progress goes to the other stream

Exit codes: 0 nothing stalled, 1 something did, 2 wrong usage.
`;

interface Task {
  readonly kind: StallKindName;
  readonly seed: number;
  readonly hours: number;
}

export interface StallReport {
  readonly kind: StallKindName;
  readonly seeds: number;
  readonly hoursEach: number;
  stalls: number;
  stalledSeeds: number[];
  /** Turns of 20 ms in which a packet was due and waited. */
  heldBack: number;
  packets: number;
  paid: number;
  lost: number;
}

function count(text: string, name: string): number {
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new TypeError(`--${name} takes a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      hours: { type: 'string', default: '24' },
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      kind: { type: 'string' },
      workers: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [hours, seeds, first] = [count(values.hours, 'hours'), count(values.seeds, 'seeds'), count(values.seed, 'seed')];
  const kinds = (Object.keys(STALL_KINDS) as StallKindName[]).filter((kind) => (values.kind ?? kind) === kind);
  if (kinds.length === 0) throw new TypeError(`there is no kind ${JSON.stringify(values.kind)}`);
  const tasks = kinds.flatMap((kind) => Array.from({ length: seeds }, (_, at): Task => ({ kind, seed: first + at, hours })));
  const reports = kinds.map(
    (kind): StallReport => ({ ...{ kind, seeds, hoursEach: hours, stalls: 0, stalledSeeds: [] }, ...{ heldBack: 0, packets: 0, paid: 0, lost: 0 } }),
  );
  const began = performance.now();
  let done = 0;
  await runAll(tasks, Math.min(count(values.workers, 'workers'), tasks.length), (task, heard) => {
    done += 1;
    add(reports, task, heard);
    const leftMinutes = Math.round(((performance.now() - began) / done) * ((tasks.length - done) / 60_000));
    process.stderr.write(
      `${done} of ${tasks.length}: ${task.kind} ${heard.seed}, ${heard.stalls} stalls, ${heard.lost} lost; about ${leftMinutes} min to go\n`,
    );
  });
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  if (values.json) process.stdout.write(`${JSON.stringify({ reports, seconds })}\n`);
  else for (const report of reports) process.stdout.write(`${wordsOf(report)}\n`);
  return reports.some(({ stalls }) => stalls > 0) ? 1 : 0;
}

/** Each worker gets its next listening when it is through with the last. */
function runAll(tasks: readonly Task[], workers: number, onHeard: (task: Task, heard: Heard) => void): Promise<unknown> {
  const left = [...tasks];
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url));
      const next = (): void => {
        const task = left.shift();
        if (task === undefined) void worker.terminate().then(() => resolve());
        else worker.postMessage(task);
      };
      worker.on('error', reject);
      worker.on('message', ({ task, heard }: { readonly task: Task; readonly heard: Heard }) => {
        onHeard(task, heard);
        next();
      });
      next();
    });
  return Promise.all(Array.from({ length: workers }, one));
}

function add(reports: readonly StallReport[], task: Task, heard: Heard): void {
  const report = reports.find(({ kind }) => kind === task.kind);
  if (report === undefined) return;
  for (const key of ['stalls', 'heldBack', 'packets', 'paid', 'lost'] as const) report[key] += heard[key];
  if (heard.stalls > 0) report.stalledSeeds.push(heard.seed);
}

function wordsOf({ kind, seeds, hoursEach, stalls, stalledSeeds, packets, lost }: StallReport): string {
  const share = ((100 * lost) / packets).toFixed(3);
  return `${kind}: ${seeds} listenings of ${hoursEach} h, ${packets} packets, ${share} % lost; ${stalls} stalls${stalls > 0 ? ` (seeds ${stalledSeeds.join(', ')})` : ''}`;
}

if (parentPort !== null) {
  const port = parentPort;
  port.on('message', (task: Task) => port.postMessage({ task, heard: new Listening(STALL_KINDS[task.kind], task.seed, task.hours).run() }));
} else {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exitCode = 2;
  }
}
