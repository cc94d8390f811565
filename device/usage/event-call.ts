import type { EntryMethod, OrderedProduct, UsageEventType, ViewId } from '../../src/domain/usage/record-bodies.ts';
import type { UsageEvent } from '../../src/domain/usage/usage-record.ts';

/** What a call has said so far. What it does not say stays as it was said before. */
export interface EventDraft {
  readonly eventType: UsageEventType;
  domains: string[];
  titleDomain?: string;
  consumerId?: string;
  placeId?: string;
  entryMethod?: EntryMethod;
  data: Partial<UsageEvent>;
}

/**
 * One event of document 003's application programmer's interface, in its own words (tables 1-5): functions that fill a record, then
 * `Emit`. The standard record elements and the format are the box's ([0053], U-6).
 */
export class EventCall<Outcome> {
  protected readonly draft: EventDraft;
  readonly #emit: (draft: EventDraft) => Outcome;

  constructor(eventType: UsageEventType, emit: (draft: EventDraft) => Outcome) {
    this.draft = { eventType, domains: [], data: {} };
    this.#emit = emit;
  }

  /** A domain that is in use; once for each. */
  AddDomain(domainId: string): this {
    this.draft.domains.push(domainId);
    return this;
  }

  /** The title or channel that the person is tuned to. */
  SetTitleDomain(domainId: string): this {
    this.draft.titleDomain = domainId;
    return this;
  }

  /** A pseudonym of who is before the box. */
  SetConsumerId(consumerId: string): this {
    this.draft.consumerId = consumerId;
    return this;
  }

  /** The logical place within the title. */
  SetPlaceId(placeId: string): this {
    this.draft.placeId = placeId;
    return this;
  }

  SetEntryMethodCd(code: EntryMethod): this {
    this.draft.entryMethod = code;
    return this;
  }

  /** The name that table 5 has for `SetEntryMethodCd` (B-7). */
  SetEntryMethodCode(code: EntryMethod): this {
    return this.SetEntryMethodCd(code);
  }

  Emit(): Outcome {
    return this.#emit(this.draft);
  }
}

/** [0060] */
export class ViewFeatureCall<Outcome> extends EventCall<Outcome> {
  SetViewId(viewId: ViewId): this {
    this.draft.data = { ...this.draft.data, ViewId: viewId };
    return this;
  }

  /** The domain of the clip, promotion or movie that is viewed (B-9). */
  SetFeature(domainId: string): this {
    this.draft.data = { ...this.draft.data, Feature: domainId };
    return this;
  }
}

/** Table 5. Amounts are minor units. Items and total are the sums of the products where they are not set. */
export class OrderCall<Outcome> extends EventCall<Outcome> {
  readonly #products: OrderedProduct[] = [];
  readonly #set: { items?: number; total?: bigint; tax?: bigint; paymentMethod: string; rest: Record<string, string | number> } = {
    paymentMethod: 'account',
    rest: {},
  };
  readonly #currency: string;

  constructor(currency: string, emit: (draft: EventDraft) => Outcome) {
    super('ORDER', emit);
    this.#currency = currency;
  }

  /** Once for each product of the transaction ([0062]). */
  AddProduct(productNumber: string, quantity: number, priceMinor: bigint): this {
    this.#products.push({ productNumber, quantity, priceMinor: priceMinor.toString() });
    return this;
  }

  SetPaymentMethod(method: string): this {
    this.#set.paymentMethod = method;
    return this;
  }

  SetNumberOfItems(items: number): this {
    this.#set.items = items;
    return this;
  }

  SetTotalTax(taxMinor: bigint): this {
    this.#set.tax = taxMinor;
    return this;
  }

  SetTotalAmount(totalMinor: bigint): this {
    this.#set.total = totalMinor;
    return this;
  }

  SetPointsGained(points: number): this {
    this.#set.rest.pointsGained = points;
    return this;
  }

  SetPointsUsed(points: number): this {
    this.#set.rest.pointsUsed = points;
    return this;
  }

  /** A pseudonym: the name stands with the consumer's personal data (ruling 1). */
  SetShippedTo(consumerId: string): this {
    this.#set.rest.shippedTo = consumerId;
    return this;
  }

  SetInformationProviderId(provider: string): this {
    this.#set.rest.informationProvider = provider;
    return this;
  }

  override Emit(): Outcome {
    const { items, total, tax, paymentMethod, rest } = this.#set;
    const cost = this.#products.reduce((sum, { quantity, priceMinor }) => sum + BigInt(quantity) * BigInt(priceMinor), 0n);
    const order = {
      paymentMethod,
      items: items ?? this.#products.reduce((sum, { quantity }) => sum + quantity, 0),
      totalMinor: String(total ?? cost),
      currency: this.#currency,
      ...(tax === undefined ? {} : { taxMinor: String(tax) }),
      ...(this.#products.length === 0 ? {} : { products: this.#products }),
      ...rest,
    };
    this.draft.data = { ...this.draft.data, order };
    return super.Emit();
  }
}
