import { type LockoutState, lockedForMs, NO_FAILURES, noteFailure } from '../../src/domain/access/login-lockout.ts';
import { isPin } from '../../src/platform/crypto/pin-hash.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { Book } from '../stores/book-port.ts';

const LOCKOUT_SETTING = 'viewer-lockout';

export type PinFault = Fault<'locked' | 'wrong-pin'>;

/** The PINs of a household: one lock for all of them, which a restart does not open. */
export class ViewerPins {
  readonly #book: Pick<Book, 'getSetting' | 'putSetting'>;
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();

  constructor(book: Pick<Book, 'getSetting' | 'putSetting'>, clock: Clock) {
    this.#book = book;
    this.#clock = clock;
  }

  /** One try after the other, so that many at once count as many. @param stored as `hashPin` made it */
  check(stored: string, pin: string): Promise<Result<null, PinFault>> {
    const checked = this.#last.then(() => this.#check(stored, pin));
    this.#last = checked.catch(() => {});
    return checked;
  }

  async #check(stored: string, pin: string): Promise<Result<null, PinFault>> {
    const text = await this.#book.getSetting(LOCKOUT_SETTING);
    const state = text === null ? NO_FAILURES : (JSON.parse(text) as LockoutState);
    const seconds = Math.ceil(lockedForMs(state, this.#clock.wallMs()) / 1_000);
    if (seconds > 0) return fault('locked', `Too many wrong PINs: wait ${seconds} s.`);
    // Durable before the answer: pulling the plug wins no further tries.
    const right = await isPin(stored, pin);
    if (!right || state.failures > 0)
      await this.#book.putSetting(LOCKOUT_SETTING, JSON.stringify(right ? NO_FAILURES : noteFailure(state, this.#clock.wallMs())));
    return right ? ok(null) : fault('wrong-pin', 'That is not the PIN; try again, or go back.');
  }
}
