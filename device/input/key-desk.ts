import type { Clock } from '../../src/ports/clock.ts';
import type { BoxControl } from '../session/box-view.ts';
import { intentOfKey } from './key-intents.ts';
import { KeyPress, type PressKind } from './key-press.ts';
import { type KeyName, keyRepeats } from './keys.ts';

/** Document 003's entry methods of keys: 2 a remote's keypad, 3 a button of the box (ruling B-8). */
export type KeyEntry = '2' | '3';

/** A surface that may want a key before the statechart: says whether it took it. */
export type KeyTaker = (key: KeyName, kind: PressKind) => boolean;

/** Where keys of every source become intents: each source's key has its own press, and the state of the box says what it means. */
export class KeyDesk {
  readonly #box: Pick<BoxControl, 'view' | 'intent'>;
  readonly #clock: Clock;
  readonly #entry: KeyEntry;
  /** A surface that may want the key first, such as a page that is open on the box's screen. */
  readonly #takes: KeyTaker;
  readonly #presses = new Map<string, KeyPress>();

  constructor(box: Pick<BoxControl, 'view' | 'intent'>, clock: Clock, entry: KeyEntry, takes: KeyTaker = () => false) {
    this.#box = box;
    this.#clock = clock;
    this.#entry = entry;
    this.#takes = takes;
  }

  key(source: string, key: KeyName, down: boolean): void {
    const id = `${source} ${key}`;
    const press = this.#presses.get(id) ?? this.#newPress(key);
    this.#presses.set(id, press);
    if (down) press.down();
    else press.up();
  }

  /** The source is gone: what it held is held no more. */
  gone(source: string): void {
    for (const [id, press] of this.#presses) {
      if (!id.startsWith(`${source} `)) continue;
      press.forget();
      this.#presses.delete(id);
    }
  }

  #newPress(key: KeyName): KeyPress {
    return new KeyPress(this.#clock, { repeats: keyRepeats(key) }, (kind) => {
      if (this.#takes(key, kind)) return;
      const intent = intentOfKey(key, kind, this.#box.view().playback);
      if (intent !== null) this.#box.intent(intent, this.#entry);
    });
  }
}
