import { flushCompileCache } from 'node:module';
import { systemClock } from '../src/platform/system-clock.ts';
import { type BoxConfig, readBoxConfig } from './box-config.ts';
import { runBoxProcess } from './box-process.ts';
import { PlayerUnavailable } from './media/mpv-player.ts';
import { asBookError, BookError } from './stores/book-error.ts';

/** So long after the box is up, or waits to be enrolled, nobody waits for it any more. */
const KEEP_COMPILED_MS = 3_000;
const UP: readonly unknown[] = ['ready', 'enrol-code', 'enrol-trouble'];

/** The box's process: says what it does in JSON lines on standard output, logs to standard error, ends on SIGTERM. */
function say(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
  // Node keeps what it compiled when it ends in order; most boxes are switched off by their plug.
  if (UP.includes(event.event)) systemClock.after(KEEP_COMPILED_MS, flushCompileCache);
}

/** What a person can mend is said in words; anything else ends the process, which starts again from its durable rows. */
function explain(thrown: unknown): never {
  const error = asBookError(thrown);
  const known = error instanceof BookError || error instanceof PlayerUnavailable;
  const message = error instanceof Error ? error.message : String(error);
  say({ event: 'failed', message });
  process.stderr.write(`${message}\n`);
  if (!known && error instanceof Error && process.env.ACKBOX_DEBUG === '1') process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}

function tryReading(): BoxConfig {
  try {
    return readBoxConfig(process.argv.slice(2));
  } catch (error) {
    return explain(error);
  }
}

// The reader of our events may be gone; the box plays on.
process.stdout.on('error', () => {});
const ended = new AbortController();
let config = tryReading();
if (config.supervised) process.stdin.on('end', () => ended.abort()).resume();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ended.abort());
process.on('uncaughtException', explain);

try {
  while ((await runBoxProcess(config, say, ended.signal)) === 'again') config = tryReading();
  process.exit(0);
} catch (error) {
  explain(error);
}
