import type { AccountId, VendorId, WorkId } from '../../units/ids.ts';
import type { Currency, Money } from '../../units/money.ts';

/** Hashes canonical text, SHA-256 in hex: passed in, because this module is pure. */
export type Digest = (canonicalText: string) => string;

/**
 * The simplest price: so much for one use, whatever is heard of it; settlement gives back what was not heard (ruling 10).
 * Cycle `instantaneous`: one play = one bill = one rounding (ruling 5).
 */
export interface PriceModel {
  readonly kind: 'flat-per-use';
  readonly vendor: VendorId;
  readonly currency: Currency;
  /** Decimal text, minor units, not negative. */
  readonly priceMinor: string;
}

/** A model as the terms name it: by the hash of its canonical JSON (ruling 11). */
export interface CompiledPrice {
  readonly model: PriceModel;
  readonly canonical: string;
  readonly hash: string;
}

/** What an account has used so far: the state that models with volume or history read. The flat price reads none of it. */
export interface PricingState {
  readonly account: AccountId;
  /** Uses billed to this account under the models in question, by model hash. */
  readonly billedUses: readonly { readonly modelHash: string; readonly uses: number; readonly billedMinor: string }[];
}

export interface PlannedUse {
  readonly work: WorkId;
  readonly packets: number;
  readonly free: boolean;
  readonly state: PricingState;
}

/** A ceiling: the bill for the use is never higher (rulings 10, 11). */
export interface Quote {
  readonly price: Money;
  readonly modelHash: string;
  readonly cycle: 'instantaneous';
}

export function compileModel(model: PriceModel, digest: Digest): CompiledPrice {
  // Keys in code unit order, text values only: this is already the canonical form (RFC 8785).
  const canonical = JSON.stringify({
    currency: model.currency,
    cycle: 'instantaneous',
    kind: model.kind,
    priceMinor: model.priceMinor,
    vendor: model.vendor,
    version: 1,
  });
  return { model, canonical, hash: digest(canonical) };
}

/**
 * What one use will cost at most. The full grammar of document 002 plugs in behind this call: model, use with its history and
 * account in, quote out. Units: minor units.
 */
export function quoteWork(compiled: CompiledPrice, use: PlannedUse): Quote {
  const minor = use.free ? 0n : BigInt(compiled.model.priceMinor);
  return { price: { minor, currency: compiled.model.currency }, modelHash: compiled.hash, cycle: 'instantaneous' };
}

/** Names the state a quote was made in, so that the bill can be replayed from it (ruling 11). Independent of the order of the uses. */
export function pricingStateHash(state: PricingState, digest: Digest): string {
  const uses = state.billedUses.map((use) => ({ billedMinor: use.billedMinor, modelHash: use.modelHash, uses: use.uses }));
  uses.sort((left, right) => (left.modelHash < right.modelHash ? -1 : left.modelHash > right.modelHash ? 1 : 0));
  return digest(JSON.stringify({ account: state.account, billedUses: uses, version: 1 }));
}
