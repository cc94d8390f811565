import { parseArgs } from 'node:util';
import { parseDecoders } from '../src/wire/decoders.ts';
import type { Decoder } from '../src/wire/sdp.ts';
import { asArguments, readBootOptions, readOptionFile } from './boot-config.ts';
import { type CreditWish, parseCreditWish, USUAL } from './checkout/credit-wish.ts';
import { HARDWARE_OPTIONS, type HardwareConfig, readHardware } from './hardware-config.ts';
import type { MediaTransport } from './media/link-opener.ts';
import type { PlayerOutput } from './media/mpv-process.ts';
import { NETWORK_OPTIONS, type NetworkChoice, readNetworkChoice, readProxy, withoutPassphrase } from './network/network-choice.ts';

export interface BoxConfig {
  readonly data: string;
  readonly headendUrl: string;
  readonly profile: 'jukebox' | 'set-top';
  readonly name: string;
  readonly screenHost: string;
  readonly screenPort: number;
  /** Where the box itself serves guests with phones, on the local network; null: it does not. */
  readonly guestPort: number | null;
  readonly console: boolean;
  /** A serial port for the console, behind a sign-in; null: none. */
  readonly consolePort: string | null;
  /** Where the sound goes: the sound card where there is one, nowhere but at the right pace, or a WAV file. */
  readonly audioOutput: PlayerOutput;
  /** A new box asks its questions; not where whoever started it sets it up by itself. */
  readonly asksAtFirst: boolean;
  /** Which of the outputs `auto` means, by mpv's name; null: mpv chooses. */
  readonly audioDevice: string | null;
  /** What films the box shows, the best first; null: what its board is known to. */
  readonly decodes: readonly Decoder[] | null;
  /** What is asked for beside the usual terms of a play. */
  readonly creditWish: CreditWish;
  /** How media travels; `udp` falls back by itself where none gets through. */
  readonly transport: MediaTransport;
  readonly hardware: HardwareConfig;
  /** To be shown beside what the kernel has: root's service takes it, which alone reads the passphrase. Null: nothing was chosen. */
  readonly network: NetworkChoice | null;
  /** Through which the headend's HTTPS goes; null: straight. */
  readonly proxy: URL | null;
  /** The player runs as a service of its own and is only found. */
  readonly keptPlayer: boolean;
  /** Ends when its standard input ends: whoever started it is gone. */
  readonly supervised: boolean;
}

/**
 * Reads the arguments of the box's process: those of the file that `--config` names, then those chosen at the site, then the command
 * line; a later one wins. Throws with words that say what was wrong.
 */
export function readBoxConfig(argv: readonly string[]): BoxConfig {
  const { config, data } = parseArgs({ args: [...argv], options: { config: { type: 'string' }, data: { type: 'string' } }, strict: false }).values;
  const ofFile = typeof config === 'string' ? readOptionFile(config) : new Map<string, string>();
  const chosen = typeof data === 'string' ? readBootOptions(data) : new Map<string, string>();
  return readArguments([...asArguments(new Map([...ofFile, ...chosen])), ...argv]);
}

/** As above, of the command line alone. */
export function readArguments(argv: readonly string[]): BoxConfig {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string' },
      headend: { type: 'string' },
      profile: { type: 'string', default: 'jukebox' },
      name: { type: 'string' },
      'screen-host': { type: 'string', default: '127.0.0.1' },
      'screen-port': { type: 'string', default: '8480' },
      'guest-port': { type: 'string' },
      console: { type: 'boolean', default: false },
      'console-port': { type: 'string' },
      'audio-output': { type: 'string', default: 'auto' },
      'audio-device': { type: 'string' },
      'first-boot': { type: 'string', default: 'ask' },
      decodes: { type: 'string' },
      credit: { type: 'string' },
      transport: { type: 'string', default: 'udp' },
      ...HARDWARE_OPTIONS,
      ...NETWORK_OPTIONS,
      'kept-player': { type: 'boolean', default: false },
      config: { type: 'string' },
      supervised: { type: 'boolean', default: false },
    },
  });
  const { profile } = values;
  if (values.data === undefined) throw new Error('--data DIR is needed: the folder in which the box keeps its book and its key.');
  if (values.headend === undefined) throw new Error('--headend URL is needed, such as https://headend.example:8443.');
  if (profile !== 'jukebox' && profile !== 'set-top') throw new Error(`--profile is jukebox or set-top, not ${JSON.stringify(profile)}.`);
  const { transport } = values;
  if (transport !== 'udp' && transport !== 'tcp' && transport !== 'tls') throw new Error(`--transport is udp, tcp or tls, not ${JSON.stringify(transport)}.`);
  return {
    data: values.data,
    headendUrl: values.headend,
    profile,
    name: values.name ?? (profile === 'jukebox' ? 'Jukebox' : 'Set-top box'),
    screenHost: values['screen-host'],
    screenPort: Number(values['screen-port']),
    guestPort: values['guest-port'] === undefined ? null : readPort('--guest-port', values['guest-port']),
    console: values.console,
    consolePort: values['console-port'] ?? null,
    audioOutput: readOutput(values['audio-output']),
    asksAtFirst: readFirst(values['first-boot']),
    audioDevice: readDevice(values['audio-device']),
    decodes: readDecoders(values.decodes),
    creditWish: readWish(values.credit),
    transport,
    hardware: readHardware(values),
    network: withoutPassphrase(readNetworkChoice(values)),
    proxy: readProxy(values.proxy),
    keptPlayer: values['kept-player'],
    supervised: values.supervised,
  };
}

function readPort(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`${option} is a number from 0 (any free port) to 65535, not ${JSON.stringify(text)}.`);
  return port;
}

function readOutput(text: string): PlayerOutput {
  if (text === 'auto' || text === 'null') return text;
  if (text.startsWith('wav:') && text.length > 4) return { pcmFile: text.slice(4) };
  throw new Error(`--audio-output is auto, null or wav:FILE, not ${JSON.stringify(text)}.`);
}

function readFirst(text: string): boolean {
  if (text !== 'ask' && text !== 'skip') throw new Error(`--first-boot is ask or skip, not ${JSON.stringify(text)}.`);
  return text === 'ask';
}

function readDevice(text: string | undefined): string | null {
  if (text === undefined || text === 'auto') return null;
  if (!/^[\x21-\x7e]{1,100}$/.test(text))
    throw new Error(`--audio-device is a name of mpv --audio-device=help, such as alsa/hdmi, not ${JSON.stringify(text)}.`);
  return text;
}

function readWish(text: string | undefined): CreditWish {
  const wish = text === undefined ? USUAL : parseCreditWish(text);
  if (wish === null) throw new Error(`--credit is a list such as trial=deferred,policy=literal,W=40,T=120,grow=30-80+5/500, not ${JSON.stringify(text)}.`);
  return wish;
}

function readDecoders(text: string | undefined): readonly Decoder[] | null {
  if (text === undefined) return null;
  const decoders = parseDecoders(text);
  if (decoders === null) throw new Error(`--decodes is a list such as hevc-2160,h264-1080, the best first, not ${JSON.stringify(text)}.`);
  return decoders;
}
