import { randomBytes } from 'node:crypto';
import type { OperatorRole } from '../../domain/access/operator-roles.ts';
import { limits } from '../../limits.ts';
import { equalSecrets, sha256, sha256Hex } from '../../platform/crypto/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { OperatorAccount } from '../stores/operator-account-rows.ts';

const TOKEN_BYTES = 32;

/** Who is asking, and the secret that a form of his must carry. */
export interface OperatorCaller {
  readonly name: string;
  readonly role: OperatorRole;
  readonly formToken: string;
}

interface SignedIn extends OperatorCaller {
  /** Another password, another stamp: whoever signed in with the old one is out. */
  readonly stamp: string;
  lastMs: number;
}

type Account = Pick<OperatorAccount, 'name' | 'role' | 'password'>;

/** People who signed in: in memory only, so that a restart of the headend signs everybody out. Kept by the hash of their cookie. */
export class OperatorSessions {
  readonly #clock: Clock;
  readonly #byHash = new Map<string, SignedIn>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns what the cookie holds */
  open({ name, role, password }: Account): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#byHash.set(sha256Hex(token), { name, role, formToken: formTokenOf(token), stamp: sha256Hex(password), lastMs: monotonicMs(this.#clock) });
    const oldest = this.#byHash.keys().next().value;
    if (this.#byHash.size > limits.operatorSessions && oldest !== undefined) this.#byHash.delete(oldest);
    return token;
  }

  /** Who holds this cookie; null where nobody does any more. */
  caller(token: string, account: (name: string) => Account | null): OperatorCaller | null {
    const key = sha256Hex(token);
    const session = this.#byHash.get(key);
    if (session === undefined) return null;
    const nowMs = monotonicMs(this.#clock);
    this.#byHash.delete(key);
    const known = account(session.name);
    if (nowMs - session.lastMs > limits.operatorIdleMs || known?.role !== session.role || sha256Hex(known.password) !== session.stamp) return null;
    session.lastMs = nowMs;
    this.#byHash.set(key, session);
    return session;
  }

  close(token: string): void {
    this.#byHash.delete(sha256Hex(token));
  }
}

/** Derived from the cookie's secret: a page of another origin can not know it. */
export function formTokenOf(token: string): string {
  return sha256Hex(`ackbox-operator-form/1\n${token}`);
}

export function isFormToken(caller: OperatorCaller, given: string): boolean {
  return equalSecrets(digest(given), digest(caller.formToken));
}

function digest(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}
