import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { limits } from '../limits.ts';
import { instantText, parseInstant } from '../wire/rating-json.ts';
import { Simulation } from '../wire/simulation.ts';
import { countText, type SimulationFindings } from './difference-words.ts';
import { findHistoryFiles, type HistoryFile, readHistories } from './history-source.ts';
import type { PriceAction } from './price-action.ts';
import { PriceInputError, readModel } from './price-input.ts';
import { ProgressBar } from './progress-bar.ts';
import { SimulationSink, type SinkOptions } from './simulation-sink.ts';
import { type CommandIo, EXIT } from './subcommand.ts';
import { printable } from './text-columns.ts';

interface SimulateOptions extends SinkOptions {
  readonly models: readonly [string, string];
  readonly history: string;
  readonly untilMs: number;
  readonly strict: boolean;
}

/** ackbox price simulate: what changes for whom where one model follows another, on real histories. */
export const priceSimulate: PriceAction = async (argv, io) => {
  const options = readOptions(argv);
  if (typeof options === 'string') {
    io.err(`ackbox price simulate: ${options}\n`);
    return EXIT.usage;
  }
  const files = await findHistoryFiles(options.history);
  refuseOverwriting(options, files);
  const before = await readModel(options.models[0], options.strict, io);
  const after = await readModel(options.models[1], options.strict, io);
  if (before.currency !== null && after.currency !== null && before.currency !== after.currency) {
    throw new PriceInputError(`the models charge ${before.currency} and ${after.currency}: they must be the same (A-36)`);
  }
  const simulation = new Simulation([before, after], options.untilMs);
  const sink = new SimulationSink(options, io, simulation);
  const leftOut = await untilStopped((stopped) => simulateAll(simulation, files, sink, io, stopped));
  if (leftOut === null) {
    sink.abandon();
    const { users } = sink.tally.summary();
    io.err(`ackbox: stopped after ${countText(users)} ${users === 1 ? 'user' : 'users'}; nothing was written.\n`);
    return EXIT.stopped;
  }
  const findings: SimulationFindings = {
    beforeId: before.modelId,
    afterId: after.modelId,
    currency: simulation.currency ?? '',
    digits: simulation.digits,
    until: instantText(options.untilMs),
    cyclesDiffer: JSON.stringify(before.cycle) !== JSON.stringify(after.cycle),
    summary: sink.tally.summary(),
  };
  sink.finish(findings, leftOut);
  if (leftOut > 0) return EXIT.partly;
  if (findings.summary.users > 0) return EXIT.ok;
  io.err(`ackbox: ${options.history} holds no history.\n`);
  return EXIT.failed;
};

function readOptions(argv: readonly string[]): SimulateOptions | string {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      models: { type: 'string', default: '' },
      history: { type: 'string' },
      until: { type: 'string' },
      csv: { type: 'string' },
      plot: { type: 'string' },
      strict: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [before, after, more] = values.models.split(',').filter((path) => path !== '');
  if (before === undefined || after === undefined || more !== undefined || values.history === undefined) {
    return 'give --models OLD.xml,NEW.xml and --history FILE_OR_DIR.';
  }
  const untilMs = values.until === undefined ? Date.now() : parseInstant(values.until);
  if (untilMs === null) return `${JSON.stringify(values.until)} is not a time like 2026-03-28T00:00:00Z.`;
  const { history, strict, json, csv = null, plot = null } = values;
  return { models: [before, after], history, untilMs, strict, json, csv, plot };
}

/** A slip of the hand must not cost the histories. */
function refuseOverwriting({ models, csv, plot }: SimulateOptions, files: readonly HistoryFile[]): void {
  const inputs = new Set([...models, ...files.map(({ path }) => path)].map((path) => resolve(path)));
  for (const output of [csv, plot]) {
    if (output !== null && inputs.has(resolve(output))) throw new PriceInputError(`${output} is read here: write the results to another file`);
  }
  if (csv !== null && plot !== null && resolve(csv) === resolve(plot)) throw new PriceInputError('--csv and --plot name the same file');
}

/** Ctrl-C and SIGTERM end it with nothing half-written. */
async function untilStopped<T>(work: (stopped: AbortSignal) => Promise<T>): Promise<T | null> {
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
    // Somebody may still be about to type into it.
    process.stdin.destroy();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return null;
    throw error;
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
  }
}

/** @returns how many entries were left out; null where it was stopped */
async function simulateAll(
  simulation: Simulation,
  files: readonly HistoryFile[],
  sink: SimulationSink,
  io: CommandIo,
  stopped: AbortSignal,
): Promise<number | null> {
  const bar = new ProgressBar(io.err, process.stderr.isTTY === true);
  const allBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let [readBytes, rated, leftOut] = [0, 0, 0];
  for await (const { place, read, bytes } of readHistories(files)) {
    readBytes += bytes;
    const user = 'problem' in read ? { ok: false as const, error: { code: 'not-read', message: read.problem } } : simulation.rate(read.value);
    if (user.ok) {
      if (rated === limits.simulatedUsers) throw new PriceInputError(`more than ${limits.simulatedUsers} users; give them in several files, one run each`);
      rated += 1;
      sink.add(user.value);
    } else {
      leftOut += 1;
      bar.note(`${place}: left out: ${user.error.code}: ${printable(user.error.message)}\n`);
    }
    if (stopped.aborted) break;
    bar.draw(allBytes === 0 ? null : readBytes / allBytes, `${countText(rated)} ${rated === 1 ? 'user' : 'users'}`);
  }
  bar.clear();
  return stopped.aborted ? null : leftOut;
}
