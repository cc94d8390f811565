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
  const [lower, all] = [name.toLowerCase(), known.map((candidate) => ({ candidate, letters: candidate.toLowerCase() }))];
  const within = (edits: number): string | null => all.find(({ letters }) => isWithin(edits, lower, letters))?.candidate ?? null;
  return within(1) ?? within(2);
}

/** Whether so few letters changed, added or left out make one of the other; quick, as it stops at the last one allowed. */
function isWithin(edits: number, left: string, right: string): boolean {
  if (Math.abs(left.length - right.length) > edits) return false;
  let same = 0;
  while (same < left.length && left[same] === right[same]) same += 1;
  if (same === left.length && same === right.length) return true;
  if (edits === 0) return false;
  const [restLeft, restRight] = [left.slice(same), right.slice(same)];
  const after = (skipLeft: number, skipRight: number): boolean => isWithin(edits - 1, restLeft.slice(skipLeft), restRight.slice(skipRight));
  return after(1, 1) || after(1, 0) || after(0, 1);
}
