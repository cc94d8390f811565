import { equalSecrets } from '../../platform/crypto/digest.ts';
import type { RateLimit } from '../../platform/rate-limit.ts';
import { OUTLET_HEADER, SIGNATURE_HEADER, verifyRequest } from '../../platform/request-signature.ts';
import type { OutletRow } from '../../ports/headend-stores.ts';
import { asId, type OutletId } from '../../units/ids.ts';
import { type HttpFault, ProblemError } from './problems.ts';
import type { Access, RouteRequest } from './route.ts';

export interface GuardDeps {
  readonly outlet: (id: OutletId) => OutletRow | null;
  readonly operatorToken: string;
  readonly monotonicMs: () => number;
  /** Unsigned and operator requests, by address. */
  readonly openLimit: RateLimit;
}

export const IDEMPOTENCY_HEADER = 'idempotency-key';

/** Lets a request in, or throws the problem that answers it. */
export interface RequestGuard {
  admit(access: Access, request: RouteRequest<unknown>, method: string, path: string): void;
  /** The box that signed an admitted request. */
  caller(request: RouteRequest<unknown>): OutletRow | null;
}

/** Checks callers: boxes by their enrolled key, never by a key from the request (ruling 22); operators by the token of the data folder. */
export function createRequestGuard(deps: GuardDeps): RequestGuard {
  const callerOf = (request: RouteRequest<unknown>): OutletRow | null => {
    const id = headerOf(request, OUTLET_HEADER);
    return id === null ? null : deps.outlet(asId(id));
  };
  return {
    caller: callerOf,
    admit(access, request, method, path) {
      if (access !== 'device') limitRate(deps, request);
      if (access === 'operator') checkOperator(deps, request);
      if (access !== 'device') return;
      if (headerOf(request, OUTLET_HEADER) === null) refuse({ code: 'unsigned', message: 'Requests of boxes are signed; this one names no device.' });
      const outlet = callerOf(request);
      if (outlet === null) return refuse({ code: 'unknown-device', message: 'This box is not enrolled here; enrol it with the code it shows.' });
      if (!signatureFits(request, method, path, outlet.publicKey))
        refuse({ code: 'bad-signature', message: 'The signature does not fit the request and the enrolled key.' });
    },
  };
}

/** True where the request was signed, as it arrived, by the holder of this key. */
export function signatureFits(request: RouteRequest<unknown>, method: string, path: string, publicKey: Uint8Array): boolean {
  const signature = headerOf(request, SIGNATURE_HEADER) ?? '';
  const signed = { method, path, body: request.rawBody, idempotencyKey: headerOf(request, IDEMPOTENCY_HEADER), ephemeral: ephemeralOf(request.body) };
  return verifyRequest(publicKey, signed, signature);
}

export function headerOf(request: RouteRequest<unknown>, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : null;
}

function ephemeralOf(body: unknown): string | null {
  const ephemeral = typeof body === 'object' && body !== null && 'deviceEphemeral' in body ? body.deviceEphemeral : null;
  return typeof ephemeral === 'string' ? ephemeral : null;
}

function limitRate(deps: GuardDeps, request: RouteRequest<unknown>): void {
  const waitMs = deps.openLimit.take(request.peer, deps.monotonicMs());
  if (waitMs > 0) refuse({ code: 'too-many-requests', message: 'Too many requests from this address; wait a little.', retryAfterMs: waitMs });
}

function checkOperator(deps: GuardDeps, request: RouteRequest<unknown>): void {
  const given = new TextEncoder().encode(headerOf(request, 'authorization') ?? '');
  if (!equalSecrets(given, new TextEncoder().encode(`Bearer ${deps.operatorToken}`)))
    refuse({ code: 'not-operator', message: 'The operator token does not fit; run this on the headend as the user who owns its data folder.' });
}

function refuse(fault: HttpFault): never {
  throw new ProblemError(fault);
}
