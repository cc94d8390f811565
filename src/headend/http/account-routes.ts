import * as api from '../../wire/account-api.ts';
import type { AccountDesk } from '../pricing/account-desk.ts';
import type { CheapestDesk } from '../pricing/cheapest-desk.ts';
import type { KeptPayment, PaymentStore } from '../stores/payment-rows.ts';
import { httpFault } from './problems.ts';
import { deviceRoute, openRoute, type Route, type RouteAnswer, reply } from './route.ts';

export interface AccountRoutesDeps {
  readonly desk: AccountDesk;
  readonly cheapest: CheapestDesk;
  readonly payments: PaymentStore;
}

/** What an account owes, how it pays, and which price is cheapest for it. */
export function accountRoutes({ desk, cheapest, payments }: AccountRoutesDeps): readonly Route[] {
  return [
    deviceRoute(
      {
        method: 'GET',
        path: '/v1/account',
        summary: 'How the account of the box stands, its charges and open cycles, with the form by which it can pay',
        body: null,
        response: api.AccountAnswer,
      },
      ({ query }, outlet) => reply(desk.statement(outlet, /^\d{1,15}$/.test(query.after ?? '') ? Number(query.after) : null)),
    ),
    deviceRoute(
      { method: 'POST', path: '/v1/account/top-ups', summary: 'The filled-in form; once by its key', body: api.TopUpRequest, response: api.TopUpAnswer },
      ({ body }, outlet) => {
        const asked = desk.topUp(outlet, body);
        return asked.ok ? shown(asked.value, 201) : asked;
      },
    ),
    deviceRoute(
      {
        method: 'POST',
        path: '/v1/account/cheapest',
        summary: 'Which of the prices on offer is cheapest, for so many plays a month or for what the account used lately',
        body: api.CheapestQuestion,
        response: api.CheapestPrices,
      },
      ({ body }, outlet) => {
        const prices = cheapest.ask(outlet, body);
        return prices.ok ? reply(prices.value) : prices;
      },
    ),
    openRoute(
      {
        method: 'POST',
        path: '/v1/admin/payments/:payment',
        summary: 'What the payment system says became of a payment',
        access: 'operator',
        body: api.PaymentOutcome,
        response: api.TopUpAnswer,
      },
      ({ body, params }) => {
        const settled = desk.settle(params.payment ?? '', body.state, body.reason);
        return settled.ok ? shown(settled.value) : settled;
      },
    ),
    openRoute(
      {
        method: 'PUT',
        path: '/v1/admin/accounts/:account/payment-terms',
        summary: 'When what an account is charged falls due, and when nothing more is sold to it',
        access: 'operator',
        body: api.PaymentTermsBody,
        response: null,
      },
      ({ body, params }) => {
        const account = params.account ?? '';
        if (payments.accountName(account) === null) return httpFault('not-found', 'There is no such account.');
        desk.putTerms(account, body);
        return reply({ account, terms: body });
      },
    ),
  ];
}

function shown({ payment, state, reason }: KeptPayment, status = 200): RouteAnswer {
  return reply({ key: payment, state, reason }, status);
}
