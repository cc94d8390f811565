import { GPIO_BOARDS, type GpioBoardName, isGpioBoard } from './boards/wiring.ts';
import { readZones, type SoundZone } from './media/sound-zones.ts';

/** What a pulse on one coin line means, and whose money it is. */
export interface CoinLine {
  readonly funding: 'paid' | 'card';
  readonly coding: { readonly kind: 'each'; readonly valueMinor: bigint } | { readonly kind: 'bursts'; readonly values: ReadonlyMap<number, bigint> };
}

export type BoardChoice =
  | { readonly kind: 'panel'; readonly path: string }
  | { readonly kind: 'gpio'; readonly name: GpioBoardName }
  | { readonly kind: 'simulated' };

/** What is a pulse of a coin, and after which pause a burst is over. Whole milliseconds; both kinds of board take the same. */
export interface CoinPulses {
  readonly shortestMs: number;
  readonly longestMs: number;
  readonly burstPauseMs: number;
}

export interface HardwareConfig {
  /** Null: no board, so no buttons, lamps and pulse lines. */
  readonly board: BoardChoice | null;
  readonly coinLines: readonly CoinLine[];
  readonly coinPulses: CoinPulses;
  /** The kernel's character display, such as /dev/lcd; null: the board's own, if it has one. */
  readonly lcd: string | null;
  /** The serial line of a ccTalk coin acceptor; null where there is none. */
  readonly cctalk: string | null;
  /** The serial line of a ccTalk bill validator; may be the coin acceptor's, as one bus holds both. */
  readonly bills: string | null;
  /** Reads remotes and keyboards of the kernel. */
  readonly inputDevices: boolean;
  /** Where those are in a container; null: where the kernel has them. */
  readonly inputFolder: string | null;
  /** The television at the HDMI output; null where the box does not speak to it. */
  readonly television: TelevisionChoice | null;
  /** Parts of the venue with a volume of their own; none: the sound is the same everywhere, by whatever the output is. */
  readonly zones: readonly SoundZone[];
}

export interface TelevisionChoice {
  /** The kernel's CEC device, such as /dev/cec0. */
  readonly device: string;
  /** After so many minutes without a play it may sleep; null: never. */
  readonly standbyMinutes: number | null;
  /** The volume keys are its own. */
  readonly volume: boolean;
}

export const HARDWARE_OPTIONS = {
  board: { type: 'string' },
  panel: { type: 'string' },
  'panel-coins': { type: 'string', default: '100,200' },
  'coin-pulses': { type: 'string', default: '15-550/400' },
  lcd: { type: 'string' },
  cctalk: { type: 'string' },
  bills: { type: 'string' },
  'input-devices': { type: 'boolean', default: false },
  'input-folder': { type: 'string' },
  cec: { type: 'string' },
  'cec-standby': { type: 'string' },
  'cec-volume': { type: 'boolean' },
  zones: { type: 'string' },
} as const;

export interface HardwareValues {
  readonly board?: string;
  readonly panel?: string;
  readonly 'panel-coins': string;
  readonly 'coin-pulses': string;
  readonly lcd?: string;
  readonly cctalk?: string;
  readonly bills?: string;
  readonly 'input-devices': boolean;
  readonly 'input-folder'?: string;
  readonly cec?: string;
  readonly 'cec-standby'?: string;
  readonly 'cec-volume'?: boolean;
  readonly zones?: string;
}

/** No real acceptor is fitted: the box has a coin key instead. */
export function takesNoCoins({ board, cctalk, bills }: HardwareConfig): boolean {
  return (board === null || board.kind === 'simulated') && cctalk === null && bills === null;
}

const FIRST_ARDUINO = '/dev/ttyACM0';

