import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { approveByCode } from './approve-enrolment.ts';
import { configureBox } from './box-configure.ts';
import { applyNetwork } from './box-network.ts';
import { defaultDataFolder } from './data-folder.ts';
import { runInForeground } from './foreground.ts';
import { programScript } from './program-script.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

const help = `Runs a box alone, or enrols one at this headend.

usage: ackbox box --headend URL [--data DIR] [--profile jukebox|set-top] [--name NAME] [--screen-port N] [--console] [--json]
       ackbox box configure [--data DIR] [--json] [NAME=VALUE ...]
       ackbox box network [--data DIR] [--config FILE] [--into DIR]
       ackbox box enrol CODE [--account NAME] [--location NAME] [--headend URL] [--data DIR] [--json]

Run a box:
  --headend URL   its headend, such as https://192.0.2.7:8443
  --data DIR      its folder (default: box in the data folder of npm start)
  --board NAME    panel (an Arduino with our firmware), pi3, pi4, pi5, zero2w (their GPIO lines, with gpiod 1 or 2), or simulated
  --panel PATH    the serial line of a panel board, such as /dev/ttyACM0
  --panel-coins A,B  what the pulses of the first and second coin line are worth in minor units (default 100,200): each of them, or on GPIO
                  lines by bursts, 1x100+2x200; card before either is a card reader: card50
  --coin-pulses A-B/C  what a coin's pulse is: A to B ms long; a burst is over after C ms without one (default 15-550/400)
  --lcd PATH      the kernel's 2x16 display, such as /dev/lcd
  --cctalk PATH   the serial line of a ccTalk coin acceptor, such as /dev/ttyUSB0
  --bills PATH    the serial line of a ccTalk bill validator; may be the coin acceptor's
  --console-port PATH  a serial port for the console, such as /dev/ttyS0 (115200 8N1) or a USB gadget's /dev/ttyGS0, or tcp:4001 on
                  loopback; each with sign-in (ackbox console)
  --input-devices read infrared and CEC remotes and keyboards (the user is in the group input)
  --cec PATH      the kernel's CEC device, such as /dev/cec0: the television goes on, and to the box, when something plays (cec-ctl, v4l-utils)
  --cec-standby M it may sleep M minutes after the last play (20; 0: never)
  --cec-volume    volume and mute keys are the television's
  --zones LIST    parts of the venue with a volume of their own, each on two outputs of the one sound card, such as bar=1-2,terrace=3-4:
                  1-2, 3-4, 5-6 or 7-8, counted as ALSA does (speaker-test -c 8); test sound terrace says where one is
  --input-folder DIR  where their event files are, with the kernel's listing of them as "devices" (default: where the kernel has them)
  --screen-host A where its page listens (default 127.0.0.1; 0.0.0.0 shows it to the whole network)
  --transport udp|tcp|tls  how the music travels (ackbox start --help)
  --decodes LIST  what films it shows, the best first, such as hevc-2160,h264-1080 (default: what its board is known to)
  --credit LIST   terms it asks for, such as trial=deferred,policy=literal,W=40,R=240,T=120,e=10,grow=30-80+5/500,within=30000,
                  confirm=button: the kind of pre-listen (restrict, large-window, deferred), of loss policy, the windows, how W grows
  --config FILE   such options from a file, name=value a line; those chosen with configure and those given here win
  --net-address A dhcp, or the box's own address with the bits of its network, such as 192.168.1.20/24; --net-gateway A, --net-dns A,B and
                  --net-interface NAME go with it. --wifi-network NAME, --wifi-passphrase WORDS, --wifi-country DE: its Wi-Fi. They are the
                  machine's network where ackbox-network.service runs, as the package has it
  --proxy URL     the HTTP proxy through which its HTTPS goes, such as http://proxy.example:3128; music is not HTTPS and goes straight
  --kept-player   the player runs as a service of its own
  --first-boot skip  asks nothing at its first start (default: ask), and takes what is usual
  --audio-device NAME  what sound comes out of, as mpv --audio-device=help names it (default: mpv chooses)
  A new box asks its questions (language, currency, time zone, closing time, sound, volume) on its page, its panel and its console, shows
  a code, XXXX-XXXX-XXXX, and waits until that is entered at the headend. Whoever enters the code before anybody answered sets it up from afar.

Configure a box (kept in its folder in two copies; a power cut spoils one at most; taken at its next start):
  NAME=VALUE      an option from above without its dashes, such as headend=https://192.0.2.7:8443; on and off for --console;
                  NAME= takes it back; without any, shows what was chosen

Network of a box (as root, by ackbox-network.service, at each boot and each commit):
  --data DIR      the folder of the box, whose committed options win over those of --config FILE
  --into DIR      below which the files for systemd-networkd and wpa_supplicant are written, and nobody is told of them (default /run,
                  where both are told)

Enrol a box (on the machine of the headend, as its user):
  CODE            as the box shows it
  --account NAME  who owes for its plays; a new name makes a new account (default: the house account)
  --location NAME where it stands (default: here)
  --headend URL   where the headend listens (default https://127.0.0.1:8443)
  --data DIR      the folder of the headend (default: headend in the data folder of npm start)

Exit codes: 0 done, 1 failed or refused, 2 wrong usage.
`;

