import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataFolder } from './data-folder.ts';
import { runInForeground } from './foreground.ts';
import { copyHeadend } from './headend-backup.ts';
import { headendChannel } from './headend-channel.ts';
import { programScript } from './program-script.ts';
import type { CommandIo, Subcommand } from './subcommand.ts';

const help = `Runs a headend alone: for boxes on other machines, or under a supervisor.

usage: ackbox headend [--data DIR] [--host ADDRESS] [--http-port N] [--rtsp-port N] [--name NAME ...] [--currency EUR] [--json]
       ackbox headend backup --to DIR [--data DIR] [--json]
       ackbox headend restore --from DIR [--data DIR] [--json]
       ackbox headend channel add NUMBER --title NAME --input udp://ADDRESS:PORT|srt://ADDRESS:PORT [--price "50 EUR"]
                          [--picture h264-720] [--megabits 2] [--data DIR] [--json]
       ackbox headend channel list|remove NUMBER [--data DIR] [--json]

  --data DIR      its folder (default: headend in the data folder of npm start)
  --host ADDRESS  where to listen (default 127.0.0.1; 0.0.0.0 or :: for boxes on other machines)
  --http-port N   HTTPS port (default 8443; 0 takes any free one), --rtsp-port N (default 8554)
  --name NAME     a further name or address that boxes reach it by; may be repeated
  --currency C    of a new headend: EUR, USD, GBP, CHF, JPY or KWD
  --json          its own lines of JSON on standard output, instead of words

backup copies a headend while it runs: its book as of one moment, keys, segments, and a list of hashes. Into the folder of an
earlier backup only new segments are copied. restore checks every hash, and never writes over a headend that is there.

channel keeps the map of live channels: where the headend listens for an MPEG transport stream (a multicast address is joined; SRT
comes by ffmpeg), what an hour of it costs (free unless said), which picture it sends, and how many megabits a second it has at most.

Ends on Ctrl-C or SIGTERM. Exit codes: 0 ended as asked, 1 failed, 2 wrong usage, 3 could not start.
`;

const OPTIONS = {
  data: { type: 'string' },
  host: { type: 'string' },
  'http-port': { type: 'string' },
  'rtsp-port': { type: 'string' },
  'rtp-port': { type: 'string' },
  name: { type: 'string', multiple: true },
  currency: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const headendCommand: Subcommand = {
  name: 'headend',
  summary: 'run a headend alone',
  help,
  async run(argv, io) {
    const [what, ...rest] = argv;
    if (what === 'channel') return headendChannel(rest, io);
    if (what === 'backup' || what === 'restore') return await copyHeadend(what, rest, join(defaultDataFolder(), 'headend'), io);
    const { values } = parseArgs({ args: [...argv], options: OPTIONS });
    const data = values.data ?? join(defaultDataFolder(), 'headend');
    await mkdir(data, { recursive: true, mode: 0o700 });
    const args = [...argv.filter((word) => word !== '--json'), ...(values.data === undefined ? ['--data', data] : [])];
    return await runInForeground({ script: programScript('headend'), args, json: values.json, tell: (event) => tell(event, data, io) }, io);
  },
};

async function tell(event: Readonly<Record<string, unknown>>, data: string, io: CommandIo): Promise<void> {
  if (event.event === 'failed' || event.event === 'notice') return io.err(`ackbox headend: ${String(event.message)}\n`);
  if (event.event !== 'ready') return;
  const key = (await readFile(join(data, 'operator-token'), 'utf8')).trim();
  io.out(`headend   ${String(event.url)}\nRTSP      ${String(event.rtspUrl)}\noperator  ${String(event.operatorUrl)}?key=${key}\n`);
}
