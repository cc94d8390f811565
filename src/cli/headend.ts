import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import { copyHeadend } from './headend-backup.ts';
import { headendChannel } from './headend-channel.ts';
import { headendPolicy } from './headend-policy.ts';
import { HeadendPrograms } from './headend-programs.ts';
import type { ProgramEvent } from './program.ts';
import { programScript } from './program-script.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

const help = `Runs a headend alone: for boxes on other machines, or under a supervisor.

usage: ackbox headend [--data DIR] [--host ADDRESS] [--http-port N] [--rtsp-port N] [--name NAME ...] [--currency EUR] [--json]
       ackbox headend backup --to DIR [--data DIR] [--json]
       ackbox headend restore --from DIR [--data DIR] [--json]
       ackbox headend channel add NUMBER --title NAME --input udp://ADDRESS:PORT|srt://ADDRESS:PORT [--price "50 EUR"]
                          [--picture h264-720] [--megabits 2] [--data DIR] [--json]
       ackbox headend channel list|remove NUMBER [--data DIR] [--json]
       ackbox headend policy add KIND --reason TEXT [--value N] [--account A] [--outlet O] [--work W] [--from TIME] [--until TIME]
       ackbox headend policy list|end NUMBER [--data DIR] [--json]

  --data DIR      its folder (default: headend in the data folder of npm start)
  --host ADDRESS  where to listen (default 127.0.0.1; 0.0.0.0 or :: for boxes on other machines)
  --http-port N   HTTPS port (default 8443; 0 takes any free one), --rtsp-port N (default 8554)
  --name NAME     a further name or address that boxes reach it by; may be repeated
  --currency C    of a new headend: EUR, USD, GBP, CHF, JPY or KWD
  --guest-url URL under which address phones reach the guests' pages (a proxy with a certificate that phones trust)
  --json          its own lines of JSON on standard output, instead of words

backup copies a headend while it runs: its book as of one moment, keys, segments, and a list of hashes. Into the folder of an
earlier backup only new segments are copied. restore checks every hash, and never writes over a headend that is there.

channel keeps the map of live channels: where the headend listens for an MPEG transport stream (a multicast address is joined; SRT
comes by ffmpeg), what an hour of it costs (free unless said), which picture it sends, and how many megabits a second it has at most.

policy says who may have what from when on. KIND is refuse or allow (the newest wins), first-plays-free or plays-a-day with how many as
--value, weigh-processing or weigh-upload with thousandths of a second of use as --value, or advert with the minor units that hearing the
--work whole takes off what a household owes. A refusal names its row; rows are ended, never
changed.

Two processes that outlive each other: the registry with HTTP, and the sender of the streams. One that dies is started again; what
plays goes on. Ends on Ctrl-C or SIGTERM. Exit codes: 0 ended as asked, 1 failed, 2 wrong usage, 3 could not start.
`;

/** As the programs themselves say it. */
const EXIT_NOT_STARTED = 3;

const OPTIONS = {
  data: { type: 'string' },
  host: { type: 'string' },
  'http-port': { type: 'string' },
  'rtsp-port': { type: 'string' },
  'rtp-port': { type: 'string' },
  name: { type: 'string', multiple: true },
  currency: { type: 'string' },
  'guest-url': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const headendCommand: Subcommand = {
  name: 'headend',
  summary: 'run a headend alone',
  help,
  async run(argv, io) {
    const [what, ...rest] = argv;
    if (what === 'channel') return headendChannel(rest, io);
    if (what === 'policy') return headendPolicy(rest, io);
    if (what === 'backup' || what === 'restore') return await copyHeadend(what, rest, join(defaultDataFolder(), 'headend'), io);
    const { values } = parseArgs({ args: [...argv], options: OPTIONS });
    const data = values.data ?? join(defaultDataFolder(), 'headend');
    await mkdir(data, { recursive: true, mode: 0o700 });
    // Boxes know the port: it stays the same when the process that listens on it starts again.
    const port = values['http-port'] === '0' ? ['--http-port', String(await freePort(0))] : [];
    return await keepHeadend(data, [...withoutData(argv), ...port], values.json, io);
  },
};

/** What the headend is told besides its folder. */
function withoutData(argv: readonly string[]): readonly string[] {
  return argv.filter((word, at) => word !== '--json' && word !== '--data' && !word.startsWith('--data=') && argv[at - 1] !== '--data');
}

/** Until it is asked to end, or one of its processes could not be started in the first place. */
async function keepHeadend(data: string, args: readonly string[], json: boolean, io: CommandIo): Promise<number> {
  let failed: ProgramEvent | null = null;
  const notice = (message: string): void => (json ? io.out(`${JSON.stringify({ event: 'notice', message })}\n`) : io.err(`ackbox headend: ${message}\n`));
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const programs = new HeadendPrograms({
    scripts: { headend: programScript('headend'), sender: programScript('sender') },
    data,
    args,
    logFile: () => (json ? null : '/dev/null'),
    say: notice,
    onEvent: (event) => {
      if (event.event === 'failed') failed ??= event;
      else if (json) io.out(`${JSON.stringify(event)}\n`);
      else void tell(event, data, io);
    },
  });
  const problem = await Promise.race([
    asked.then(() => null),
    programs.ready.then(
      () => asked.then(() => null),
      (error: Error) => error.message,
    ),
  ]);
  await programs.stop();
  if (problem === null) return EXIT.ok;
  const { code } = failed ?? { code: 'broken' };
  if (json) io.out(`${JSON.stringify({ event: 'failed', code, message: problem })}\n`);
  else io.err(`ackbox headend: ${problem}\n`);
  return code === 'bad-arguments' ? EXIT.usage : code === 'broken' ? EXIT.failed : EXIT_NOT_STARTED;
}

async function tell(event: Readonly<Record<string, unknown>>, data: string, io: CommandIo): Promise<void> {
  if (event.event === 'notice') return io.err(`ackbox headend: ${String(event.message)}\n`);
  if (event.event !== 'ready') return;
  const key = (await readFile(join(data, 'operator-token'), 'utf8')).trim();
  io.out(`headend   ${String(event.url)}\nRTSP      ${String(event.rtspUrl)}\noperator  ${String(event.operatorUrl)}?key=${key}\n`);
}