/** Throws with words that say what was wrong. */
export function readHardware(values: HardwareValues): HardwareConfig {
  const board = readBoard(values.board ?? (values.panel === undefined ? undefined : 'panel'), values.panel ?? FIRST_ARDUINO);
  const coinLines = values['panel-coins'].split(',').map(readCoinLine);
  if (board?.kind === 'panel' && coinLines.some(({ funding, coding }) => funding === 'card' || coding.kind === 'bursts'))
    throw new Error('--panel-coins: the panel board counts pulses that are worth the same each; bursts and cards need a board with GPIO lines.');
  return {
    board,
    coinLines,
    coinPulses: readCoinPulses(values['coin-pulses']),
    lcd: values.lcd ?? null,
    cctalk: values.cctalk ?? null,
    bills: values.bills ?? null,
    inputDevices: values['input-devices'],
    inputFolder: values['input-folder'] ?? null,
    television:
      values.cec === undefined
        ? null
        : { device: values.cec, standbyMinutes: readMinutes(values['cec-standby'] ?? '20'), volume: values['cec-volume'] ?? false },
    zones: values.zones === undefined ? [] : readZones(values.zones),
  };
}

/** `0`: never. */
function readMinutes(text: string): number | null {
  if (!/^\d{1,4}$/.test(text)) throw new Error(`--cec-standby is a number of minutes from 0 (never) to 9999; not ${JSON.stringify(text)}.`);
  return Number(text) === 0 ? null : Number(text);
}

/** The name of a board, as in --board. Throws where there is none such. */
export function readBoard(name: string | undefined, path: string): BoardChoice | null {
  if (name === undefined) return null;
  if (name === 'panel') return { kind: 'panel', path };
  if (name === 'simulated') return { kind: 'simulated' };
  if (isGpioBoard(name)) return { kind: 'gpio', name };
  throw new Error(`--board is panel, simulated, ${Object.keys(GPIO_BOARDS).join(', ')}; not ${JSON.stringify(name)}.`);
}

const VALUE = '[1-9][0-9]{0,5}';
const EACH = new RegExp(`^(card)?(${VALUE})$`);
const BURSTS = new RegExp(`^(card)?([1-9][0-9]?x${VALUE}(?:\\+[1-9][0-9]?x${VALUE})*)$`);

/** `100`: every pulse is worth that. `1x100+2x200`: bursts of these counts, and no others. `card` before either: a card reader. Minor units. */
function readCoinLine(text: string): CoinLine {
  const each = EACH.exec(text);
  if (each !== null) return { funding: fundingOf(each[1]), coding: { kind: 'each', valueMinor: BigInt(each[2] ?? 0) } };
  const bursts = BURSTS.exec(text);
  if (bursts === null)
    throw new Error(
      `--panel-coins is what the pulses of each coin line are worth in minor units, such as 100,1x100+2x200 or card50; not ${JSON.stringify(text)}.`,
    );
  const pairs = (bursts[2] ?? '').split('+').map((pair) => pair.split('x'));
  return { funding: fundingOf(bursts[1]), coding: { kind: 'bursts', values: new Map(pairs.map(([count, value]) => [Number(count), BigInt(value ?? 0)])) } };
}

/** A board takes nothing shorter for a pulse, and what is longer for a jam. */
const PULSE_MS = { least: 5, most: 1_999 } as const;

/** `15-550/400`: pulses of 15 to 550 ms, and a burst is over after 400 ms without one. */
function readCoinPulses(text: string): CoinPulses {
  const [, shortestMs = 0, longestMs = 0, burstPauseMs = 0] = (/^(\d{1,4})-(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (shortestMs < PULSE_MS.least || longestMs < shortestMs || longestMs > PULSE_MS.most || burstPauseMs < PULSE_MS.least)
    throw new Error(
      `--coin-pulses is the shortest and the longest pulse of a coin and the pause that ends a burst, in ms from ${PULSE_MS.least} to ${PULSE_MS.most}, such as 15-550/400 (coin watch measures them); not ${JSON.stringify(text)}.`,
    );
  return { shortestMs, longestMs, burstPauseMs };
}

function fundingOf(mark: string | undefined): 'paid' | 'card' {
  return mark === undefined ? 'paid' : 'card';
}
