import type { TSchema } from '@sinclair/typebox';
import type { Clock } from '../../ports/clock.ts';
import type { Fault, Result } from '../../units/result.ts';
import * as api from '../../wire/pricing-api.ts';
import { parseInstant } from '../../wire/rating-json.ts';
import { auditPrices } from '../pricing/price-audit.ts';
import { cheapestCall, checkCall, compareCall, explainCall, quoteCall, type ReadXml, rateCall, simulateCall, treeCall } from '../pricing/price-calls.ts';
import type { VendorDesk } from '../pricing/vendor-desk.ts';
import type { PaymentStore } from '../stores/payment-rows.ts';
import type { PricingStore } from '../stores/pricing-rows.ts';
import type { PricingStateStore } from '../stores/pricing-state-rows.ts';
import type { PricingTreeStore } from '../stores/pricing-tree-rows.ts';
import type { VendorResultStore } from '../stores/vendor-result-rows.ts';
import { httpFault, type ProblemCode } from './problems.ts';
import { openRoute, type Route, type RouteAnswer, reply } from './route.ts';

export interface PricingRoutesDeps {
  readonly desk: VendorDesk;
  readonly pricing: PricingStore & PricingTreeStore & PricingStateStore & VendorResultStore & Pick<PaymentStore, 'accountName'>;
  /** Loads the reader and libxml2 with the first call: a headend that reads no model does not hold them. */
  readonly loadReader: () => Promise<ReadXml>;
  readonly clock: Clock;
}

/** The price commands over HTTP, and what vendors do with their models. */
export function pricingRoutes(deps: PricingRoutesDeps): readonly Route[] {
  return [...calculatingRoutes(deps), ...vendorRoutes(deps)];
}

function calculatingRoutes({ pricing, loadReader, clock }: PricingRoutesDeps): readonly Route[] {
  const call = <Body extends TSchema>(name: string, summary: string, body: Body, response: TSchema) =>
    ({ method: 'POST', path: `/v1/pricing/${name}`, summary, access: 'operator', body, response }) as const;
  return [
    openRoute(call('check', 'Whether a document is a pricing model, with line and column', api.CheckBody, api.CheckAnswer), async ({ body }) =>
      reply(checkCall(await loadReader(), body.xml, body.lenient ?? false)),
    ),
    openRoute(call('rate', 'What a usage history costs, cycle by cycle', api.RateBody, api.RateAnswer), async ({ body }) =>
      answer(rateCall(await loadReader(), body)),
    ),
    openRoute(call('explain', 'The same in words, down to the events and the lines of the model', api.RateBody, api.ExplainAnswer), async ({ body }) =>
      answer(explainCall(await loadReader(), body)),
    ),
    openRoute(call('quote', 'What the next use will cost at most', api.QuoteBody, api.QuoteAnswer), async ({ body }) =>
      answer(quoteCall(await loadReader(), body)),
    ),
    openRoute(call('tree', 'The price of a node in a tree of models', api.TreeBody, api.TreeAnswer), async ({ body }) =>
      answer(treeCall(await loadReader(), body.tree, body.licences, body.use)),
    ),
    openRoute(call('compare', 'What one model charges differently from another', api.CompareBody, api.CompareAnswer), async ({ body }) =>
      answer(compareCall(await loadReader(), body.a, body.b, body.lenient ?? false)),
    ),
    openRoute(call('simulate', 'What changes for whom where one model follows another', api.SimulateBody, api.SimulateAnswer), async ({ body }) =>
      answer(simulateCall(await loadReader(), body)),
    ),
    openRoute(call('cheapest', 'Which model is cheapest for a history, or for so many plays a month', api.CheapestBody, api.CheapestAnswer), async ({ body }) =>
      answer(cheapestCall(await loadReader(), body, clock.wallMs())),
    ),
    openRoute(
      {
        method: 'GET',
        path: '/v1/pricing/audit',
        summary: 'Replays every licence in the book, and says where what stands there differs',
        access: 'operator',
        body: null,
        response: api.AuditAnswer,
      },
      async () => reply(await auditPrices(pricing, clock)),
    ),
  ];
}

const RESULTS_SHOWN = 100;

