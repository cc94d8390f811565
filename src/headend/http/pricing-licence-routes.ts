import { openZone } from '../../domain/rating/zone.ts';
import * as api from '../../wire/pricing-api.ts';
import { instantText, parseInstant } from '../../wire/rating-json.ts';
import type { AccessDesk } from '../pricing/access-desk.ts';
import type { DebitDesk } from '../pricing/debit-desk.ts';
import type { PricingEventStore, PricingLicence } from '../stores/pricing-event-rows.ts';
import type { PricingStore } from '../stores/pricing-rows.ts';
import type { PricingStateStore } from '../stores/pricing-state-rows.ts';
import { httpFault } from './problems.ts';
import { openRoute, type Route, type RouteAnswer, reply } from './route.ts';

export interface PricingLicenceRoutesDeps {
  readonly desk: DebitDesk;
  readonly access: Pick<AccessDesk, 'weigh'>;
  readonly pricing: PricingStore & PricingEventStore & PricingStateStore;
  readonly wallMs: () => number;
}

/** Licences as the rater knows them: begun, used, bought out, ended, and what they were billed. */
export function pricingLicenceRoutes({ desk, access, pricing, wallMs }: PricingLicenceRoutesDeps): readonly Route[] {
  const one = '/v1/admin/pricing/licences/:licence';
  const found = (id: string | undefined): PricingLicence | null => (/^\d{1,15}$/.test(id ?? '') ? pricing.licenceNumbered(Number(id)) : null);
  const shown = (licence: PricingLicence): RouteAnswer => reply(stateJson(pricing, licence));
  /** A use without either weighs what it lasts: nothing is looked up for it. */
  const weighed = (licence: number, startMs: number, use: Parameters<AccessDesk['weigh']>[2]): number =>
    use.processingMs + use.uploadMs === 0 ? use.durationMs : access.weigh(pricing.licenceNumbered(licence)?.userId ?? '', startMs, use);
  const unknown = (): RouteAnswer => httpFault('not-found', 'There is no such licence.');
  return [
    openRoute(
      {
        method: 'POST',
        path: '/v1/admin/pricing/licences',
        summary: 'Begins a licence, as a subscription does',
        access: 'operator',
        body: api.LicenceBody,
        response: api.LicenceAnswer,
      },
      ({ body }) => {
        const startMs = parseInstant(body.start);
        if (startMs === null || startMs < 0 || !openZone(body.time_zone).ok)
          return httpFault('bad-request', 'start is a time with a zone, time_zone a name like Europe/Berlin.');
        if (pricing.priceModel(body.model) === null) return httpFault('not-found', 'There is no model with this hash; upload it first.');
        const { account: userId, resource: resourceId, model: modelHash, currency, time_zone: timeZone } = body;
        return reply({ licence: pricing.openPricingLicence({ userId, resourceId, modelHash, currency, startMs, timeZone }) }, 201);
      },
    ),
    openRoute(
      { method: 'GET', path: one, summary: 'What a licence was billed, with its adjustment lines', access: 'operator', body: null, response: api.LicenceState },
      ({ params }) => {
        const licence = found(params.licence);
        return licence === null ? unknown() : shown(licence);
      },
    ),
    openRoute(
      {
        method: 'POST',
        path: `${one}/accept`,
        summary: 'Takes the alternate payment that stands on offer',
        access: 'operator',
        body: api.AcceptBody,
        response: api.LicenceState,
      },
      ({ body, params }) => {
        const licence = found(params.licence);
        if (licence === null) return unknown();
        const { userId, resourceId, modelHash, currency, standing } = licence;
        const accepted = { event: body.key, kind: 'accept', playId: null, userId, resourceId, modelHash, currency, standing } as const;
        pricing.recordUses([{ ...accepted, startMs: Math.floor(wallMs()), durationMs: 0, amountMinor: BigInt(body.amountMinor) }]);
        return shown(licence);
      },
    ),
    openRoute(
      {
        method: 'POST',
        path: `${one}/end`,
        summary: 'Opens no further cycle; the one under way is billed',
        access: 'operator',
        body: null,
        response: api.LicenceState,
      },
      ({ params }) => {
        const licence = found(params.licence);
        if (licence === null) return unknown();
        pricing.endPricingLicence(licence.licence, wallMs());
        return shown(pricing.licenceNumbered(licence.licence) ?? licence);
      },
    ),
    openRoute(
      {
        method: 'POST',
        path: '/v1/admin/pricing/uses',
        summary: 'Debits uses, all durable with one commit',
        access: 'operator',
        body: api.DebitBody,
        response: api.DebitAnswer,
      },
      ({ body }) => {
        const uses = body.uses.map(({ key, licence, start, seconds, processing_seconds: processing = 0, upload_seconds: upload = 0 }) => ({
          key,
          licence,
          startMs: parseInstant(start),
          durationMs: Math.round(seconds * 1_000),
          processingMs: Math.round(processing * 1_000),
          uploadMs: Math.round(upload * 1_000),
        }));
        const timed = uses.flatMap(({ key, licence, startMs, ...use }) =>
          startMs === null ? [] : [{ key, licence, startMs, durationMs: weighed(licence, startMs, use) }],
        );
        if (timed.length < uses.length) return httpFault('bad-request', 'start is a time with a zone, such as 2026-03-28T00:00:00Z.');
        const debited = desk.debit(timed);
        return debited.ok ? reply({ debited: debited.value.map(({ key, minor }) => ({ key, minor: minor.toString() })) }) : debited;
      },
    ),
  ];
}

function stateJson(pricing: PricingEventStore & PricingStateStore, licence: PricingLicence): Readonly<Record<string, unknown>> {
  return {
    licence: licence.licence,
    start: instantText(licence.startMs),
    ended: licence.endedMs === null ? null : instantText(licence.endedMs),
    uses: pricing.pricingEvents(licence.licence).length,
    cycles: pricing.cycleInvoices(licence).map(({ startMs, endMs, amountDue, subtotal, useCount }) => {
      return { start: instantText(startMs), end: instantText(endMs), uses: useCount, subtotalMinor: String(subtotal), amountDueMinor: String(amountDue) };
    }),
    adjustments: pricing.cycleAdjustments(licence).map(({ cycleStartMs, cycleEndMs, column, differenceMinor }) => {
      return { start: instantText(cycleStartMs), end: instantText(cycleEndMs), column, differenceMinor: String(differenceMinor) };
    }),
  };
}
