/** An element that document 002 calls by another name, where it may stand, and what it is called in the grammar. */
export interface ElementSpelling {
  readonly name: string;
  /** An attribute that comes with the name. */
  readonly implies: { readonly name: string; readonly value: string } | null;
}

const COSTS: Readonly<Record<string, ElementSpelling>> = {
  installmentCycleCost: { name: 'installmentCost', implies: null },
  simpleFlatRate: { name: 'simpleFlatRateCost', implies: null },
};
/** The two methods that the document's list names beside the five: pre-paid in full. */
const PREPAID: Readonly<Record<string, ElementSpelling>> = {
  prePaidFixedRateUseCost: { name: 'fixedRateUseCost', implies: { name: 'prePaidPercentage', value: '100' } },
  prePaidBillingCycleCost: { name: 'billingCycleCost', implies: { name: 'prePaidPercentage', value: '100' } },
  prePaidBillingCycleUseCost: { name: 'billingCycleCost', implies: { name: 'prePaidPercentage', value: '100' } },
};
const BY_PARENT: Readonly<Record<string, Readonly<Record<string, ElementSpelling>>>> = {
  billingAttributes: { ...COSTS, ...PREPAID },
  billingModificationAttributes: COSTS,
};
const CHANGES: Readonly<Record<string, string>> = { reduceByPercentage: 'reduceByPercent', increaseByPercentage: 'increaseByPercent' };

/** L4: null where the name is no known other spelling inside that parent. */
export function elementSpelling(parent: string, name: string): ElementSpelling | null {
  const known = Object.hasOwn(BY_PARENT, parent) ? (BY_PARENT[parent] ?? {}) : {};
  return Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}

/** L6, within billingModificationAttributes. */
export function attributeSpelling(parent: string, name: string): string | null {
  return parent === 'billingModificationAttributes' && Object.hasOwn(CHANGES, name) ? (CHANGES[name] ?? null) : null;
}

/** The known name that was probably meant: at most two letters off. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const near = known.map((candidate) => ({ candidate, letters: lettersBetween(name.toLowerCase(), candidate.toLowerCase()) }));
  return near.filter(({ letters }) => letters <= 2).sort((left, right) => left.letters - right.letters)[0]?.candidate ?? null;
}

/** Levenshtein distance; names are short. */
function lettersBetween(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const change = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(change, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[right.length] ?? 0;
}