const ENROL_OPTIONS = {
  account: { type: 'string' },
  location: { type: 'string' },
  headend: { type: 'string', default: 'https://127.0.0.1:8443' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const boxCommand: Subcommand = {
  name: 'box',
  summary: 'run a box alone, or enrol one',
  help,
  async run(argv, io) {
    if (argv[0] === 'enrol') return await enrolBox(argv.slice(1), io);
    if (argv[0] === 'configure') return await configureBox(argv.slice(1), join(defaultDataFolder(), 'box'), io);
    if (argv[0] === 'network') return await applyNetwork(argv.slice(1), join(defaultDataFolder(), 'box'), io);
    return await runBox(argv, io);
  },
};

async function enrolBox(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: ENROL_OPTIONS });
  // A code typed with spaces arrives as several words.
  const code = positionals.join('');
  if (code === '') {
    io.err(help);
    return EXIT.usage;
  }
  const headendFolder = values.data ?? join(defaultDataFolder(), 'headend');
  const box = await approveByCode({ url: values.headend, headendFolder, code, account: values.account, location: values.location });
  io.out(values.json ? `${JSON.stringify(box)}\n` : `${box.name} is enrolled as ${box.outlet} (account ${box.account}, location ${box.location}).\n`);
  return EXIT.ok;
}

async function runBox(argv: readonly string[], io: CommandIo): Promise<number> {
  if (!argv.some((word) => /^--(headend|config)(=|$)/.test(word))) {
    io.err(`ackbox box: --headend URL is needed.\n\n${help}`);
    return EXIT.usage;
  }
  const json = argv.includes('--json');
  const ownFolder = argv.some((word) => word === '--data' || word.startsWith('--data='));
  const data = join(defaultDataFolder(), 'box');
  if (!ownFolder) await mkdir(data, { recursive: true, mode: 0o700 });
  const args = [...argv.filter((word) => word !== '--json'), ...(ownFolder ? [] : ['--data', data])];
  return await runInForeground({ script: programScript('box'), args, json, tell: (event) => tell(event, io) }, io);
}

function tell(event: Readonly<Record<string, unknown>>, io: CommandIo): void {
  if (event.event === 'enrol-code') io.out(`code      ${String(event.code)}\n          enter it at the headend: ackbox box enrol ${String(event.code)}\n`);
  if (event.event === 'enrol-trouble' || event.event === 'failed' || event.event === 'notice') io.err(`ackbox box: ${String(event.message)}\n`);
  if (event.event === 'console-code') io.out(`console   ${String(event.path)}; sign in once with ${String(event.code)} and choose a PIN\n`);
  if (event.event === 'first-boot') io.out(`setup     ${String(event.screenUrl)}\n`);
  if (event.event !== 'ready') return;
  io.out(`screen    ${String(event.screenUrl)}\n`);
  if (typeof event.consolePath === 'string') io.out(`console   ${event.consolePath}\n`);
}
