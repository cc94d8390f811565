import { type PreparedModel, prepareModel } from '../../domain/rating/prepared-model.ts';
import { quotePlay } from '../../domain/rating/quote-play.ts';
import { openZone } from '../../domain/rating/zone.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OutletRow, StoredWork } from '../../ports/headend-stores.ts';
import { type Currency, formatMoney, money } from '../../units/money.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { parseModel } from '../../wire/model-json.ts';
import { asHistoryEvents } from '../pricing/debit-desk.ts';
import { feeKey, type StepFee } from '../stores/checkout-rows.ts';
import type { NewEvent, PricingEventStore } from '../stores/pricing-event-rows.ts';
import type { PricingStore } from '../stores/pricing-rows.ts';
import type { QuoteFault } from '../work-quote.ts';

export interface CheckoutFeesDeps {
  readonly store: Pick<PricingStore, 'priceModel'> & Pick<PricingEventStore, 'pricingLicence' | 'pricingEvents'> & { getSetting(name: string): string | null };
  readonly clock: Clock;
  /** Why somebody may not have a work at all, or not for what he owes (Fig. 8); `free`: it costs nothing. */
  readonly refusal: (work: Pick<StoredWork, 'id' | 'free'>, outlet: OutletRow) => Fault<'age' | 'policy' | 'region' | 'unpaid'> | null;
}

/** What is to be paid for: the checkout of a licence, or its next renewal. */
export interface FeeOf {
  readonly licence: string;
  /** Renewals before this step. */
  readonly renewals: number;
  readonly work: Pick<StoredWork, 'id' | 'title' | 'free'>;
  /** Minor units, where it is always the same. */
  readonly feeMinor?: string | undefined;
  /** Hash of the model that prices it otherwise. */
  readonly feeModel?: string | undefined;
}

/** The fee, what records it, and what the step after this one would cost now. */
export interface PricedStep {
  readonly fee: StepFee;
  readonly nextMinor: bigint;
}

export type FeeFault = Fault<'fee-not-agreed'> | QuoteFault;

/**
 * What checkouts and renewals cost (332 of Fig. 9): a flat fee, or the price of one use by a pricing model, rated from the checkouts and
 * renewals of the same title before. A step has no metered time.
 */
export class CheckoutFees {
  readonly #deps: CheckoutFeesDeps;

  constructor(deps: CheckoutFeesDeps) {
    this.#deps = deps;
  }

  price(outlet: OutletRow, of: FeeOf): Result<PricedStep, QuoteFault> {
    const { refusal } = this.#deps;
    const atMs = this.#nowMs();
    const { account: userId, currency } = outlet;
    const payer = { outlet: outlet.outlet, currency };
    const priced = of.feeModel === undefined ? this.#flat(of) : this.#rated(outlet, of.work, { modelHash: of.feeModel, atMs, before: [] });
    if (!priced.ok) return priced;
    const minor = priced.value;
    const refused = refusal({ id: of.work.id, free: of.work.free && minor === 0n }, outlet);
    if (refused !== null) return fault(refused.code, refused.message);
    if (of.feeModel === undefined) return ok({ fee: { ...payer, minor, use: null }, nextMinor: minor });
    const use: NewEvent = {
      ...{ event: feeKey(of.licence, of.renewals), kind: 'use', playId: null, userId, resourceId: resourceOf(of.work), modelHash: of.feeModel, currency },
      ...{ standing: true, startMs: atMs, durationMs: 0, amountMinor: minor },
    };
    const next = this.#rated(outlet, of.work, { modelHash: of.feeModel, atMs: atMs + 1, before: [use] });
    return next.ok ? ok({ fee: { ...payer, minor, use }, nextMinor: next.value }) : next;
  }

  /** What a model asks of whoever checks a title out for the first time. */
  first(work: StoredWork, feeModel: string): Result<bigint, QuoteFault> {
    const model = parseModel(this.#deps.store.priceModel(feeModel) ?? '');
    if (model.ok && model.value.currency !== null && model.value.currency !== work.currency)
      return fault('no-price', `The model charges ${model.value.currency}, ${work.title} is sold in ${work.currency}.`);
    return this.#rated({ account: '', currency: work.currency }, work, { modelHash: feeModel, atMs: this.#nowMs(), before: [] });
  }

  /** Nobody pays what he was not told of. */
  agree(outlet: OutletRow, of: FeeOf, maxFeeMinor: string): Result<PricedStep, FeeFault> {
    const priced = this.price(outlet, of);
    return !priced.ok || priced.value.fee.minor <= BigInt(maxFeeMinor) ? priced : notAgreed(outlet, of, priced.value.fee.minor);
  }

  #flat({ feeMinor }: FeeOf): Result<bigint, QuoteFault> {
    return ok(BigInt(feeMinor ?? 0));
  }

  #nowMs(): number {
    return Math.max(0, Math.floor(this.#deps.clock.wallMs()));
  }

  #rated(
    { account, currency }: { readonly account: string; readonly currency: string },
    work: FeeOf['work'],
    { modelHash, atMs, before }: { readonly modelHash: string; readonly atMs: number; readonly before: readonly NewEvent[] },
  ): Result<bigint, QuoteFault> {
    const { store } = this.#deps;
    const model = this.#model(modelHash, currency);
    const known = store.pricingLicence(account, resourceOf(work), modelHash);
    const zone = openZone(known?.timeZone ?? store.getSetting('time-zone') ?? 'UTC');
    if (model === null || !zone.ok) return fault('no-price', `The price of a checkout of ${work.title} can not be reckoned; its operator must state it anew.`);
    const events = [
      ...asHistoryEvents(known === null ? [] : store.pricingEvents(known.licence), currency),
      ...before.map(({ event, startMs, durationMs }) => ({ kind: 'use' as const, id: event, startMs, durationMs, quote: null })),
    ];
    const quoted = quotePlay(model, {
      ...{ standing: true, licenceStartMs: Math.min(known?.startMs ?? atMs, before[0]?.startMs ?? atMs, atMs), zone: zone.value },
      ...{ events, atMs, durationMs: 0 },
    });
    return quoted.ok ? quoted : fault('no-price', quoted.error.message);
  }

  #model(hash: string, currency: string): PreparedModel | null {
    const parsed = parseModel(this.#deps.store.priceModel(hash) ?? '');
    return parsed.ok ? prepareModel(parsed.value, currency) : null;
  }
}

export function notAgreed({ currency }: OutletRow, { work }: FeeOf, minor: bigint): { readonly ok: false; readonly error: Fault<'fee-not-agreed'> } {
  const amount = formatMoney(money(minor, currency as Currency));
  return fault('fee-not-agreed', `To check out or renew ${work.title} costs ${amount}; say what you agree to pay with it.`);
}

/** Beside what is used of the work itself, which has prices of its own. */
function resourceOf({ id }: Pick<StoredWork, 'id'>): string {
  return `${id}/checkout`;
}
