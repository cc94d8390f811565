import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { toHex } from '../units/bytes.ts';

/** Takes finished lines: a file, standard error, or a list in a test. */
export type LineSink = (line: string) => void;

/**
 * A log of one JSON object a line: `at` (milliseconds since 1970), `level`, `part`, `event`, then the facts.
 * Facts that JSON cannot hold are written as text (bigint as decimal, bytes as hex, an error as its message), so that a log
 * line never stops the program.
 */
export function createJsonLog(clock: Clock, part: string, sink: LineSink = toStandardError): Log {
  const write = (level: 'info' | 'warn', event: string, facts: Readonly<Record<string, unknown>> = {}): void => {
    const fixed = { at: clock.wallMs(), level, part, event };
    sink(toLine({ ...fixed, ...facts, ...fixed }));
  };
  return { info: (event, facts) => write('info', event, facts), warn: (event, facts) => write('warn', event, facts) };
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

function toLine(entry: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(entry, (_key, value: unknown) => plain(value));
  } catch (error) {
    return JSON.stringify({ at: entry.at, level: 'warn', part: entry.part, event: entry.event, unloggable: String(error) });
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Error) return value.message;
  return value;
}
