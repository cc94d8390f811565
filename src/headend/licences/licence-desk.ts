import { type Licence, statusAt } from '../../domain/licence/licence.ts';
import {
  cancelLicence,
  type LicenceCall,
  type LicenceFault,
  registerDevice,
  renewLicence,
  returnLicence,
  revokeLicence,
} from '../../domain/licence/licence-steps.ts';
import { checkPropertyRights, type PropertyRights, type RightsFault } from '../../domain/licence/property-rights.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogueStore, OutletRow, StoredWork } from '../../ports/headend-stores.ts';
import type { Random } from '../../ports/random.ts';
import { asId, uuidv7 } from '../../units/ids.ts';
import { readIsoTime } from '../../units/iso-time.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { LendingOffer, LendingRule, ReturnRequest } from '../../wire/licence-api.ts';
import type { Decoder } from '../../wire/sdp.ts';
import type { WorkQuote } from '../checkout-terms.ts';
import type { HouseholdDesk } from '../household-desk.ts';
import { pickRendition } from '../pick-rendition.ts';
import { type CheckoutStore, feeKey, type StepFee } from '../stores/checkout-rows.ts';
import type { LoanStore } from '../stores/loan-rows.ts';
import type { QuoteFault, QuoteWork } from '../work-quote.ts';
import { type CheckoutFees, type FeeFault, type FeeOf, notAgreed, type PricedStep } from './checkout-fees.ts';
import { LENT_AS_USUAL, LENT_AT_MOST_MS, lentSegments, rightsOf } from './lending.ts';

export interface LicenceDeskDeps {
  readonly checkouts: CheckoutStore;
  readonly loans: LoanStore;
  readonly catalogue: Pick<CatalogueStore, 'work' | 'rendition'>;
  readonly quote: QuoteWork;
  readonly fees: CheckoutFees;
  /** Spending caps of households; absent: there are none. */
  readonly households?: Pick<HouseholdDesk, 'reserve'>;
  readonly clock: Clock;
  readonly random: Random;
}

export type LicenceDeskFault =
  | LicenceFault
  | Fault<'not-found' | 'work-gone' | 'not-yours' | 'bad-request' | 'rights-refused' | 'return-incomplete' | 'no-rendition' | 'over-cap'>
  | FeeFault;
export interface CheckoutWish {
  /** The films that the box shows. */
  readonly decodes?: readonly Decoder[];
  /** What was agreed to be paid for the checkout. */
  readonly maxFeeMinor?: string;
  /** Whose fee it is; null: a guest's. */
  readonly spender?: string | null;
}
type Step = (licence: Licence, call: LicenceCall) => Result<Licence, LicenceFault>;

const ISSUER = { id: 'issuer', name: 'issuer' } as const;

/** Checks titles out, and keeps their licences: the living model is LSD 1.0, the states are those of `licence-steps`. */
export class LicenceDesk {
  readonly #deps: LicenceDeskDeps;

  constructor(deps: LicenceDeskDeps) {
    this.#deps = deps;
  }

  /**
   * 332: a licence of the box's account on a work. One that is there already, expired or not, is answered as it stands.
   */
  checkOut(
    outlet: OutletRow,
    resource: string,
    { decodes = [], maxFeeMinor = '0', spender = null }: CheckoutWish = {},
  ): Result<{ readonly licence: Licence; readonly made: boolean }, LicenceDeskFault> {
    const { checkouts, fees, clock, random } = this.#deps;
    const known = checkouts.checkoutOf(outlet.account, resource);
    if (known !== null) return ok({ licence: known, made: false });
    const lendable = this.#lendable(outlet, resource, decodes);
    if (!lendable.ok) return lendable;
    const { work, rule, rights, quote } = lendable.value;
    const nowMs = clock.wallMs();
    const id = uuidv7(nowMs, random.bytes(10));
    const { feeMinor, feeModel } = rule;
    const priced = fees.agree(outlet, { licence: id, renewals: 0, work, feeMinor, feeModel }, maxFeeMinor);
    if (!priced.ok) return priced;
    const overCap = this.#reserve(outlet, spender, work.title, feeKey(id, 0), priced.value.fee.minor);
    if (overCap !== null) return { ok: false, error: overCap };
    const forGood = rule.unlock === 'good';
    const licence: Licence = {
      licence: id,
      account: outlet.account,
      resource,
      resourceKind: rule.resourceKind,
      modelHash: quote.nodes[0]?.modelHash ?? '',
      rights,
      status: 'ready',
      startMs: nowMs,
      endMs: forGood ? null : nowMs + rule.periodMs,
      periodMs: forGood ? null : rule.periodMs,
      latestEndMs: forGood ? null : nowMs + Math.max(LENT_AT_MOST_MS, 2 * rule.periodMs),
      ...feeOf(priced.value),
      ...(feeModel !== undefined && { feeModel }),
      licenceChangedAtMs: nowMs,
      statusChangedAtMs: nowMs,
      events: [],
    };
    checkouts.openCheckout(licence, priced.value.fee);
    return ok({ licence, made: true });
  }

