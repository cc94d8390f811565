import type { CommandOutcome } from '../session/box-view.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { WATCH_SECONDS, watchFor } from './live-commands.ts';

const technicians = ['technician', 'headend'] as const;
const LINES = 40;
const COLUMNS = 80;

const nothingKept: CommandOutcome = { ok: false, code: 'not-fitted', text: 'A simulation keeps no log.', data: null };

interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly part: string;
  readonly event: string;
}

function read(line: string): LogLine {
  const { at = 0, level = 'info', part = '', event = '', ...facts } = JSON.parse(line) as Partial<LogLine>;
  return { at, level, part, event, ...facts };
}

/** `12:01:02 warn uploader-trouble problem=unreachable`, cut where a terminal ends. */
function shown({ at, level, part: _, event, ...facts }: LogLine): string {
  const rest = Object.entries(facts).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const line = [new Date(at).toISOString().slice(11, 19), level, event, ...rest].join(' ');
  return line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line;
}

const fits = (level: string) => (line: LogLine) => level !== 'warn' || line.level === 'warn';

const log: Command<CommandContext> = {
  name: 'log',
  help: 'the last lines of the log; level=warn only what went wrong; | json has all facts',
  roles: technicians,
  guard: 'none',
  arguments: [
    { name: 'lines', kind: 'integer', required: false, help: `how many (${LINES})` },
    { name: 'level', kind: 'text', required: false, help: 'warn or info (info)' },
  ],
  run: async ({ logRing }, { lines = String(LINES), level = 'info' }) => {
    if (logRing === undefined) return nothingKept;
    if (level !== 'warn' && level !== 'info') return { ok: false, code: 'bad-argument', text: 'level is warn or info.', data: null };
    const found = logRing
      .lines()
      .map(read)
      .filter(fits(level))
      .slice(-Math.max(1, Number(lines)));
    return done(found.map(shown).join('\n') || 'Nothing was logged.', found);
  },
};

const follow: Omit<Command<CommandContext>, 'name'> = {
  help: 'shows the log as it is written, until a key is pressed, or Ctrl-C',
  roles: technicians,
  guard: 'none',
  arguments: [WATCH_SECONDS, { name: 'level', kind: 'text', required: false, help: 'warn or info (info)' }],
  run: async ({ logRing, clock, live }, { seconds, level = 'info' }) => {
    if (logRing === undefined || clock === undefined) return nothingKept;
    const lines = await watchFor(clock, live, seconds, (say) =>
      logRing.onLine((text) => {
        const line = read(text);
        if (fits(level)(line)) say(shown(line));
      }),
    );
    return done(lines.join('\n') || 'The log is no longer followed.', lines);
  },
};

const bundle: Command<CommandContext> = {
  name: 'support bundle',
  help: 'packs versions, options, state, integrity, commands and the log, without secrets, and sends it over this line (ackbox console --bundle)',
  roles: ['technician'],
  guard: 'none',
  arguments: [{ name: 'by', kind: 'text', required: false, help: 'xmodem (default), base64, or file: it only lies on the box' }],
  run: async ({ box, book, hardware, logRing, clock, selfTest }, { by = 'xmodem' }) => {
    if (hardware === undefined || logRing === undefined || clock === undefined || selfTest === undefined) return nothingKept;
    if (by !== 'xmodem' && by !== 'base64' && by !== 'file') return { ok: false, code: 'bad-argument', text: 'by is xmodem, base64 or file.', data: null };
    const { writeSupportBundle } = await import('../supervision/support-bundle.ts');
    const made = await writeSupportBundle({ folder: selfTest.folder, book, box, hardware, logRing, wallMs: clock.wallMs() });
    const outcome = done(`${made.name}, ${made.bytes} bytes, lies in the support folder of the box.`, { name: made.name, bytes: made.bytes });
    return by === 'file' ? outcome : { ...outcome, sends: { path: made.path, name: made.name, by } };
  },
};

export const logCommands: readonly Command<CommandContext>[] = [log, { name: 'log follow', ...follow }, { name: 'watch log', ...follow }, bundle];
