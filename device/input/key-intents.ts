import type { IntentEvent } from '../session/events.ts';
import type { PressKind } from './key-press.ts';
import type { KeyName } from './keys.ts';

type Table = Readonly<Partial<Record<KeyName, IntentEvent>>>;

const OK: IntentEvent = { type: 'intent.ok' };
const BACK: IntentEvent = { type: 'intent.back' };
const PAUSE: IntentEvent = { type: 'intent.play-pause' };
const SKIP: IntentEvent = { type: 'intent.skip' };
const STOP: IntentEvent = { type: 'intent.stop' };
const RENT: IntentEvent = { type: 'intent.rent' };

/** Of a remote's keypad, and of a keyboard. */
const DIGITS: Table = Object.fromEntries(
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((digit) => [`KEY_NUMERIC_${digit}`, `KEY_${digit}`].map((key) => [key, { type: 'intent.digit', digit }])),
);

/** What a key means wherever no state says otherwise. */
const EVERYWHERE: Table = {
  KEY_UP: { type: 'intent.up' },
  KEY_DOWN: { type: 'intent.down' },
  KEY_LEFT: { type: 'intent.left' },
  KEY_RIGHT: { type: 'intent.right' },
  KEY_OK: OK,
  KEY_ENTER: OK,
  KEY_BACK: BACK,
  KEY_ESC: BACK,
  KEY_BACKSPACE: BACK,
  KEY_PLAYPAUSE: PAUSE,
  KEY_SPACE: PAUSE,
  KEY_NEXTSONG: SKIP,
  KEY_STOPCD: STOP,
  KEY_VOLUMEUP: { type: 'intent.volume', delta: 5 },
  KEY_VOLUMEDOWN: { type: 'intent.volume', delta: -5 },
  KEY_MUTE: { type: 'intent.mute' },
  KEY_SLEEP: { type: 'intent.sleep' },
  KEY_POWER: { type: 'intent.power' },
  KEY_LANGUAGE: { type: 'intent.track', kind: 'audio' },
  KEY_SUBTITLE: { type: 'intent.track', kind: 'subtitles' },
  KEY_ZOOM: { type: 'intent.picture' },
  KEY_CHANNELUP: { type: 'intent.channel', step: 1 },
  KEY_CHANNELDOWN: { type: 'intent.channel', step: -1 },
  ...DIGITS,
};

/** States (the playback region, dotted) in which a key means something else. The longest name that fits is taken. */
const PER_STATE: Readonly<Record<string, Table>> = {
  browse: { KEY_RED: { type: 'intent.who' }, KEY_GREEN: RENT },
  // A question stands on the screen: the keys that people reach for answer it.
  preListen: { KEY_GREEN: OK, KEY_RED: BACK, KEY_PLAYPAUSE: OK },
  awaitingConfirmation: { KEY_GREEN: OK, KEY_RED: BACK, KEY_PLAYPAUSE: OK },
};

/** A long press: of a single button with eyes closed, too. */
const LONG: Table = { KEY_OK: PAUSE, KEY_BACK: STOP, KEY_PLAYPAUSE: STOP };
/** Where nothing plays there is nothing to pause. */
const LONG_IN_BROWSE: Table = { ...LONG, KEY_OK: RENT };

/**
 * Where a press becomes an intent: the second of the two tables (the first, source to KEY_ name, is the board's wiring or the
 * remote's keymap). Null: the key means nothing here.
 */
export function intentOfKey(key: KeyName, kind: PressKind, playback: string): IntentEvent | null {
  if (kind === 'long') return (playback === 'browse' ? LONG_IN_BROWSE : LONG)[key] ?? null;
  const states = Object.keys(PER_STATE).filter((state) => playback === state || playback.startsWith(`${state}.`));
  const closest = states.sort((a, b) => b.length - a.length)[0];
  return (closest === undefined ? undefined : PER_STATE[closest]?.[key]) ?? EVERYWHERE[key] ?? null;
}