function vendorRoutes({ desk, pricing, loadReader }: PricingRoutesDeps): readonly Route[] {
  const vendor = '/v1/admin/vendors/:vendor';
  return [
    openRoute(
      {
        method: 'POST',
        path: `${vendor}/models`,
        summary: 'Uploads a pricing model, read strictly',
        access: 'operator',
        body: api.ModelBody,
        response: api.ModelAnswer,
      },
      async ({ body, params }) => answer(desk.upload(await loadReader(), params.vendor ?? '', body.xml), 201),
    ),
    openRoute(
      { method: 'GET', path: `${vendor}/models`, summary: 'The models of a vendor, oldest first', access: 'operator', body: null, response: api.ModelList },
      ({ params }) =>
        reply({
          models: pricing.priceModels(params.vendor ?? '').map(({ modelId, hash, vendor: owner, createdAtMs }) => {
            return { id: modelId, hash, vendor: owner, created: new Date(createdAtMs).toISOString() };
          }),
        }),
    ),
    openRoute(
      {
        method: 'PUT',
        path: `${vendor}/nodes/:node`,
        summary: 'Points a price node to a model: a new version comes into force so',
        access: 'operator',
        body: api.NodeBody,
        response: api.NodeAnswer,
      },
      ({ body, params }) => {
        const pointed = desk.pointNode(params.vendor ?? '', params.node ?? '', body.model, body.shared ?? false);
        return pointed.ok
          ? reply({ node: pointed.value.node, vendor: pointed.value.vendor, model: pointed.value.modelHash, shared: pointed.value.shared })
          : pointed;
      },
    ),
    openRoute(
      {
        method: 'PUT',
        path: `${vendor}/tree`,
        summary: 'The trees in which the price nodes of a vendor hang; circular conditions are refused',
        access: 'operator',
        body: api.SoldTreeBody,
        response: api.SoldTreeAnswer,
      },
      async ({ body, params }) => answer(desk.putTree(await loadReader(), params.vendor ?? '', body.tree)),
    ),
    openRoute(
      {
        method: 'PUT',
        path: '/v1/admin/accounts/:account/node-licences/:node',
        summary: 'Licenses an account for a node of a pricing tree, one of others among them',
        access: 'operator',
        body: api.NodeLicenceBody,
        response: null,
      },
      ({ body, params }) => {
        const { account = '', node = '' } = params;
        const untilMs = body.until === null ? null : parseInstant(body.until);
        if (pricing.accountName(account) === null) return httpFault('not-found', 'There is no such account.');
        if (body.until !== null && untilMs === null) return httpFault('bad-request', 'until is a time with a zone, such as 2026-03-28T00:00:00Z, or null.');
        if (!/^[A-Za-z0-9._:-]{1,64}$/.test(node)) return httpFault('bad-request', 'A node is named by letters, digits, and . _ : -');
        pricing.grantNode(account, node, untilMs);
        return reply({ account, node, until: body.until });
      },
    ),
    openRoute(
      {
        method: 'PUT',
        path: `${vendor}/address`,
        summary: 'Where results of triggers go that we do not know',
        access: 'operator',
        body: api.AddressBody,
        response: null,
      },
      ({ body, params }) => {
        if (!pricing.hasVendor(params.vendor ?? '')) return httpFault('not-found', 'There is no such vendor.');
        pricing.putVendorAddress(params.vendor ?? '', body.address);
        return reply({ address: body.address });
      },
    ),
    openRoute(
      {
        method: 'GET',
        path: '/v1/admin/vendor-results',
        summary: 'Results of triggers for vendors, the newest first: what became of each, after how many tries',
        access: 'operator',
        body: null,
        response: api.VendorResults,
      },
      () => reply({ results: pricing.vendorResults(RESULTS_SHOWN) }),
    ),
    openRoute(
      {
        method: 'PUT',
        path: '/v1/admin/works/:work/prices',
        summary: 'Which part of a work falls under which price',
        access: 'operator',
        body: api.PartsBody,
        response: api.PartsAnswer,
      },
      ({ body, params }) => {
        const priced = desk.priceWork(params.work ?? '', body);
        return priced.ok ? reply({ parts: priced.value }) : priced;
      },
    ),
  ];
}

function answer(outcome: Result<unknown, Fault<ProblemCode>>, status = 200): RouteAnswer {
  return outcome.ok ? reply(outcome.value, status) : outcome;
}
