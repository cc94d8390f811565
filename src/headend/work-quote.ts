import { compileModel, type PricingState, pricingStateHash, quoteWork } from '../domain/rating/simple-price.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import type { OutletRow, StoredWork } from '../ports/headend-stores.ts';
import { asId, type VendorId } from '../units/ids.ts';
import type { Currency } from '../units/money.ts';
import type { WorkQuote } from './checkout-terms.ts';
import type { PricingStore } from './stores/pricing-rows.ts';

/**
 * What a use of a work costs this account, with the model kept for ever under its hash before anybody signs for it (ruling 11).
 * The flat price reads no history, so the pricing state is empty; the full grammar reads it here.
 */
export function createWorkQuote(pricing: PricingStore, vendor: VendorId): (work: StoredWork, outlet: OutletRow) => WorkQuote {
  return (work, outlet) => {
    const compiled = compileModel({ kind: 'flat-per-use', vendor, currency: work.currency as Currency, priceMinor: work.priceMinor }, sha256Hex);
    pricing.putPriceModel(compiled);
    const state: PricingState = { account: outlet.account, billedUses: [] };
    const quote = quoteWork(compiled, { work: asId(work.id), packets: work.packets, free: work.free, state });
    const node = { id: asId<never>(`use-${compiled.hash.slice(0, 32)}`), vendor, modelHash: quote.modelHash, quoteMinor: quote.price.minor.toString() };
    return { nodes: [node], pricingStateHash: pricingStateHash(state, sha256Hex) };
  };
}
