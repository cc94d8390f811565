import type { LicenceHistory } from '../../domain/rating/rate-history.ts';
import { openZone } from '../../domain/rating/zone.ts';
import { minorDigitsOf } from '../../units/iso-4217.ts';
import { asHistory } from './licence-replay.ts';
import { readEvents, readLicences } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

/** The uses of one licence, ready to be rated under any model. */
export interface UsedLicence {
  readonly user: string;
  readonly currency: string;
  readonly history: LicenceHistory;
}

/** What a trial of a price is reckoned on. */
export interface PriceTrialStore {
  /** The newest licences under a model, with all their events until then, and without quotes: another price would have been quoted. */
  usageUnder(modelHash: string, untilMs: number, limit: number): readonly UsedLicence[];
  /** Every price node and the model that it points to. */
  priceNodes(): readonly { readonly node: string; readonly modelHash: string; readonly modelId: string | null }[];
}

export function priceTrialRows(context: StoreContext): PriceTrialStore {
  return {
    usageUnder: (modelHash, untilMs, limit) =>
      readLicences(context, 'true ORDER BY licence')
        .filter((licence) => licence.modelHash === modelHash)
        .slice(-limit)
        .flatMap((licence) => {
          const zone = openZone(licence.timeZone);
          const digits = minorDigitsOf(licence.currency);
          if (!zone.ok || digits === null) return [];
          const events = readEvents(context, licence.licence).map((event) => asHistory(event.kind === 'use' ? { ...event, amountMinor: null } : event, digits));
          return [{ user: licence.userId, currency: licence.currency, history: { startMs: licence.startMs, zone: zone.value, events, untilMs } }];
        }),
    priceNodes: () =>
      context.database.all(
        `SELECT n.node, n.model_hash AS modelHash, m.pricing_model_id AS modelId FROM pricing_nodes n
         LEFT JOIN pricing_models m ON m.hash = n.model_hash WHERE n.vendor IS NOT NULL ORDER BY n.node`,
      ),
  };
}
