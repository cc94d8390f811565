import { NonceResponse, OfferRequest, OfferResponse, ResumeRequest, ResumeResponse } from '../../wire/http-api.ts';
import type { CheckoutDesk } from '../checkout-desk.ts';
import type { ResumeDesk } from '../resume-desk.ts';
import { httpFault } from './problems.ts';
import { headerOf, IDEMPOTENCY_HEADER } from './request-guard.ts';
import { deviceRoute, type Route, reply } from './route.ts';

export interface SessionRoutesDeps {
  readonly checkout: CheckoutDesk;
  readonly resume: ResumeDesk;
}

/** Checkout and resume of plays. */
export function sessionRoutes({ checkout, resume }: SessionRoutesDeps): readonly Route[] {
  return [
    deviceRoute(
      { method: 'POST', path: '/v1/sessions', summary: 'An offer for one play; idempotent by play id', body: OfferRequest, response: OfferResponse },
      async (request, outlet) => {
        if (headerOf(request, IDEMPOTENCY_HEADER) !== request.body.playId) return httpFault('bad-request', 'Idempotency-Key must be the play id.');
        const offer = await checkout.offer(outlet, request.body, request.host);
        return offer.ok ? reply(offer.value, 201) : offer;
      },
    ),
    deviceRoute(
      { method: 'POST', path: '/v1/sessions/:sid/resume-nonce', summary: 'A nonce for one resume, good for a minute', body: null, response: NonceResponse },
      (request, outlet) => {
        const nonce = resume.nonce(outlet, request.params.sid ?? '');
        return nonce.ok ? reply(nonce.value) : nonce;
      },
    ),
    deviceRoute(
      {
        method: 'POST',
        path: '/v1/sessions/:sid/resume',
        summary: 'A fresh key exchange, strictly the next epoch',
        body: ResumeRequest,
        response: ResumeResponse,
      },
      async (request, outlet) => {
        const resumed = await resume.resume(outlet, request.params.sid ?? '', request.body, request.host);
        return resumed.ok ? reply(resumed.value) : resumed;
      },
    ),
  ];
}
