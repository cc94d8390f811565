import { describe, expect, it } from 'vitest';
import { compileModel, type PriceModel, pricingStateHash, quoteWork } from '../../../../src/domain/rating/simple-price.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { asId } from '../../../../src/units/ids.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';

const model: PriceModel = { kind: 'flat-per-use', vendor: asId('house'), currency: 'EUR', priceMinor: '50' };
const state = { account: asId<never>('account'), billedUses: [] };

describe('simple price', () => {
  it('compiles to canonical JSON, and names it by its hash', () => {
    const compiled = compileModel(model, sha256Hex);
    expect(canonicalJson(JSON.parse(compiled.canonical))).toBe(compiled.canonical);
    expect(compiled.hash).toBe(sha256Hex(compiled.canonical));
    expect(compileModel({ ...model, priceMinor: '51' }, sha256Hex).hash).not.toBe(compiled.hash);
  });

  it('quotes the flat price for a use, and nothing for a free work', () => {
    const compiled = compileModel(model, sha256Hex);
    const use = { work: asId<never>('w'), packets: 100, free: false, state };
    expect(quoteWork(compiled, use)).toEqual({ price: { minor: 50n, currency: 'EUR' }, modelHash: compiled.hash, cycle: 'instantaneous' });
    expect(quoteWork(compiled, { ...use, free: true }).price.minor).toBe(0n);
  });

  it('names a pricing state regardless of the order of its uses', () => {
    const [one, two] = ['a', 'b'].map((modelHash) => ({ modelHash, uses: 1, billedMinor: '50' })) as [never, never];
    expect(pricingStateHash({ ...state, billedUses: [one, two] }, sha256Hex)).toBe(pricingStateHash({ ...state, billedUses: [two, one] }, sha256Hex));
    expect(pricingStateHash({ ...state, billedUses: [one] }, sha256Hex)).not.toBe(pricingStateHash(state, sha256Hex));
  });
});
