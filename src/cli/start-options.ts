import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataFolder } from './data-folder.ts';

export interface StartOptions {
  readonly data: string;
  readonly profile: 'jukebox' | 'set-top';
  readonly library: string | null;
  readonly console: boolean;
  /** What is fitted to the box: its own options, as it reads them. */
  readonly fittings: readonly string[];
  /** How media travels to the box: udp, tcp or tls. */
  readonly transport?: string;
  readonly headless: boolean;
  readonly seconds: number;
  readonly json: boolean;
  /** The sound goes into this WAV file. */
  readonly soundFile?: string;
  readonly screenPort: number;
  readonly httpPort: number;
  readonly rtspPort: number;
}

export const startHelp = `Starts a headend and one box on this machine, on embedded defaults, and shows the box live.

usage: npm start -- [options]        (or: ackbox start [options])

  --profile jukebox|set-top   a box in a venue (default), or on a TV
  --library DIR               play your own folder of audio files and films (any format ffmpeg reads)
  --console                   open the box's serial console on a pseudo terminal, and print its path
  --board NAME                pi3, pi4, pi5, zero2w: buttons, lamps, contacts and coin pulses on its GPIO lines; simulated: pressed by
                              command (ackbox tell board press KEY_OK); panel: an Arduino (with --panel)
  --panel PATH                the serial line of a panel board (buttons, coins, display), such as /dev/ttyACM0
  --panel-coins A,B           what the pulses of each coin line are worth (ackbox box --help)
  --coin-pulses A-B/C         how long their pulses and pauses are (ackbox box --help)
  --lcd PATH                  the kernel's 2x16 display, such as /dev/lcd
  --cctalk PATH, --bills PATH the serial line of a ccTalk coin acceptor, of a bill validator; may be the same
  --input-devices             read remotes and keyboards of the kernel
  --cec PATH                  the kernel's CEC device, such as /dev/cec0: turns the television on and off (cec-ctl)
  --zones LIST                parts of the venue with a volume of their own, such as bar=1-2,terrace=3-4 (ackbox box --help)
  --transport udp|tcp|tls     how the music travels: datagrams (default; tcp by itself where none get through), or in the
                              RTSP connection, in clear or in TLS; encrypted in all three
  --credit LIST               terms that the box asks for (ackbox box --help)
  --data DIR                  where headend and box keep everything (default: .ackbox in the checkout)
  --screen-port N             the box's screen (default 8480; 0 = any free port)
  --http-port N, --rtsp-port N  the headend (default 8443 and 8554; 0 = any)
  --headless                  no live view: coin, pre-listen, confirm, play, settle, report, then end
  --seconds N                 with --headless: play until N seconds after the first sound (default 25)
  --sound-file FILE           the sound goes into this WAV file (32-bit float) instead of to the sound card
  --json                      with --headless: the last line of the output is one JSON object

In the live view: c coin, arrows and enter choose, space pause, s skip, x suppress ACKs, q quit.
Exit codes: 0 well (headless: ledgers agree and every record arrived), 1 failed, 2 wrong usage.
`;

function port(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`${JSON.stringify(text)} is not a port: give a number from 0 to 65535.`);
  return value;
}

/** Options of the box that are handed on to it, which says what is wrong with them. */
const FITTINGS = {
  credit: { type: 'string' },
  board: { type: 'string' },
  panel: { type: 'string' },
  'panel-coins': { type: 'string' },
  'coin-pulses': { type: 'string' },
  lcd: { type: 'string' },
  cctalk: { type: 'string' },
  bills: { type: 'string' },
  'input-devices': { type: 'boolean' },
  cec: { type: 'string' },
  zones: { type: 'string' },
} as const;

function fittingsOf(values: Readonly<Record<string, string | boolean | undefined>>): readonly string[] {
  return Object.keys(FITTINGS).flatMap((name) => {
    const value = values[name];
    return value === undefined || value === false ? [] : value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
}

/** Reads the command line of `ackbox start`. Throws with words that say what was wrong. */
export function readStartOptions(argv: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string' },
      profile: { type: 'string', default: 'jukebox' },
      library: { type: 'string' },
      console: { type: 'boolean', default: false },
      ...FITTINGS,
      transport: { type: 'string' },
      headless: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '25' },
      json: { type: 'boolean', default: false },
      'sound-file': { type: 'string' },
      'screen-port': { type: 'string' },
      'http-port': { type: 'string' },
      'rtsp-port': { type: 'string' },
    },
  });
  const { profile, seconds, transport } = values;
  if (transport !== undefined && !['udp', 'tcp', 'tls'].includes(transport))
    throw new Error(`--transport is udp, tcp or tls, not ${JSON.stringify(transport)}.`);
  if (profile !== 'jukebox' && profile !== 'set-top') throw new Error(`--profile is jukebox or set-top, not ${JSON.stringify(profile)}.`);
  if (!/^\d{1,5}$/.test(seconds) || Number(seconds) < 8) throw new Error('--seconds is a whole number of at least 8: five of them are the pre-listen.');
  const free = values.headless ? 0 : null;
  return {
    data: values.data ?? defaultDataFolder(),
    profile,
    library: values.library ?? null,
    console: values.console,
    fittings: fittingsOf(values),
    ...(transport === undefined ? {} : { transport }),
    headless: values.headless,
    seconds: Number(seconds),
    json: values.json,
    ...(values['sound-file'] === undefined ? {} : { soundFile: resolve(values['sound-file']) }),
    screenPort: port(values['screen-port'], free ?? 8_480),
    httpPort: port(values['http-port'], free ?? 8_443),
    rtspPort: port(values['rtsp-port'], free ?? 8_554),
  };
}