  /** What a checkout would cost now, and how long it would last. Refused for the same reasons as the checkout. */
  offer(outlet: OutletRow, resource: string, decodes: readonly Decoder[]): Result<LendingOffer, LicenceDeskFault> {
    const known = this.#deps.checkouts.checkoutOf(outlet.account, resource);
    if (known !== null) return ok({ feeMinor: '0', periodMs: known.periodMs });
    const lendable = this.#lendable(outlet, resource, decodes);
    if (!lendable.ok) return lendable;
    const { work, rule } = lendable.value;
    const priced = this.#deps.fees.price(outlet, { licence: resource, renewals: 0, work, feeMinor: rule.feeMinor, feeModel: rule.feeModel });
    return priced.ok ? ok({ feeMinor: priced.value.fee.minor.toString(), periodMs: rule.unlock === 'good' ? null : rule.periodMs }) : priced;
  }

  /** A title that this box may check out, and how. */
  #lendable(
    outlet: OutletRow,
    resource: string,
    decodes: readonly Decoder[],
  ): Result<
    { readonly work: StoredWork; readonly rule: LendingRule; readonly rights: PropertyRights; readonly quote: WorkQuote },
    Exclude<LicenceDeskFault, LicenceFault>
  > {
    const { loans, catalogue, quote } = this.#deps;
    const work = catalogue.work(asId(resource));
    if (work === null) return fault('not-found', 'There is no such title.');
    if (work.retired) return fault('work-gone', 'This title is no longer offered.');
    const shown = canBeShown(work, decodes);
    if (!shown.ok) return shown;
    const rule = loans.lendingRule(resource) ?? LENT_AS_USUAL;
    const rights = checkPropertyRights(rightsOf(rule));
    if (!rights.ok) return fault('rights-refused', rights.error.message);
    const quoted = quote(work, outlet);
    return quoted.ok ? ok({ work, rule, rights: rights.value, quote: quoted.value }) : quoted;
  }

  list(outlet: OutletRow, limit: number): readonly Licence[] {
    return this.#deps.checkouts.checkoutsOf(outlet.account, limit);
  }

  status(outlet: OutletRow, id: string): Result<Licence, LicenceDeskFault> {
    const licence = this.#deps.checkouts.checkout(id);
    if (licence === null) return fault('not-found', 'There is no such licence.');
    return licence.account === outlet.account ? ok(licence) : fault('not-yours', 'This licence belongs to another account.');
  }

  register(outlet: OutletRow, id: string): Result<Licence, LicenceDeskFault> {
    return this.#step(outlet, id, registerDevice);
  }

  /** @param end ISO 8601, or null for one more period */
  renew(outlet: OutletRow, id: string, end: string | null, maxFeeMinor = '0', spender: string | null = null): Result<Licence, LicenceDeskFault> {
    const endMs = end === null ? null : readIsoTime(end);
    if (!/^[0-9]{1,9}$/.test(maxFeeMinor)) return fault('bad-request', 'The fee that is agreed to is an amount in minor units.');
    if (Number.isNaN(endMs)) return fault('bad-request', 'The end of a renewal is an ISO 8601 time.');
    const known = this.status(outlet, id);
    if (!known.ok) return known;
    // What can not be renewed is refused by name before anybody talks of money.
    const call = { id: outlet.outlet, name: outlet.name, atMs: this.#deps.clock.wallMs() };
    const renewed = renewLicence(known.value, call, endMs);
    if (!renewed.ok) return renewed;
    const of = this.#renewalOf(known.value);
    const priced = this.#deps.fees.price(outlet, of);
    if (!priced.ok) return priced;
    const { fee } = priced.value;
    if (fee.minor <= BigInt(maxFeeMinor)) {
      const overCap = this.#reserve(outlet, spender, of.work.title, feeKey(id, of.renewals), fee.minor);
      return overCap === null ? this.#keep(ok(withFee(renewed.value, priced.value)), null, fee) : { ok: false, error: overCap };
    }
    // It may cost more by now than what is shown: from here on that is what is shown.
    this.#deps.checkouts.putCheckout(withFee(known.value, { nextMinor: fee.minor }), null);
    return notAgreed(outlet, of, fee.minor);
  }

  #reserve(outlet: OutletRow, spender: string | null, title: string, key: string, priceMinor: bigint): Fault<'over-cap'> | null {
    return this.#deps.households?.reserve(outlet, spender, { key, fee: true, title, priceMinor, byTheMinute: false }) ?? null;
  }

  #renewalOf({ licence, resource, events, feeMinor, feeModel }: Licence): FeeOf {
    const work = this.#deps.catalogue.work(asId(resource)) ?? { id: resource, title: 'this title', free: false };
    return { licence, renewals: 1 + events.filter(({ type }) => type === 'renew').length, work, feeMinor, feeModel };
  }

  /** The same return again, after a lost answer, is "already returned": nothing is lost by it, and nothing counted twice. */
  giveBack(outlet: OutletRow, id: string, request: ReturnRequest): Result<Licence, LicenceDeskFault> {
    const { checkouts, loans, catalogue } = this.#deps;
    const licence = checkouts.checkout(id);
    const work = licence === null ? null : catalogue.work(asId(licence.resource));
    const segments = licence === null || work === null ? 0 : lentSegments(this.#deps, outlet, licence, work).length;
    if (request.content === 'sent-back' && loans.returnedSegments(id) < segments)
      return fault('return-incomplete', `${loans.returnedSegments(id)} of ${segments} segments came back; send the rest, or delete the content.`);
    return this.#step(outlet, id, returnLicence, request);
  }

  /**
   * By the operator: how this title is lent from now on. What nobody could honour is refused here, before anybody checks it out.
   * @returns the rule; with what a first checkout costs, where a model says it
   */
  lend(resource: string, rule: LendingRule): Result<LendingRule, RightsFault | Fault<'not-found' | 'bad-request'> | QuoteFault> {
    const rights = checkPropertyRights(rightsOf(rule));
    if (!rights.ok) return rights;
    const work = this.#deps.catalogue.work(asId(resource));
    if (work === null) return fault('not-found', 'There is no such title.');
    const { feeModel } = rule;
    if (feeModel !== undefined && rule.feeMinor !== undefined) return fault('bad-request', 'A fee is flat or priced by a model, not both.');
    const first = feeModel === undefined ? null : this.#deps.fees.first(work, feeModel);
    if (first?.ok === false) return first;
    this.#deps.loans.putLendingRule(resource, rule);
    return ok(first === null ? rule : { ...rule, feeMinor: first.value.toString() });
  }

  /** By the issuer: cancelled where it was never used, revoked where it was. */
  end(id: string): Result<Licence, LicenceDeskFault> {
    const licence = this.#deps.checkouts.checkout(id);
    if (licence === null) return fault('not-found', 'There is no such licence.');
    const call = { ...ISSUER, atMs: this.#deps.clock.wallMs() };
    const unused = statusAt(licence, call.atMs) === 'ready';
    return this.#keep(unused ? cancelLicence(licence, call) : revokeLicence(licence, call), null);
  }

  #step(outlet: OutletRow, id: string, step: Step, returned: ReturnRequest | null = null): Result<Licence, LicenceDeskFault> {
    const known = this.status(outlet, id);
    if (!known.ok) return known;
    const call = { id: outlet.outlet, name: outlet.name, atMs: this.#deps.clock.wallMs() };
    return this.#keep(step(known.value, call), returned);
  }

  #keep(next: Result<Licence, LicenceFault>, returned: ReturnRequest | null, fee?: StepFee): Result<Licence, LicenceFault> {
    if (next.ok) this.#deps.checkouts.putCheckout(next.value, returned === null ? null : { licence: next.value.licence, ...returned }, fee);
    return next;
  }
}

/** Before a licence is made, and money is taken for it. */
function canBeShown(work: StoredWork, decodes: readonly Decoder[]): Result<unknown, Fault<'rights-refused' | 'no-rendition'>> {
  if (work.channel !== undefined) return fault('rights-refused', 'A channel has no end, and can not be checked out.');
  return work.video === undefined ? ok(null) : pickRendition(work.video.renditions, decodes);
}

function feeOf({ nextMinor }: Pick<PricedStep, 'nextMinor'>): Pick<Licence, 'feeMinor'> {
  return nextMinor === 0n ? {} : { feeMinor: nextMinor.toString() };
}

function withFee({ feeMinor: _, ...licence }: Licence, step: Pick<PricedStep, 'nextMinor'>): Licence {
  return { ...licence, ...feeOf(step) };
}
