import type { PressKind } from '../input/key-press.ts';
import type { KeyName } from '../input/keys.ts';

type SendKey = (key: KeyName) => void;

/** What steers a page; sound, money and volume are the box's own. */
const STEERING: ReadonlySet<KeyName> = new Set<KeyName>([
  'KEY_UP',
  'KEY_DOWN',
  'KEY_LEFT',
  'KEY_RIGHT',
  'KEY_OK',
  'KEY_ENTER',
  'KEY_BACK',
  'KEY_ESC',
  'KEY_BACKSPACE',
  'KEY_HOMEPAGE',
]);

/**
 * Keys of the box's own buttons and remotes, for the page on the box's own screen (opened with `?keys=box`): while one is open they steer it, otherwise the
 * statechart's own focus.
 */
export class ScreenKeys {
  readonly #pages = new Set<SendKey>();

  /** @returns ends it */
  attach(send: SendKey): () => void {
    this.#pages.add(send);
    return () => this.#pages.delete(send);
  }

  /** @returns whether a page took it */
  readonly take = (key: KeyName, kind: PressKind): boolean => {
    if (this.#pages.size === 0 || kind === 'long' || !STEERING.has(key)) return false;
    for (const send of this.#pages) send(key);
    return true;
  };
}
