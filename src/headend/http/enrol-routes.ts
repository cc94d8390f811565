import { Type } from '@sinclair/typebox';
import type { RateLimit } from '../../platform/rate-limit.ts';
import type { Log } from '../../ports/log.ts';
import { fromHex } from '../../units/bytes.ts';
import { EnrolRequest, EnrolResponse } from '../../wire/http-api.ts';
import type { EnrolmentDesk } from '../trust/enrolment-desk.ts';
import { httpFault } from './problems.ts';
import { signatureFits } from './request-guard.ts';
import { openRoute, type Route, reply } from './route.ts';

export interface EnrolRoutesDeps {
  readonly desk: EnrolmentDesk;
  readonly caPem: string;
  readonly log: Log;
  readonly monotonicMs: () => number;
  /** Codes tried, all operators together: 60 bits cannot be guessed, but a broken script should hear it. */
  readonly approvalLimit: RateLimit;
}

const ApproveRequest = Type.Object({
  code: Type.String({ maxLength: 40 }),
  account: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
  location: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
});
const ApproveResponse = Type.Object({ outlet: Type.String(), account: Type.String(), location: Type.String(), name: Type.String() });

/** Before trust exists, and how it comes to exist (ruling 28). */
export function enrolRoutes(deps: EnrolRoutesDeps): readonly Route[] {
  return [
    openRoute({ method: 'GET', path: '/v1/ca', summary: 'The CA of this headend, PEM', access: 'open', body: null, response: null }, () => ({
      ok: true,
      value: { status: 200, body: deps.caPem, contentType: 'application/x-pem-file' },
    })),
    openRoute(
      {
        method: 'POST',
        path: '/v1/enrol',
        summary: 'Asks to be enrolled, signed by the key in the request',
        access: 'open',
        body: EnrolRequest,
        response: EnrolResponse,
      },
      (request) => {
        if (!signatureFits(request, 'POST', '/v1/enrol', fromHex(request.body.devicePublicKey) ?? new Uint8Array()))
          return httpFault('bad-signature', 'An enrolment is signed by the key it names.');
        const outcome = deps.desk.request(request.body);
        if (!outcome.ok) return httpFault(outcome.error.code, outcome.error.message, 60_000);
        return reply(outcome.value, outcome.value.state === 'pending' ? 202 : 200);
      },
    ),
    openRoute(
      {
        method: 'POST',
        path: '/v1/admin/enrol',
        summary: 'Binds the box that shows this code',
        access: 'operator',
        body: ApproveRequest,
        response: ApproveResponse,
      },
      (request) => {
        const waitMs = deps.approvalLimit.take('all', deps.monotonicMs());
        if (waitMs > 0) return httpFault('too-many-requests', 'Too many codes tried; wait a little.', waitMs);
        const outcome = deps.desk.approve(request.body);
        if (!outcome.ok) return outcome;
        const { outlet, account, location, name } = outcome.value;
        deps.log.info('box-enrolled', { outlet, account, location, name });
        return reply({ outlet, account, location, name });
      },
    ),
  ];
}
