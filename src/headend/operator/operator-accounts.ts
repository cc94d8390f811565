import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { lockedForMs, NO_FAILURES, noteFailure } from '../../domain/access/login-lockout.ts';
import type { OperatorRole } from '../../domain/access/operator-roles.ts';
import { acceptedStep, otpauthUri } from '../../platform/crypto/totp.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { OperatorAccountStore } from '../stores/operator-account-rows.ts';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** RFC 4226, 4: at least 128 bits, 160 recommended. */
const SECRET_BYTES = 20;
const PASSWORD_BYTES = 12;
const NAME = /^[a-z0-9][a-z0-9._-]{0,39}$/;

type NewAccount = Parameters<OperatorAccountStore['putOperatorAccount']>[0];

export type SignInFault = Fault<'locked' | 'refused'>;

/** What is told once, when an account is made: it is kept only as a hash, or never shown again. */
export interface NewOperator {
  readonly name: string;
  readonly role: OperatorRole;
  readonly password: string;
  readonly otpauth: string;
}

/** An account to be put, and what is told about it. Nobody chooses a password: a chosen one is a weak one. */
export async function makeOperator(
  name: string,
  role: OperatorRole,
): Promise<Result<{ readonly account: NewAccount; readonly told: NewOperator }, Fault<'bad-name'>>> {
  if (!NAME.test(name)) return fault('bad-name', 'A name is 1 to 40 small letters, digits, dots and hyphens.');
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const totpSecret = randomBytes(SECRET_BYTES);
  const account = { name, role, password: await hash(password), totpSecret };
  return ok({ account, told: { name, role, password, otpauth: otpauthUri(name, totpSecret) } });
}

/** Password and code together, or nothing is said of either. Errors: `locked` with the time left, `refused`. */
export async function signIn(
  store: OperatorAccountStore,
  clock: Clock,
  given: { readonly name: string; readonly password: string; readonly code: string },
): Promise<Result<{ readonly name: string; readonly role: OperatorRole }, SignInFault>> {
  const account = store.operatorAccount(given.name);
  const nowMs = clock.wallMs();
  const lockedMs = account === null ? 0 : lockedForMs(account.lockout, nowMs);
  if (lockedMs > 0) return fault('locked', `Too many tries: wait ${Math.ceil(lockedMs / 1_000)} seconds.`);
  // An unknown name costs as much time as a known one.
  const knows = await sameHash(account?.password ?? NOBODY, given.password);
  // Read again: two tries at once may not spend one code twice.
  const fresh = store.operatorAccount(given.name);
  const step = fresh === null ? null : acceptedStep(fresh.totpSecret, given.code, nowMs, fresh.lastStep);
  if (fresh === null || !knows || step === null) {
    if (fresh !== null) store.noteSignIn(fresh.name, fresh.lastStep, noteFailure(fresh.lockout, nowMs));
    return fault('refused', 'Name, password and code do not fit together.');
  }
  store.noteSignIn(fresh.name, step, NO_FAILURES);
  return ok({ name: fresh.name, role: fresh.role });
}

const NOBODY = `${'00'.repeat(SALT_BYTES)}:${'00'.repeat(HASH_BYTES)}`;

async function hash(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return `${salt.toString('hex')}:${(await derive(password, salt, HASH_BYTES)).toString('hex')}`;
}

async function sameHash(stored: string, password: string): Promise<boolean> {
  const [salt = '', expected = ''] = stored.split(':');
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'hex'), HASH_BYTES), Buffer.from(expected, 'hex'));
}
