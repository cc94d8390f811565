import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { limits } from '../../src/limits.ts';
import { OUTLET_HEADER, SIGNATURE_HEADER, signRequest } from '../../src/platform/request-signature.ts';
import type { AccountApi } from '../../src/ports/account-api.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { GuestApi } from '../../src/ports/guest-api.ts';
import type { HeadendApi, HeadendError } from '../../src/ports/headend-api.ts';
import type { HouseholdApi } from '../../src/ports/household-api.ts';
import type { LicenceApi } from '../../src/ports/licence-api.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { err, ok, type Result } from '../../src/units/result.ts';
import { AccountAnswer, CheapestPrices, TopUpAnswer } from '../../src/wire/account-api.ts';
import { decodersText } from '../../src/wire/decoders.ts';
import { GuestTurnAnswer } from '../../src/wire/guest-api.ts';
import { HouseholdAnswer } from '../../src/wire/household-api.ts';
import { CatalogueResponse, NonceResponse, OfferResponse, Problem, ReportResponse, ResumeResponse } from '../../src/wire/http-api.ts';
import { KeyLease, LendingOffer, LicenceList, LoanContent, StatusDocument } from '../../src/wire/licence-api.ts';
import type { EnrolledIdentity } from './enrolled-identity.ts';
import { failure, type HttpsAnswer, jsonOf, openHttpsExchange } from './https-exchange.ts';

export interface HeadendClientDeps {
  /** Null until the box is enrolled: then every call fails as `not-enrolled`, and nothing is sent. */
  readonly identity: () => EnrolledIdentity | null;
  readonly signer: Signer;
  /** Null or absent: straight to the headend. */
  readonly proxy?: URL | null;
  readonly clock: Clock;
}

interface SignedCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly ephemeral?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answerBytesMax?: number;
  /** A status above 399 that brings the answer all the same. */
  readonly answersAlso?: number;
}

/** A catalogue of limits.libraryFilesMax works stays below this. */
const CATALOGUE_BYTES_MAX = 256 * 1_048_576;
/** A list of 10,000 segments stays below this. */
const LOAN_BYTES_MAX = 4 * 1_048_576;
const BUSY_RETRY_MS = 1_000;

