import { cheapestFirst, costUnder, type ModelCost } from '../../domain/rating/cheapest-model.ts';
import type { CompiledModel } from '../../domain/rating/compiled-model.ts';
import { flatPriceModel } from '../../domain/rating/flat-price.ts';
import { planHistory } from '../../domain/rating/planned-usage.ts';
import { type PreparedModel, prepareModel } from '../../domain/rating/prepared-model.ts';
import { isForCoins } from '../../domain/rating/quote-play.ts';
import type { LicenceHistory } from '../../domain/rating/rate-history.ts';
import { openZone, type Zone } from '../../domain/rating/zone.ts';
import { limits } from '../../limits.ts';
import type { OutletRow } from '../../ports/headend-stores.ts';
import { minorDigitsOf } from '../../units/iso-4217.ts';
import { decimalText } from '../../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { CheapestPrices, CheapestQuestion } from '../../wire/account-api.ts';
import { parseModel } from '../../wire/model-json.ts';
import type { CheapestStore } from '../stores/cheapest-rows.ts';
import type { PricingStore } from '../stores/pricing-rows.ts';
import type { PricingTreeStore } from '../stores/pricing-tree-rows.ts';
import { sellNode } from './sold-node.ts';

export interface CheapestDeskDeps {
  readonly store: CheapestStore & PricingStore & PricingTreeStore & { getSetting(name: string): string | null };
  readonly wallMs: () => number;
}

/** A price that somebody can pay by. */
interface OfferedPrice {
  readonly name: string;
  /** Of a work that has just a price; null: a model says what it costs. */
  readonly singleMinor: bigint | null;
  readonly model: PreparedModel;
  /** All plays under it are one history; otherwise each work has its own (T-1). */
  readonly shared: boolean;
}

/** What is to be paid for: uses in order of time. */
interface Uses {
  readonly uses: readonly { readonly resourceId: string; readonly startMs: number; readonly durationMs: number }[];
  readonly startMs: number;
  readonly untilMs: number;
  readonly zone: Zone;
}

type Payer = Pick<OutletRow, 'account' | 'currency' | 'profile'>;

const FLAT_PRICES = 5;

/** Which of the prices on offer is cheapest for whoever asks: for so many plays a month, or for what the account used (P-26). */
export class CheapestDesk {
  readonly #deps: CheapestDeskDeps;

  constructor(deps: CheapestDeskDeps) {
    this.#deps = deps;
  }

  ask(payer: Payer, question: CheapestQuestion): Result<CheapestPrices, Fault<'bad-request'>> {
    const used = this.#usesOf(payer, question);
    if (used === null) return fault('bad-request', `At most ${limits.plannedUsesOnline} plays are reckoned with; ask for fewer.`);
    const costs = this.#offered(payer).flatMap((offered) => {
      const cost = payer.profile === 'set-top' ? costUnder(offered.model, historiesOf(offered, used)) : coinCost(offered.model, used);
      return cost.ok ? [{ ...offered, ...cost.value }] : [];
    });
    return ok({
      ...{ uses: used.uses.length, from: new Date(used.startMs).toISOString(), until: new Date(used.untilMs).toISOString(), currency: payer.currency },
      prices: cheapestFirst(costs).map(({ name, singleMinor, totalMinor, moreMinor }) => {
        return { name, singleMinor: singleMinor === null ? null : String(singleMinor), amountMinor: String(totalMinor), moreMinor: String(moreMinor) };
      }),
    });
  }

  #usesOf({ account }: Payer, question: CheapestQuestion): Uses | null {
    const { store, wallMs } = this.#deps;
    const nowMs = Math.floor(wallMs());
    const opened = openZone(store.getSetting('time-zone') ?? 'UTC');
    const utc = openZone('UTC');
    const zone = opened.ok ? opened.value : utc.ok ? utc.value : null;
    if (zone === null) return null;
    if ('lastMonths' in question) {
      const uses = store.accountUses(account, nowMs - question.lastMonths * MONTH_MS, limits.snapshotUses);
      return { uses, startMs: uses[0]?.startMs ?? nowMs, untilMs: nowMs, zone };
    }
    const { playsAMonth, minutes, months } = question;
    if (playsAMonth * months > limits.plannedUsesOnline) return null;
    const { events, startMs, untilMs } = planHistory({ startMs: nowMs, zone, months, usesAMonth: playsAMonth, minutesMs: minutes * 60_000 });
    const uses = events.flatMap((event) => (event.kind === 'use' ? [{ resourceId: '', startMs: event.startMs, durationMs: event.durationMs }] : []));
    return { uses, startMs, untilMs, zone };
  }

  /** Prices of works on offer, in the currency of the account; what costs nothing is no answer. */
  #offered({ account, currency, profile }: Payer): readonly OfferedPrice[] {
    const { store, wallMs } = this.#deps;
    const singles = store.offeredPrices(currency, FLAT_PRICES).map((minor) => {
      const model = flatPriceModel(decimalText(minor, minorDigitsOf(currency) ?? 2), currency);
      return { ...offered(model, currency, true), singleMinor: minor };
    });
    const tree = store.pricingTree();
    const nodes = store.offeredNodes(limits.comparedModelsOnline).flatMap((id) => {
      const node = tree.nodes.get(id);
      return node?.kind === 'choice' ? node.below : [id];
    });
    const models = [...new Set(nodes)].slice(0, limits.comparedModelsOnline).flatMap((id) => {
      const sold = sellNode(store, id, { account, atMs: wallMs() });
      const model = sold.ok ? parseModel(sold.value.model) : null;
      return sold.ok && model?.ok && model.value.currency === currency ? [offered(model.value, currency, sold.value.shared)] : [];
    });
    return [...singles, ...models].filter(({ model }) => profile === 'set-top' || isForCoins(model));
  }
}

const MONTH_MS = 30 * 86_400_000;

function offered(model: CompiledModel, currency: string, shared: boolean): OfferedPrice {
  return { name: model.description.trim() || model.modelId, singleMinor: null, model: prepareModel(model, currency), shared };
}

function historiesOf({ shared }: OfferedPrice, { uses, startMs, untilMs, zone }: Uses): readonly LicenceHistory[] {
  const event = ({ startMs: useMs, durationMs }: Uses['uses'][number]) => ({ kind: 'use', id: '', startMs: useMs, durationMs, quote: null }) as const;
  if (shared) return [{ startMs, zone, events: uses.map(event), untilMs }];
  const byResource = Map.groupBy(uses, ({ resourceId }) => resourceId);
  return [...byResource.values()].map((own) => ({ startMs: own[0]?.startMs ?? startMs, zone, events: own.map(event), untilMs }));
}

/** Each play of a payer in coins is a licence of its own (ruling 5): plays of one length cost the same, and are rated once. */
function coinCost(model: PreparedModel, { uses, zone, untilMs }: Uses): ReturnType<typeof costUnder> {
  let cost: ModelCost = { totalMinor: 0n, untilMs };
  for (const [durationMs, same] of Map.groupBy(uses, ({ durationMs }) => durationMs)) {
    const startMs = same[0]?.startMs ?? 0;
    const events = [{ kind: 'use', id: '', startMs, durationMs, quote: null } as const];
    const one = costUnder(model, [{ startMs, zone, events, untilMs: startMs + durationMs + 1 }]);
    if (!one.ok) return one;
    cost = { totalMinor: cost.totalMinor + one.value.totalMinor * BigInt(same.length), untilMs };
  }
  return ok(cost);
}
