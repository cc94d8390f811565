/**
 * The keys of the box: names of the Linux kernel (include/uapi/linux/input-event-codes.h), with their codes, whatever sends them:
 * buttons on GPIO lines, infrared and CEC remotes, USB keyboards, the screen, the console.
 */
export const KEY_CODES = {
  KEY_ESC: 1,
  KEY_1: 2,
  KEY_2: 3,
  KEY_3: 4,
  KEY_4: 5,
  KEY_5: 6,
  KEY_6: 7,
  KEY_7: 8,
  KEY_8: 9,
  KEY_9: 10,
  KEY_0: 11,
  KEY_BACKSPACE: 14,
  KEY_ENTER: 28,
  KEY_SPACE: 57,
  KEY_UP: 103,
  KEY_LEFT: 105,
  KEY_RIGHT: 106,
  KEY_DOWN: 108,
  KEY_MUTE: 113,
  KEY_VOLUMEDOWN: 114,
  KEY_VOLUMEUP: 115,
  KEY_POWER: 116,
  KEY_SLEEP: 142,
  KEY_BACK: 158,
  KEY_NEXTSONG: 163,
  KEY_PLAYPAUSE: 164,
  KEY_PREVIOUSSONG: 165,
  KEY_STOPCD: 166,
  KEY_HOMEPAGE: 172,
  KEY_OK: 352,
  KEY_LANGUAGE: 368,
  KEY_SUBTITLE: 370,
  KEY_ZOOM: 372,
  KEY_RED: 398,
  KEY_GREEN: 399,
  KEY_YELLOW: 400,
  KEY_BLUE: 401,
  KEY_CHANNELUP: 402,
  KEY_CHANNELDOWN: 403,
  KEY_NUMERIC_0: 512,
  KEY_NUMERIC_1: 513,
  KEY_NUMERIC_2: 514,
  KEY_NUMERIC_3: 515,
  KEY_NUMERIC_4: 516,
  KEY_NUMERIC_5: 517,
  KEY_NUMERIC_6: 518,
  KEY_NUMERIC_7: 519,
  KEY_NUMERIC_8: 520,
  KEY_NUMERIC_9: 521,
} as const;

export type KeyName = keyof typeof KEY_CODES;

const NAMES: ReadonlyMap<number, KeyName> = new Map(Object.entries(KEY_CODES).map(([name, code]) => [code, name as KeyName]));

export function isKeyName(text: string): text is KeyName {
  return Object.hasOwn(KEY_CODES, text);
}

/** @returns null for a key that the box has no use for */
export function keyOfCode(code: number): KeyName | null {
  return NAMES.get(code) ?? null;
}

const REPEATING: ReadonlySet<KeyName> = new Set(['KEY_UP', 'KEY_DOWN', 'KEY_LEFT', 'KEY_RIGHT', 'KEY_VOLUMEUP', 'KEY_VOLUMEDOWN']);

export function keyRepeats(key: KeyName): boolean {
  return REPEATING.has(key);
}