/** The headend over pinned TLS, every request signed with the key of this box (rulings 22, 28). Never throws; waiting and asking again is the caller's. */
export function createHeadendClient(deps: HeadendClientDeps): GuestApi & HeadendApi & HouseholdApi & LicenceApi & AccountApi {
  let exchange: { readonly identity: EnrolledIdentity; readonly https: ReturnType<typeof openHttpsExchange> } | null = null;

  const call = async (request: SignedCall): Promise<Result<HttpsAnswer, HeadendError>> => {
    const identity = deps.identity();
    if (identity === null) return err(failure('not-enrolled', 'not-enrolled', 'This box is not enrolled yet; enrol it with the code it shows.'));
    if (exchange?.identity !== identity) {
      await exchange?.https.close();
      exchange = { identity, https: openHttpsExchange(identity.headendUrl, identity.caPem, deps.clock, deps.proxy) };
    }
    const body = request.body === undefined ? null : new TextEncoder().encode(JSON.stringify(request.body));
    const answer = await exchange.https.send({
      method: request.method,
      path: request.path,
      headers: signedHeaders(deps.signer, identity, request, body),
      body,
      answerBytesMax: request.answerBytesMax ?? limits.httpBodyBytes,
    });
    if (!answer.ok || answer.value.status < 400 || answer.value.status === request.answersAlso) return answer;
    return err(toError(answer.value));
  };

  const ask = async <Schema extends TSchema>(schema: Schema, request: SignedCall): Promise<Result<Static<Schema>, HeadendError>> => {
    const answer = await call(request);
    return answer.ok ? readAnswer(schema, answer.value) : answer;
  };

  return {
    async catalogue(knownVersion) {
      const headers: Record<string, string> = knownVersion === null ? {} : { 'if-none-match': `"${knownVersion}"` };
      const answer = await call({ method: 'GET', path: '/v1/catalogue', headers, answerBytesMax: CATALOGUE_BYTES_MAX });
      if (!answer.ok) return answer;
      return answer.value.status === 304 ? ok('unchanged') : readAnswer(CatalogueResponse, answer.value);
    },
    async cover(hash) {
      const answer = await call({ method: 'GET', path: `/v1/covers/${encodeURIComponent(hash)}`, answerBytesMax: limits.coverBytes });
      if (!answer.ok) return answer;
      return ok({ bytes: answer.value.body, contentType: answer.value.header('content-type') ?? 'application/octet-stream' });
    },
    offer: (request) =>
      ask(OfferResponse, { method: 'POST', path: '/v1/sessions', body: request, idempotencyKey: request.playId, ephemeral: request.deviceEphemeral }),
    nonce: (sid) => ask(NonceResponse, { method: 'POST', path: `/v1/sessions/${sid}/resume-nonce` }),
    resume: (sid, request) => ask(ResumeResponse, { method: 'POST', path: `/v1/sessions/${sid}/resume`, body: request, ephemeral: request.deviceEphemeral }),
    licences: () => ask(LicenceList, { method: 'GET', path: '/v1/licences' }),
    lendingOffer: (resource, decodes = []) =>
      ask(LendingOffer, { method: 'GET', path: `/v1/works/${encodeURIComponent(resource)}/lending?decodes=${decodersText(decodes)}` }),
    checkOut: (resource, decodes = [], maxFeeMinor = '0', spender = null) =>
      ask(StatusDocument, {
        method: 'POST',
        path: '/v1/licences',
        body: { resource, decodes: decodersText(decodes), maxFeeMinor, ...(spender !== null && { spender }) },
      }),
    registerLicence: (licence) => ask(StatusDocument, { method: 'POST', path: `/v1/licences/${encodeURIComponent(licence)}/register` }),
    renewLicence: (licence, maxFeeMinor = '0', spender = null) =>
      ask(StatusDocument, {
        method: 'PUT',
        path: `${pathOf(licence)}/renew?fee=${maxFeeMinor}${spender === null ? '' : `&spender=${encodeURIComponent(spender)}`}`,
      }),
    returnLicence: (licence, body) => ask(StatusDocument, { method: 'PUT', path: `/v1/licences/${encodeURIComponent(licence)}/return`, body }),
    loanContent: (licence, decodes = []) =>
      ask(LoanContent, { method: 'GET', path: `${pathOf(licence)}/content?decodes=${decodersText(decodes)}`, answerBytesMax: LOAN_BYTES_MAX }),
    async loanPart(licence, segment, from) {
      const answer = await call({ method: 'GET', path: `${pathOf(licence)}/content/${segment}?from=${from}` });
      return answer.ok ? ok(answer.value.body) : answer;
    },
    leaseKey: (licence, number) => ask(KeyLease, { method: 'POST', path: `${pathOf(licence)}/key`, body: { number } }),
    sendBack: (licence, segment, part) => call({ method: 'PUT', path: `${pathOf(licence)}/content/${segment}`, body: part }),
    account: (after) => ask(AccountAnswer, { method: 'GET', path: after === null ? '/v1/account' : `/v1/account?after=${after}` }),
    topUp: (request) => ask(TopUpAnswer, { method: 'POST', path: '/v1/account/top-ups', body: request }),
    household: (report) => ask(HouseholdAnswer, { method: 'POST', path: '/v1/household', body: report }),
    cheapest: (question) => ask(CheapestPrices, { method: 'POST', path: '/v1/account/cheapest', body: question }),
    // 409 names what was set aside; it counts as delivered (ruling 30).
    guestTurn: (turn) => ask(GuestTurnAnswer, { method: 'POST', path: '/v1/guests/turn', body: turn }),
    report: (request) => ask(ReportResponse, { method: 'POST', path: '/v1/records', body: request, answersAlso: 409 }),
    async close() {
      await exchange?.https.close();
      exchange = null;
    },
  };
}

function pathOf(licence: string): string {
  return `/v1/licences/${encodeURIComponent(licence)}`;
}

function signedHeaders(signer: Signer, identity: EnrolledIdentity, request: SignedCall, body: Uint8Array | null): Readonly<Record<string, string>> {
  const idempotencyKey = request.idempotencyKey ?? null;
  const ephemeral = request.ephemeral ?? null;
  const signature = signRequest(signer, { method: request.method, path: request.path, body: body ?? new Uint8Array(), idempotencyKey, ephemeral });
  return {
    ...request.headers,
    [OUTLET_HEADER]: identity.outlet,
    [SIGNATURE_HEADER]: signature,
    ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
    ...(body === null ? {} : { 'content-type': 'application/json' }),
  };
}

function readAnswer<Schema extends TSchema>(schema: Schema, answer: HttpsAnswer): Result<Static<Schema>, HeadendError> {
  const value = jsonOf(answer);
  if (Value.Check(schema, value)) return ok(value);
  return err(failure('refused', 'bad-answer', 'The answer of the headend cannot be understood; update the box or the headend.'));
}

function toError(answer: HttpsAnswer): HeadendError {
  const value = jsonOf(answer);
  const problem: Problem = Value.Check(Problem, value)
    ? value
    : { type: 'about:blank', code: `http-${answer.status}`, title: `The headend answered ${answer.status}.`, status: answer.status };
  if (problem.code === 'unknown-device') return failure('not-enrolled', problem.code, problem.title);
  if (answer.status === 429 || answer.status >= 500) return failure('busy', problem.code, problem.title, retryAfterMs(answer) ?? BUSY_RETRY_MS);
  return failure('refused', problem.code, problem.title);
}

/** RFC 9110, 10.2.3: seconds, or a date (read against the headend's own clock, since ours may be wrong by years). */
function retryAfterMs(answer: HttpsAnswer): number | null {
  const text = answer.header('retry-after');
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const waitMs = Date.parse(text) - Date.parse(answer.header('date') ?? '');
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : null;
}
