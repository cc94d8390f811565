import type { CompiledModel } from './compiled-model.ts';

/** Ids that begin so are those of the house; no vendor can take one. */
export const HOUSE_MODEL_PREFIX = 'ackbox:';

/**
 * The model of a work that has just a price: so much for one use, whatever is heard of it; settlement gives back what was not heard
 * (ruling 10). Its cycle is instantaneous: one play, one bill, one rounding (ruling 5). A price of 0 is the cost-free model (P-3).
 * @param amount decimal text, major units
 */
export function flatPriceModel(amount: string, currency: string): CompiledModel {
  const costs = /[1-9]/.test(amount);
  return {
    version: 1,
    modelId: `${HOUSE_MODEL_PREFIX}${costs ? `per-use-${amount}-${currency}` : 'free'}`,
    description: costs ? `${amount} ${currency} for each use` : 'Free of charge',
    currency: costs ? currency : null,
    cycle: costs ? { kind: 'instantaneous' } : null,
    basic: costs ? { fixedRateUseCost: { value: amount, prePaidPercentage: '0' } } : null,
    alternate: null,
  };
}
