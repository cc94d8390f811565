import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** short: on release before the long press; long: once, while held, and then no short follows; repeat: again and again while held. */
export type PressKind = 'short' | 'long' | 'repeat';

/**
 * The press grammar of one key, the same for a button, a remote and a keyboard.
 *
 *   repeats: false   ‾\_____/‾  short on release     ‾\______600 ms: long______/‾  nothing on release
 *   repeats: true    ‾\ short at once ... 600 ms ... repeat every 150 ms ... /‾
 *
 * A key that repeats (arrows, volume) acts on the press itself: whoever steers by it waits for every step.
 */
export class KeyPress {
  readonly #clock: Clock;
  readonly #repeats: boolean;
  readonly #emit: (kind: PressKind) => void;
  #cancel: (() => void) | null = null;
  #long = false;

  constructor(clock: Clock, options: { readonly repeats: boolean }, emit: (kind: PressKind) => void) {
    this.#clock = clock;
    this.#repeats = options.repeats;
    this.#emit = emit;
  }

  down(): void {
    if (this.#cancel !== null) return;
    this.#long = false;
    if (this.#repeats) this.#emit('short');
    this.#cancel = this.#clock.after(limits.longPressMs, () => this.#held());
  }

  up(): void {
    if (this.#cancel === null) return;
    this.#cancel();
    this.#cancel = null;
    if (!this.#repeats && !this.#long) this.#emit('short');
  }

  /** The key's device is gone: a press that nobody can end any more is none. */
  forget(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #held(): void {
    this.#long = true;
    this.#emit(this.#repeats ? 'repeat' : 'long');
    this.#cancel = this.#repeats ? this.#clock.after(limits.keyRepeatMs, () => this.#held()) : () => {};
  }
}
