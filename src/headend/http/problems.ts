import type { Fault } from '../../units/result.ts';
import type { Problem } from '../../wire/http-api.ts';

/** Every way a request can fail, and its HTTP status: a new code cannot be forgotten here. */
export const PROBLEM_STATUS = {
  'bad-request': 400,
  'bad-claim': 400,
  'bad-model': 422,
  'bad-receipt': 400,
  unsigned: 401,
  'unknown-device': 401,
  'bad-signature': 401,
  'not-operator': 401,
  'not-yours': 403,
  'licence-over': 403,
  'rights-refused': 403,
  'trial-used': 403,
  'not-found': 404,
  'unknown-code': 404,
  'unknown-session': 404,
  // Of the License Status Document 1.0, 3.3-3.5.
  registration: 400,
  renew: 403,
  'renew-date': 403,
  return: 400,
  'return-already': 403,
  'return-expired': 403,
  revoke: 409,
  cancel: 409,
  limits: 406,
  'no-rendition': 406,
  conflict: 409,
  currency: 409,
  'not-for-coins': 409,
  age: 403,
  // RFC 7725: for legal reasons.
  region: 451,
  'not-licensed': 403,
  policy: 403,
  'reference-cycle': 409,
  'no-price': 409,
  unpaid: 402,
  'over-cap': 402,
  'model-id-taken': 409,
  'node-taken': 409,
  'return-incomplete': 409,
  'quote-above-max': 409,
  'fee-not-agreed': 402,
  'resume-required': 409,
  'stale-epoch': 409,
  'stale-nonce': 409,
  'session-closed': 410,
  'work-gone': 410,
  'channel-gone': 410,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'account-credit-used-up': 429,
  'too-many-sessions': 429,
  'too-many-requests': 429,
  'pending-full': 503,
  busy: 503,
  internal: 500,
} as const;
export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** A refusal with an HTTP answer. `retryAfterMs` becomes the Retry-After header. */
export interface HttpFault extends Fault<ProblemCode> {
  readonly retryAfterMs?: number;
}

export function httpFault(code: ProblemCode, message: string, retryAfterMs?: number): { readonly ok: false; readonly error: HttpFault } {
  return { ok: false, error: retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs } };
}

const LSD = 'http://readium.org/license-status-document/error';
/** Failures that have a type of their own in LSD 1.0. */
const TYPES: Partial<Record<ProblemCode, string>> = {
  registration: `${LSD}/registration`,
  renew: `${LSD}/renew`,
  'renew-date': `${LSD}/renew/date`,
  return: `${LSD}/return`,
  'return-already': `${LSD}/return/already`,
  'return-expired': `${LSD}/return/expired`,
};

/** RFC 9457. */
export function toProblem(fault: HttpFault): Problem {
  return { type: TYPES[fault.code] ?? `urn:ackbox:problem:${fault.code}`, code: fault.code, title: fault.message, status: PROBLEM_STATUS[fault.code] };
}

/** Thrown inside a request only, to reach the one error handler of the server. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly fault: HttpFault;

  constructor(fault: HttpFault) {
    super(fault.message);
    this.fault = fault;
  }
}
