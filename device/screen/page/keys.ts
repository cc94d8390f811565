import { intend, noteEntry } from './api.ts';
import { type Direction, moveFocus, nameOf, takeFocus } from './focus.ts';
import { eraseTyped, typeOn } from './people.tsx';
import { asksRenewal } from './question.tsx';
import { eraseLetter, typeLetter } from './search.tsx';
import { tick } from './sound.ts';
import { change, current, open, pop, top } from './store.ts';
import { asksWho } from './who.tsx';

/** What a key means, whatever it came from. */
type Meaning =
  | Direction
  | 'ok'
  | 'back'
  | 'home'
  | 'play-pause'
  | 'skip'
  | 'stop'
  | 'louder'
  | 'quieter'
  | 'mute'
  | 'picture'
  | 'channel-up'
  | 'channel-down'
  | `digit-${string}`;

/** A browser's names of keys; remotes of televisions send some of them too. */
const BROWSER_KEYS: Readonly<Record<string, Meaning>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Enter: 'ok',
  Escape: 'back',
  BrowserBack: 'back',
  GoBack: 'back',
  Backspace: 'back',
  BrowserHome: 'home',
  MediaPlayPause: 'play-pause',
  MediaTrackNext: 'skip',
  MediaStop: 'stop',
  AudioVolumeUp: 'louder',
  AudioVolumeDown: 'quieter',
  AudioVolumeMute: 'mute',
  ZoomToggle: 'picture',
  f: 'picture',
  ChannelUp: 'channel-up',
  ChannelDown: 'channel-down',
  PageUp: 'channel-up',
  PageDown: 'channel-down',
};

/** The kernel's names, as the box passes them on from its own buttons and remotes. */
const BOX_KEYS: Readonly<Record<string, Meaning>> = {
  KEY_LEFT: 'left',
  KEY_RIGHT: 'right',
  KEY_UP: 'up',
  KEY_DOWN: 'down',
  KEY_OK: 'ok',
  KEY_ENTER: 'ok',
  KEY_BACK: 'back',
  KEY_ESC: 'back',
  KEY_BACKSPACE: 'back',
  KEY_HOMEPAGE: 'home',
};

const INTENTS: Partial<Record<Meaning, string>> = { 'play-pause': 'intent.play-pause', skip: 'intent.skip', stop: 'intent.stop', picture: 'intent.picture' };

/** Back takes one screen away; on the lowest it leads to the rail, and there to the songs. It never ends nowhere. */
function goBack(asking: boolean): void {
  // A renewal is put off by Back, not refused: what is given back is gone.
  if (asksWho(current())) intend('intent.back');
  else if (asksRenewal(current())) change({ putOff: current().view.renewal?.licence ?? null });
  else if (asking) intend('intent.back');
  else if (!pop()) leaveRoot();
}

function leaveRoot(): void {
  const onRail = nameOf(document.activeElement)?.startsWith('rail:') === true;
  const rail = document.querySelector<HTMLElement>('.rail [aria-current]');
  if (!onRail && rail !== null) takeFocus(rail);
  else {
    intend('intent.back');
    if (top().name !== 'songs') open({ name: 'songs' });
  }
}

/** Presses that follow each other this closely are one hold, and each reaches further. */
const HOLD_MS = 400;
const STEPS_MS = [5_000, 5_000, 5_000, 10_000, 10_000, 20_000, 20_000, 30_000];
let held = 0;
let lastSeekMs = 0;

function seek(direction: 'left' | 'right'): void {
  const nowMs = performance.now();
  held = nowMs - lastSeekMs < HOLD_MS ? held + 1 : 0;
  lastSeekMs = nowMs;
  const stepMs = STEPS_MS[Math.min(held, STEPS_MS.length - 1)] ?? 0;
  intend('intent.seek', { byMs: direction === 'left' ? -stepMs : stepMs });
}

export function act(meaning: Meaning, asking: boolean): void {
  noteEntry('2');
  // Behind the digits of a channel OK and Back are about them.
  if (current().view.entry !== null && (meaning === 'ok' || meaning === 'back')) intend(`intent.${meaning}`);
  else if ((meaning === 'left' || meaning === 'right') && nameOf(document.activeElement) === 'seek') seek(meaning);
  else if (meaning === 'left' || meaning === 'right' || meaning === 'up' || meaning === 'down') {
    if (moveFocus(meaning)) tick();
  } else if (meaning === 'ok') (document.activeElement as HTMLElement | null)?.click();
  else if (meaning === 'back') goBack(asking);
  else if (meaning === 'mute') intend('intent.mute');
  else if (meaning === 'home') open({ name: 'songs' });
  else if (meaning === 'louder' || meaning === 'quieter') intend('intent.volume', { delta: meaning === 'louder' ? 5 : -5 });
  else if (meaning.startsWith('digit-')) intend('intent.digit', { digit: Number(meaning.slice('digit-'.length)) });
  else if (meaning === 'channel-up' || meaning === 'channel-down') intend('intent.channel', { step: meaning === 'channel-up' ? 1 : -1 });
  else intend(INTENTS[meaning] ?? 'intent.back');
}

export const meaningOfBoxKey = (key: string): Meaning | null => BOX_KEYS[key] ?? null;

/** @returns null where the key is none of ours */
export function meaningOfKey(event: KeyboardEvent): Meaning | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const asked = asksWho(current());
  if (!asked && top().name === 'search' && types(event)) return null;
  if (!asked && top().name === 'person' && typesOn(event)) return null;
  if (/^[0-9]$/.test(event.key) && (asked || current().view.channelCount > 0)) return `digit-${event.key}`;
  if (event.key === ' ') return 'ok';
  return BROWSER_KEYS[event.key] ?? null;
}

/** A keyboard types a name or a PIN, and OK stays the key of the focus. */
function typesOn(event: KeyboardEvent): boolean {
  const route = top();
  if (route.name !== 'person' || route.part === 'sheet') return false;
  if (event.key === 'Backspace' && current().typed !== '') eraseTyped();
  else if (/^[\p{L}\p{N}]$/u.test(event.key)) typeOn(event.key);
  else return false;
  event.preventDefault();
  return true;
}

/** A keyboard types into the search, wherever its focus is. */
function types(event: KeyboardEvent): boolean {
  const typed = current().search;
  if (event.key === 'Backspace' && typed !== '') eraseLetter();
  else if (/^[\p{L}\p{N}]$/u.test(event.key) || (event.key === ' ' && typed !== '' && document.activeElement?.classList.contains('card') !== true))
    typeLetter(event.key.toLowerCase());
  else return false;
  event.preventDefault();
  return true;
}
