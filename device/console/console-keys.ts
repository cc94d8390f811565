import { randomInt, timingSafeEqual } from 'node:crypto';
import { type LockoutState, lockedForMs, NO_FAILURES, noteFailure } from '../../src/domain/access/login-lockout.ts';
import { hashPin, isPin } from '../../src/platform/crypto/pin-hash.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { Role } from '../commands/command.ts';
import type { Book } from '../stores/book-port.ts';

const CODE_DIGITS = 8;
const PIN = /^\d{4,12}$/;

export type ConsoleRole = Exclude<Role, 'customer' | 'headend'>;
export const CONSOLE_ROLES: readonly ConsoleRole[] = ['technician', 'staff', 'collector'];

export type LoginFault = Fault<'locked' | 'wrong-pin' | 'no-pin-yet' | 'weak-pin'>;

/**
 * Who may sign in on the serial console: a PIN for each role, as a scrypt hash in the settings of the book. There is no PIN at
 * first and none by default: a one-time code, shown by the box where only its owner sees it, lets a role choose one.
 */
export class ConsoleKeys {
  readonly #book: Pick<Book, 'getSetting' | 'putSetting'>;
  readonly #clock: Clock;
  #code: string | null = null;

  constructor(book: Pick<Book, 'getSetting' | 'putSetting'>, clock: Clock) {
    this.#book = book;
    this.#clock = clock;
  }

  /** A code that lets one role choose its PIN once; a new one takes its place. Lives in memory only. */
  newCode(): string {
    this.#code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
    return this.#code;
  }

  /** Who forgot a PIN chooses a new one with the next code. */
  async forgetPin(role: ConsoleRole): Promise<void> {
    await this.#book.putSetting(pinSetting(role), '');
  }

  async hasPin(role: ConsoleRole): Promise<boolean> {
    return Boolean(await this.#book.getSetting(pinSetting(role)));
  }

  /** Every failure counts, whatever the role: one door, one lock. */
  async signIn(role: ConsoleRole, pin: string): Promise<Result<null, LoginFault>> {
    const open = await this.#unlocked();
    if (!open.ok) return open;
    const stored = await this.#book.getSetting(pinSetting(role));
    if (!stored) return fault('no-pin-yet', `${role} has no PIN yet: sign in with the one-time code that the box shows.`);
    return (await isPin(stored, pin)) ? await this.#welcome() : await this.#refuse();
  }

  /** Takes the one-time code and sets the role's PIN. Errors: as for signIn, and `weak-pin`, which does not use the code up. */
  async choosePin(role: ConsoleRole, code: string, pin: string): Promise<Result<null, LoginFault>> {
    const open = await this.#unlocked();
    if (!open.ok) return open;
    const expected = this.#code;
    if (expected === null || code.length !== expected.length || !timingSafeEqual(Buffer.from(code), Buffer.from(expected))) return await this.#refuse();
    if (!PIN.test(pin)) return fault('weak-pin', 'A PIN has 4 to 12 digits.');
    this.#code = null;
    await this.#book.putSetting(pinSetting(role), await hashPin(pin));
    return await this.#welcome();
  }

  async #unlocked(): Promise<Result<null, LoginFault>> {
    const seconds = Math.ceil(lockedForMs(await this.#state(), this.#clock.wallMs()) / 1_000);
    return seconds === 0 ? ok(null) : fault('locked', `Too many wrong tries: wait ${seconds} s.`);
  }

  async #welcome(): Promise<Result<null, LoginFault>> {
    await this.#keep(NO_FAILURES);
    return ok(null);
  }

  async #refuse(): Promise<Result<null, LoginFault>> {
    // Durable before the answer: pulling the plug does not win further tries.
    await this.#keep(noteFailure(await this.#state(), this.#clock.wallMs()));
    return fault('wrong-pin', 'That is not right.');
  }

  async #state(): Promise<LockoutState> {
    const text = await this.#book.getSetting(LOCKOUT_SETTING);
    return text === null ? NO_FAILURES : (JSON.parse(text) as LockoutState);
  }

  async #keep(state: LockoutState): Promise<void> {
    await this.#book.putSetting(LOCKOUT_SETTING, JSON.stringify(state));
  }
}

const LOCKOUT_SETTING = 'console-lockout';

function pinSetting(role: ConsoleRole): string {
  return `console-pin-${role}`;
}
