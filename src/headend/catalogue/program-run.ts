import { type ChildProcess, spawn } from 'node:child_process';
import { constants, getPriority } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { limits } from '../../limits.ts';
import { giveWay } from '../../platform/priority.ts';
import { type Clock, monotonicMs } from '../../ports/clock.ts';
import { concatBytes } from '../../units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** `interrupted`: it hung, or somebody killed it; another run may well succeed. */
export type ProgramFault = 'program-missing' | 'stopped' | 'interrupted' | 'output-too-large';

export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Runs at our own priority instead of below everybody's. */
  readonly urgent?: boolean;
  /** Written to its standard input as fast as it reads; without it the program reads nothing. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** Each whole line of standard output; without it the output is collected, up to `limits.programOutputBytes`. */
  readonly onLine?: (line: string) => void;
}

export interface ProgramEnd {
  readonly exitCode: number;
  readonly output: Uint8Array;
  /** The last lines of standard error. */
  readonly lines: readonly string[];
  /** Lines marked `[error]` or `[fatal]`: how many, and the first few. */
  readonly errorCount: number;
  readonly errors: readonly string[];
}

const LINES_KEPT = 80;
const ERRORS_KEPT = 8;
const LINE_CHARACTERS = 2_000;

/**
 * Runs ffmpeg or ffprobe once, below everybody else's priority: a song that plays must not starve for one that is ingested.
 * Ends it when the signal says so, or when it says nothing for `limits.programSilenceMs`. A non-zero exit code is a value.
 */
export async function runProgram(run: ProgramRun): Promise<Result<ProgramEnd, Fault<ProgramFault>>> {
  if (run.signal?.aborted === true) return fault('stopped', 'stopped before it began');
  // Its own process group: Ctrl-C in a terminal reaches us alone, and we decide what becomes of it.
  const child = spawn(run.program, [...run.args], { stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], detached: true });
  const guard = new RunGuard(child, run);
  const ended = new Promise<number | null | Error>((resolve) => {
    child.once('error', resolve);
    child.once('close', resolve);
  });
  const niceness = run.urgent === true ? getPriority() : constants.priority.PRIORITY_BELOW_NORMAL;
  if (child.pid !== undefined && niceness > 0) giveWay(child.pid, niceness);
  const output = readOutput(child, run, guard);
  const said = readErrors(child, guard);
  const fed = feed(child, run.input);
  const exit = await ended;
  guard.release();
  await fed;
  if (exit instanceof Error) return fault('program-missing', `${run.program} cannot be run (${exit.message}); install it: apt-get install ffmpeg`);
  if (guard.fault !== null) return guard.fault;
  if (exit === null) return fault('interrupted', `${run.program} was killed`);
  return ok({ exitCode: exit, output: concatBytes(...output), ...said });
}

/** Kills the program at most once, and remembers why. */
class RunGuard {
  readonly #child: ChildProcess;
  readonly #run: ProgramRun;
  readonly #onAbort = (): void => this.stop(fault('stopped', 'stopped by the caller'));
  #cancel: () => void = () => {};
  #heardAtMs: number;
  fault: ReturnType<typeof fault<ProgramFault>> | null = null;

  constructor(child: ChildProcess, run: ProgramRun) {
    this.#child = child;
    this.#run = run;
    this.#heardAtMs = monotonicMs(run.clock);
    run.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#watch(limits.programSilenceMs);
  }

  heard(): void {
    this.#heardAtMs = monotonicMs(this.#run.clock);
  }

  stop(why: ReturnType<typeof fault<ProgramFault>>): void {
    this.fault ??= why;
    this.#child.kill('SIGKILL');
  }

  release(): void {
    this.#cancel();
    this.#run.signal?.removeEventListener('abort', this.#onAbort);
  }

  #watch(delayMs: number): void {
    this.#cancel = this.#run.clock.after(delayMs, () => {
      const leftMs = this.#heardAtMs + limits.programSilenceMs - monotonicMs(this.#run.clock);
      if (leftMs <= 0) this.stop(fault('interrupted', `${this.#run.program} said nothing for ${limits.programSilenceMs / 1_000} s and was ended`));
      else this.#watch(leftMs);
    });
  }
}

function readOutput(child: ChildProcess, run: ProgramRun, guard: RunGuard): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  if (child.stdout === null) return parts;
  const onLine = run.onLine;
  if (onLine !== undefined) {
    eachLine(child.stdout, (line) => {
      guard.heard();
      onLine(line);
    });
    return parts;
  }
  let bytes = 0;
  child.stdout.on('data', (part: Uint8Array) => {
    guard.heard();
    bytes += part.length;
    if (bytes > limits.programOutputBytes) guard.stop(fault('output-too-large', `${run.program} wrote more than ${limits.programOutputBytes} bytes`));
    else parts.push(part);
  });
  return parts;
}

function readErrors(child: ChildProcess, guard: RunGuard): Pick<ProgramEnd, 'lines' | 'errors' | 'errorCount'> {
  const said = { lines: [] as string[], errors: [] as string[], errorCount: 0 };
  if (child.stderr === null) return said;
  eachLine(child.stderr, (whole) => {
    guard.heard();
    const line = whole.slice(0, LINE_CHARACTERS);
    said.lines.push(line);
    if (said.lines.length > LINES_KEPT) said.lines.shift();
    if (!/\[(error|fatal|panic)\]/.test(line)) return;
    said.errorCount += 1;
    if (said.errors.length < ERRORS_KEPT) said.errors.push(line);
  });
  return said;
}

function eachLine(stream: Readable, take: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', take);
}

/** A program that ends before it read everything has its reasons: its exit code tells them. */
async function feed(child: ChildProcess, input: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  const pipe = child.stdin;
  if (pipe === null || input === undefined) return;
  let broken = false;
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      broken = true;
      resolve();
    };
    pipe.on('error', end);
    child.once('close', end);
    child.once('error', end);
  });
  try {
    for await (const part of input) {
      if (broken) return;
      if (!pipe.write(part)) await Promise.race([new Promise((resolve) => pipe.once('drain', resolve)), gone]);
    }
  } finally {
    pipe.end();
  }
}
