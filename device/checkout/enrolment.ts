import { X509Certificate } from 'node:crypto';
import { Value } from '@sinclair/typebox/value';
import { limits } from '../../src/limits.ts';
import { enrolmentCode } from '../../src/platform/enrolment-code.ts';
import { SIGNATURE_HEADER, signRequest } from '../../src/platform/request-signature.ts';
import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import { err, ok, type Result } from '../../src/units/result.ts';
import { type EnrolRequest, EnrolResponse } from '../../src/wire/http-api.ts';
import { type EnrolledIdentity, storeEnrolment } from './enrolled-identity.ts';
import { failure, type HttpsExchange, jsonOf, openHttpsExchange } from './https-exchange.ts';

export interface EnrolmentDeps {
  readonly headendUrl: string;
  /** Null or absent: straight to it. */
  readonly proxy?: URL | null;
  readonly folder: string;
  readonly signer: Signer;
  readonly name: string;
  readonly profile: 'jukebox' | 'set-top';
  readonly clock: Clock;
  readonly random: Random;
  /** Called with the code to show, again whenever it changes. */
  readonly showCode: (code: string) => void;
  /** Called once for each new reason why it does not go on (headend down, refused, untrusted). */
  readonly showTrouble: (error: HeadendError) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** Asked again after an eighth of the time it waits already: quick for who is quick, easy on a headend that is away for long. */
const POLL_SHARE = 1 / 8;
const POLL_MIN_MS = 50;
const POLL_MAX_MS = 2_000;
const CA_BYTES_MAX = 16_384;
const ANSWER_BYTES_MAX = 65_536;

/** One enrolment under way: the authority the box saw, and the nonce its code is made from. */
interface Attempt {
  readonly https: HttpsExchange;
  readonly caPem: string;
  readonly request: EnrolRequest;
  readonly code: string;
  readonly startedMs: number;
}

/**
 * Waits until an operator has entered the code that this box shows, then keeps what it was given (durably) and resolves.
 * Survives a headend that is down, restarts or is set up anew meanwhile; the code changes with the nonce, at the latest after
 * `limits.enrolmentCodeMs`. Source: ruling 28.
 * @returns null where the signal ended it
 */
export async function enrol(deps: EnrolmentDeps): Promise<EnrolledIdentity | null> {
  let attempt: Attempt | null = null;
  let trouble = '';
  let shownCode = '';
  let waitingSinceMs = monotonicMs(deps.clock);
  while (!deps.signal.aborted) {
    const begun: Result<Attempt, HeadendError> = attempt === null ? await begin(deps) : ok(attempt);
    const answer = begun.ok ? await poll(deps, begun.value) : begun;
    attempt = begun.ok ? begun.value : null;
    if (answer.ok && answer.value !== null) {
      storeEnrolment(deps.folder, answer.value);
      await attempt?.https.close();
      return answer.value;
    }
    // Shown once the headend knows the request: whoever is quick to enter it, a person or a supervisor, must find it there.
    if (answer.ok && attempt !== null && attempt.code !== shownCode) {
      deps.showCode(attempt.code);
      shownCode = attempt.code;
      waitingSinceMs = monotonicMs(deps.clock);
    }
    if (!answer.ok && answer.error.problem !== trouble) deps.showTrouble(answer.error);
    trouble = answer.ok ? '' : answer.error.problem;
    if (attempt !== null && isSpent(attempt, answer.ok ? null : answer.error, deps.clock)) {
      await attempt.https.close();
      attempt = null;
    }
    const pauseMs = Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, POLL_SHARE * (monotonicMs(deps.clock) - waitingSinceMs)));
    await pause(deps, answer.ok ? pauseMs : Math.max(pauseMs, answer.error.retryAfterMs ?? 0));
  }
  await attempt?.https.close();
  return null;
}

/** Fetches the authority without trusting anybody, and makes the code that binds it to this box's key. */
async function begin(deps: EnrolmentDeps): Promise<Result<Attempt, HeadendError>> {
  const stranger = openHttpsExchange(deps.headendUrl, null, deps.clock, deps.proxy);
  const answer = await stranger.send({ method: 'GET', path: '/v1/ca', headers: {}, body: null, answerBytesMax: CA_BYTES_MAX });
  await stranger.close();
  if (!answer.ok) return answer;
  const caPem = Buffer.from(answer.value.body).toString('utf8');
  const caDer = readAuthority(caPem);
  if (answer.value.status !== 200 || caDer === null)
    return err(failure('refused', 'no-headend', `${deps.headendUrl} does not answer as a headend does; check the address.`));
  const nonce = deps.random.bytes(16);
  const code = enrolmentCode(deps.signer.publicKey, caDer, nonce);
  const request: EnrolRequest = { devicePublicKey: toHex(deps.signer.publicKey), nonce: toHex(nonce), name: deps.name, profile: deps.profile };
  return ok({ https: openHttpsExchange(deps.headendUrl, caPem, deps.clock, deps.proxy), caPem, request, code, startedMs: monotonicMs(deps.clock) });
}

/** Asks over TLS verified with that authority. Null: nobody has entered the code yet. */
async function poll(deps: EnrolmentDeps, attempt: Attempt): Promise<Result<EnrolledIdentity | null, HeadendError>> {
  const body = new TextEncoder().encode(JSON.stringify(attempt.request));
  const signature = signRequest(deps.signer, { method: 'POST', path: '/v1/enrol', body, idempotencyKey: null, ephemeral: null });
  const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature };
  const answer = await attempt.https.send({ method: 'POST', path: '/v1/enrol', headers, body, answerBytesMax: ANSWER_BYTES_MAX });
  if (!answer.ok) return answer;
  const value = jsonOf(answer.value);
  if (answer.value.status >= 400 || !Value.Check(EnrolResponse, value)) return err(toTrouble(answer.value.status, value, answer.value.header('retry-after')));
  if (value.state === 'pending') return ok(null);
  const { account, outlet, location, currency } = value;
  const headendPublicKey = fromHex(value.headendPublicKey) ?? new Uint8Array();
  return ok({ account, outlet, location, currency, headendPublicKey, caPem: attempt.caPem, headendUrl: deps.headendUrl });
}

/** A code lives an hour; an authority that no longer fits its server was replaced, so the code is void too. */
function isSpent(attempt: Attempt, error: HeadendError | null, clock: Clock): boolean {
  return error?.code === 'untrusted' || monotonicMs(clock) - attempt.startedMs >= limits.enrolmentCodeMs;
}

function readAuthority(pem: string): Uint8Array | null {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.ca ? new Uint8Array(certificate.raw) : null;
  } catch {
    return null;
  }
}

function toTrouble(status: number, value: unknown, retryAfter: string | null): HeadendError {
  const shown =
    typeof value === 'object' && value !== null && 'code' in value && 'title' in value ? value : { code: `http-${status}`, title: `it answered ${status}` };
  const message = `The headend does not take the enrolment: ${String(shown.title)}`;
  return failure('refused', String(shown.code), message, /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : null);
}

function pause(deps: EnrolmentDeps, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      deps.signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = deps.clock.after(waitMs, end);
    deps.signal.addEventListener('abort', end, { once: true });
    if (deps.signal.aborted) end();
  });
}
