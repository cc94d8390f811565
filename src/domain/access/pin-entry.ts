/** A PIN while it is keyed: by digits of a remote, or on a panel with two arrows and OK, which turn a digit and take it. */
export interface PinEntry {
  readonly digits: string;
  /** What OK would take. */
  readonly dial: number;
}

export const PIN_DIGITS = 4;
export const NO_DIGITS: PinEntry = { digits: '', dial: 0 };

export function turnDial(entry: PinEntry, step: number): PinEntry {
  return { ...entry, dial: (((entry.dial + step) % 10) + 10) % 10 };
}

/** Further digits than a PIN has are not taken. */
export function addDigit({ digits }: PinEntry, digit: number): PinEntry {
  return { digits: `${digits}${digit}`.slice(0, PIN_DIGITS), dial: 0 };
}

/** Back takes the last digit away. @returns null where there was none left */
export function dropDigit({ digits }: PinEntry): PinEntry | null {
  return digits === '' ? null : { digits: digits.slice(0, -1), dial: 0 };
}

export function isWhole({ digits }: PinEntry): boolean {
  return digits.length === PIN_DIGITS;
}

/** For a small display: what was keyed stays hidden, what the dial shows does not. */
export function shownEntry({ digits, dial }: PinEntry): string {
  return `${'*'.repeat(digits.length)}${digits.length < PIN_DIGITS ? dial : ''}`;
}
