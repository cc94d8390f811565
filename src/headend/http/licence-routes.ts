import { Type } from '@sinclair/typebox';
import type { Licence } from '../../domain/licence/licence.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import { asId } from '../../units/ids.ts';
import type { Fault, Result } from '../../units/result.ts';
import { parseDecoders } from '../../wire/decoders.ts';
import {
  CheckoutRequest,
  KeyLease,
  KeyRequest,
  LendingOffer,
  LendingRequest,
  LendingRule,
  LicenceList,
  LoanContent,
  ReturnedPart,
  ReturnRequest,
  StatusDocument,
} from '../../wire/licence-api.ts';
import type { LicenceDesk, LicenceDeskFault } from '../licences/licence-desk.ts';
import type { LoanDesk } from '../licences/loan-desk.ts';
import { statusDocument } from '../licences/status-document.ts';
import { httpFault, PROBLEM_STATUS, type ProblemCode } from './problems.ts';
import { deviceRoute, openRoute, type Route, type RouteAnswer, reply } from './route.ts';

export interface LicenceRoutesDeps {
  readonly desk: LicenceDesk;
  readonly catalogue: Pick<CatalogueStore, 'work'>;
  readonly clock: Clock;
}

const LISTED = 200;
const EndRequest = Type.Object({}, { additionalProperties: false });

/** Checkout, registration, renewal and return (LSD 1.0, 3); revocation and cancellation by the operator. */
export function licenceRoutes({ desk, catalogue, clock }: LicenceRoutesDeps): readonly Route[] {
  const shown = (licence: Licence): StatusDocument => statusDocument(licence, catalogue.work(asId(licence.resource))?.title ?? '', clock.wallMs());
  const answer = (outcome: Result<Licence, LicenceDeskFault>): RouteAnswer => (outcome.ok ? reply(shown(outcome.value)) : outcome);
  const one = { path: '/v1/licences/:licence', response: StatusDocument } as const;
  return [
    deviceRoute(
      {
        method: 'POST',
        path: '/v1/licences',
        summary: 'Checks a title out, or answers the licence that is there',
        body: CheckoutRequest,
        response: StatusDocument,
      },
      (request, outlet) => {
        const { resource, decodes, maxFeeMinor = '0', spender = null } = request.body;
        const outcome = desk.checkOut(outlet, resource, { decodes: parseDecoders(decodes ?? '') ?? [], maxFeeMinor, spender });
        return outcome.ok ? reply(shown(outcome.value.licence), outcome.value.made ? 201 : 200) : outcome;
      },
    ),
    deviceRoute(
      {
        method: 'GET',
        path: '/v1/works/:work/lending',
        summary: 'What a checkout would cost, and for how long; of a film in a form of ?decodes=',
        body: null,
        response: LendingOffer,
      },
      (request, outlet) => {
        const offered = desk.offer(outlet, request.params.work ?? '', parseDecoders(request.query.decodes ?? '') ?? []);
        return offered.ok ? reply(offered.value) : offered;
      },
    ),
    deviceRoute(
      { method: 'GET', path: '/v1/licences', summary: "The licences of the box's account, newest first", body: null, response: LicenceList },
      (_request, outlet) => reply({ licences: desk.list(outlet, LISTED).map(shown) }),
    ),
    deviceRoute({ ...one, method: 'GET', summary: 'The status document of a licence', body: null }, (request, outlet) =>
      answer(desk.status(outlet, request.params.licence ?? '')),
    ),
    deviceRoute({ ...one, method: 'POST', path: `${one.path}/register`, summary: 'Registers the calling box', body: null }, (request, outlet) =>
      answer(desk.register(outlet, request.params.licence ?? '')),
    ),
    deviceRoute(
      {
        ...one,
        method: 'PUT',
        path: `${one.path}/renew`,
        summary: 'Extends the licence, to ?end= or by one period, for a fee of at most ?fee= minor units, spent by ?spender=',
        body: null,
      },
      (request, outlet) =>
        answer(desk.renew(outlet, request.params.licence ?? '', request.query.end ?? null, request.query.fee ?? '0', request.query.spender || null)),
    ),
    deviceRoute(
      { ...one, method: 'PUT', path: `${one.path}/return`, summary: 'Returns the title, with what it was used for', body: ReturnRequest },
      (request, outlet) => answer(desk.giveBack(outlet, request.params.licence ?? '', request.body)),
    ),
    openRoute(
      {
        ...one,
        method: 'POST',
        path: '/v1/admin/licences/:licence/end',
        summary: 'Revokes a licence, or cancels it where it was never used',
        access: 'operator',
        body: EndRequest,
      },
      (request) => answer(desk.end(request.params.licence ?? '')),
    ),
  ];
}

