import { Type } from '@sinclair/typebox';
import type { Licence } from '../../domain/licence/licence.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import { asId } from '../../units/ids.ts';
import type { Result } from '../../units/result.ts';
import { CheckoutRequest, LicenceList, ReturnRequest, StatusDocument } from '../../wire/licence-api.ts';
import type { LicenceDesk, LicenceDeskFault } from '../licences/licence-desk.ts';
import { statusDocument } from '../licences/status-document.ts';
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
        const outcome = desk.checkOut(outlet, request.body.resource);
        return outcome.ok ? reply(shown(outcome.value.licence), outcome.value.made ? 201 : 200) : outcome;
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
      { ...one, method: 'PUT', path: `${one.path}/renew`, summary: 'Extends the licence, to ?end= or by one period', body: null },
      (request, outlet) => answer(desk.renew(outlet, request.params.licence ?? '', request.query.end ?? null)),
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
