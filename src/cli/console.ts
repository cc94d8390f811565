import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { KeptLine } from '../../device/console/kept-line.ts';
import { writeDurably } from '../platform/durable-file.ts';
import { systemClock } from '../platform/system-clock.ts';
import { systemRandom } from '../platform/system-random.ts';
import { toHex } from '../units/bytes.ts';
import { type ConsoleAnswer, ConsoleDialog, type SignIn } from './console-dialog.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

const OPEN_MS = 5_000;
const ANSWER_S = 120;
const TRANSFER_MS = 600_000;

const help = `A terminal for the serial console of a box.

usage: ackbox console PORT
       ackbox console PORT [--as ROLE] [--json] --command LINE [--command LINE ...]
       ackbox console PORT [--as ROLE] --json < LINES
       ackbox console PORT [--as ROLE] --bundle FILE [--by xmodem|base64]

  PORT            a serial port such as /dev/ttyUSB0 (115200 8N1), a pseudo terminal, or tcp:HOST:PORT
  --command LINE  runs this line, prints its answer and ends; may be given again
  --json          the answers as JSON, one object a line: ok, code, text, data; without --command the lines come from standard input
  --bundle FILE   fetches a support bundle into FILE, checked by its SHA-256
  --by HOW        xmodem (CRC, default) or base64
  --as ROLE       signs in as technician, staff or collector; the PIN stands in ACKBOX_PIN, or in the file that --pin-file names
  --pin-file FILE
  --timeout S     how long an answer may take (default ${ANSWER_S})

Without --command, --json and --bundle it is a terminal for a person. Ctrl-] ends it; Ctrl-C goes to the box and drops the line there.
A cable that is pulled out is waited for. picocom -b 115200 PORT works as well.
Exit codes: 0 every command went well, 1 one was refused or failed, or nothing answered, 2 wrong usage, 130 ended by Ctrl-C.
`;

const OPTIONS = {
  command: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  bundle: { type: 'string' },
  by: { type: 'string', default: 'xmodem' },
  as: { type: 'string' },
  'pin-file': { type: 'string' },
  timeout: { type: 'string', default: String(ANSWER_S) },
} as const;

interface Job {
  readonly path: string;
  readonly signIn: SignIn | null;
  /** Null: from standard input. */
  readonly commands: readonly string[] | null;
  readonly json: boolean;
  readonly timeoutMs: number;
  readonly bundle: { readonly file: string; readonly by: string } | null;
}

export const consoleCommand: Subcommand = {
  name: 'console',
  summary: 'a terminal for the serial console of a box',
  help,
  async run(argv, io) {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    const [path] = positionals;
    const { command, bundle, by, json } = values;
    const timeoutMs = 1_000 * Number(values.timeout);
    if (path === undefined || positionals.length > 1 || (by !== 'xmodem' && by !== 'base64') || !(timeoutMs > 0)) {
      io.err(help);
      return EXIT.usage;
    }
    if (command === undefined && bundle === undefined && !json) return await terminal(path, io);
    const commands = command ?? (bundle === undefined ? null : []);
    return await programmed({ path, json, timeoutMs, commands, signIn: readSignIn(values), bundle: bundle === undefined ? null : { file: bundle, by } }, io);
  },
};

async function terminal(path: string, io: CommandIo): Promise<number> {
  if (!process.stdin.isTTY) {
    io.err('ackbox console: standard input is no terminal; give --command LINE, or --json and a line of standard input each.\n');
    return EXIT.usage;
  }
  const { runTerminal } = await import('./console-terminal.ts');
  return await runTerminal(path, io);
}

/** A PIN is no argument: whoever lists processes would read it. */
function readSignIn(values: { readonly as?: string; readonly 'pin-file'?: string }): SignIn | null {
  if (values.as === undefined) return null;
  const pin = values['pin-file'] === undefined ? process.env.ACKBOX_PIN : readFileSync(values['pin-file'], 'utf8').trim();
  if (pin === undefined || pin === '') throw new Error('--as needs the PIN in ACKBOX_PIN, or in a file: --pin-file FILE.');
  return { role: values.as, pin };
}

async function programmed(job: Job, io: CommandIo): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const line = await openLine(job.path);
  const dialog = new ConsoleDialog(line, systemClock);
  const work = dialog.attune(`~${toHex(systemRandom.bytes(4))}`, job.signIn).then(() => runAll(job, dialog, io));
  try {
    return await Promise.race([work, once(interrupted.signal, 'abort').then(() => 130)]);
  } finally {
    work.catch(() => {});
    await dialog.leave();
    await new Promise((resolve) => line.once('close', resolve).destroy());
    process.stdin.destroy();
  }
}

async function openLine(path: string): Promise<KeptLine> {
  let why = 'it does not answer';
  let settle = (_up: boolean): void => {};
  const line = new KeptLine({
    path,
    clock: systemClock,
    onUp: () => settle(true),
    onDown(reason) {
      why = reason;
      settle(false);
    },
  });
  const cancel = systemClock.after(OPEN_MS, () => settle(false));
  const up = await new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  cancel();
  if (up) return line;
  line.destroy();
  throw new Error(`${path} can not be opened: ${why}. Is the cable in, and does nobody else use it?`);
}

async function runAll({ commands, json, timeoutMs, bundle }: Job, dialog: ConsoleDialog, io: CommandIo): Promise<number> {
  let worst: number = EXIT.ok;
  const show = (answer: ConsoleAnswer): void => {
    if (!answer.ok) worst = EXIT.failed;
    if (json) io.out(`${JSON.stringify(answer)}\n`);
    else (answer.ok ? io.out : io.err)(`${answer.text}\n`);
  };
  const live = (text: string): void => io.out(json ? `${JSON.stringify({ live: text })}\n` : `${text}\n`);
  for await (const command of commands ?? createInterface({ input: process.stdin })) {
    if (command.trim() !== '') show(await dialog.run(command, timeoutMs, live));
  }
  if (bundle === null) return worst;
  const answer = await dialog.run(`support bundle by=${bundle.by}`, timeoutMs, live);
  if (answer.ok) {
    const { name, bytes } = await dialog.receive(TRANSFER_MS);
    writeDurably(bundle.file, bytes);
    show({ ...answer, text: `${bundle.file}: ${bytes.length} bytes (${name} on the box)` });
  } else show(answer);
  return worst;
}