export interface LoanRoutesDeps {
  readonly desk: LicenceDesk;
  readonly loans: LoanDesk;
  readonly putFloor: (outlet: string, floorMinor: string) => void;
  /** Keeps a model of the house. */
  readonly keepModel: (xml: string) => Promise<Result<{ readonly hash: string }, Fault<ProblemCode>>>;
}

const Floor = Type.Object({ floorMinor: Type.String({ pattern: '^[0-9]{1,12}$' }) }, { additionalProperties: false });
const Done = Type.Object({});

/** The content of checked-out titles: terms, segments, keys, and what comes back; how titles are lent, by the operator. */
export function loanRoutes({ desk, loans, putFloor, keepModel }: LoanRoutesDeps): readonly Route[] {
  const path = '/v1/licences/:licence';
  const answer = (outcome: Awaited<ReturnType<LoanDesk['content']>> | ReturnType<LoanDesk['leaseKey']>): RouteAnswer =>
    outcome.ok ? reply(outcome.value) : outcome;
  return [
    deviceRoute(
      {
        method: 'GET',
        path: `${path}/content`,
        summary: 'Signed terms of use, and the segments of a checked-out title; of a film in a form of ?decodes=',
        body: null,
        response: LoanContent,
      },
      async (request, outlet) => answer(await loans.content(outlet, request.params.licence ?? '', parseDecoders(request.query.decodes ?? '') ?? [])),
    ),
    deviceRoute(
      { method: 'GET', path: `${path}/content/:number`, summary: 'A part of a segment, from byte ?from= on', body: null, response: null },
      async (request, outlet) => {
        const { licence = '', number = '' } = request.params;
        const part = await loans.segment(outlet, licence, Number(number), Number(request.query.from ?? '0'));
        if (!part.ok) return part;
        return { ok: true, value: { status: 200, body: Buffer.from(part.value), contentType: 'application/octet-stream' } };
      },
    ),
    deviceRoute(
      { method: 'PUT', path: `${path}/content/:number`, summary: 'A part of a segment that comes back whole', body: ReturnedPart, response: Done },
      (request, outlet) => {
        const { licence = '', number = '' } = request.params;
        const taken = loans.takeBack(outlet, licence, Number(number), request.body);
        return taken.ok ? reply({}) : taken;
      },
    ),
    deviceRoute(
      { method: 'POST', path: `${path}/key`, summary: 'Leases a key; a pulse where the licence has one', body: KeyRequest, response: KeyLease },
      (request, outlet) => answer(loans.leaseKey(outlet, request.params.licence ?? '', request.body.number)),
    ),
    openRoute(
      {
        method: 'PUT',
        path: '/v1/admin/works/:work/lending',
        summary: 'How a title is lent from now on',
        access: 'operator',
        body: LendingRequest,
        response: LendingRule,
      },
      async (request) => {
        const { feeModelXml, ...rule } = request.body;
        const kept = feeModelXml === undefined ? null : await keepModel(feeModelXml);
        if (kept?.ok === false) return kept;
        const lent = desk.lend(request.params.work ?? '', kept === null ? rule : { ...rule, feeModel: kept.value.hash });
        if (lent.ok) return reply(lent.value);
        const { code, message } = lent.error;
        return httpFault(code in PROBLEM_STATUS ? (code as ProblemCode) : 'rights-refused', message);
      },
    ),
    openRoute(
      { method: 'PUT', path: '/v1/admin/outlets/:outlet/floor', summary: 'What a box may owe unheard of', access: 'operator', body: Floor, response: Floor },
      (request) => {
        putFloor(request.params.outlet ?? '', request.body.floorMinor);
        return reply(request.body);
      },
    ),
  ];
}
