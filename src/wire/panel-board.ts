import { type Fault, fault, ok, type Result } from '../units/result.ts';

/**
 * Our own messages to and from the panel board's firmware, inside Firmata's sysex frames (Firmata protocol 2.5 leaves 0x01 to 0x0F to
 * the user). Numbers travel in groups of 7 bits, lowest first. The other side is device/firmware/firmata.h.
 */
export const PANEL_SYSEX = { coins: 0x01, query: 0x02, accept: 0x03, setup: 0x04, epoch: 0x05, display: 0x06 } as const;

const COIN_LINES = 2;
const REPORT_BYTES = 3 + 5 * COIN_LINES + 5 + 1;
const LONGEST_LEASE_MS = 12_700;

/** What the board says of its coins. Counts are durable there before they are told, and never go back within an epoch. */
export interface CoinReport {
  /** 16 bits; 0 = the memory is blank and waits for a name. */
  readonly epoch: number;
  /** Pulses of each line since the epoch began. */
  readonly pulses: readonly number[];
  /** Pulses too short or too long for a coin since the board's last reset. */
  readonly unexplained: number;
  readonly accepting: boolean;
  readonly jammed: boolean;
  /** Pulses were measured that are not in the memory yet: another report follows. */
  readonly writing: boolean;
}

/** @param bytes the frame's content after the sysex number. Errors: `malformed`. */
export function decodeCoinReport(bytes: readonly number[]): Result<CoinReport, Fault<'malformed'>> {
  if (bytes.length !== REPORT_BYTES || bytes.some((byte) => byte < 0 || byte > 0x7f))
    return fault('malformed', `The panel board sent a coin report of ${bytes.length} bytes, not ${REPORT_BYTES}: check the cable and the firmware's version.`);
  const flags = number(bytes, 3 + 5 * COIN_LINES + 5, 1);
  return ok({
    epoch: number(bytes, 0, 3),
    pulses: Array.from({ length: COIN_LINES }, (_, line) => number(bytes, 3 + 5 * line, 5)),
    unexplained: number(bytes, 3 + 5 * COIN_LINES, 5),
    accepting: (flags & 1) !== 0,
    jammed: (flags & 2) !== 0,
    writing: (flags & 4) !== 0,
  });
}

/** Coins are taken for `leaseMs` more (at most 12.7 s, in tenths of a second); 0 inhibits at once. */
export function encodeAccept(leaseMs: number): readonly number[] {
  return [PANEL_SYSEX.accept, Math.ceil(Math.min(leaseMs, LONGEST_LEASE_MS) / 100)];
}

/** The widths that are a coin's, and the pause after which a burst is written. All in milliseconds. */
export function encodeSetup(widths: { readonly shortestMs: number; readonly longestMs: number; readonly burstPauseMs: number }): readonly number[] {
  return [PANEL_SYSEX.setup, ...groups(widths.shortestMs, 2), ...groups(widths.longestMs, 2), ...groups(widths.burstPauseMs, 2)];
}

/** Names the epoch of a blank memory; a board that has one does not listen. */
export function encodeEpoch(epoch: number): readonly number[] {
  return [PANEL_SYSEX.epoch, ...groups(epoch, 3)];
}

/** A row of the display, cut at 16 characters and filled up with blanks; what the display's character set lacks becomes `?`. */
export function encodeDisplay(row: 0 | 1, text: string): readonly number[] {
  const wide = [...text, ...' '.repeat(16)].slice(0, 16);
  const characters = wide.map((character) => {
    const code = character.codePointAt(0) ?? 0x3f;
    return code >= 0x20 && code < 0x7e ? code : 0x3f;
  });
  return [PANEL_SYSEX.display, row, ...characters.flatMap((code) => groups(code, 2))];
}

function groups(value: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(value / 2 ** (7 * index)) & 0x7f);
}

function number(bytes: readonly number[], from: number, count: number): number {
  let value = 0;
  for (let index = count - 1; index >= 0; index--) value = value * 128 + (bytes[from + index] ?? 0);
  return value;
}
