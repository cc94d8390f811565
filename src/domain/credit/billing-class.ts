/**
 * What a transmitted packet costs. Fixed when it is first sent (document 001 A12, ruling 8).
 * - `paid`     owed once acknowledged
 * - `trial`    pre-listen, never owed
 * - `free`     a cost-free work or span
 * - `regrant`  sent again though already paid for (rewind, resume): never owed twice
 */
export const BILLING_CLASSES = ['trial', 'paid', 'free', 'regrant'] as const;
export type BillingClass = (typeof BILLING_CLASSES)[number];

/** Index into `SignedTerms.nodes`: which price a packet falls under. */
export type NodeIndex = number;

/** How many packets of one (node, class) were acknowledged. Cumulative, merged by maximum. */
export interface ClassCount {
  readonly node: NodeIndex;
  readonly billingClass: BillingClass;
  readonly packets: number;
}

/**
 * A run of transmission slots that belong to consecutive packets of the work, under one class and one price.
 *
 * ```
 * extended sequence   0 ........ 250 .............. 900
 *                     | trial     | paid             |
 * packet index        0 ........ 250   0 ........... 650      (a jukebox starts the work again after the trial)
 * ```
 */
export interface Span {
  readonly sequence: number;
  readonly packetIndex: number;
  readonly billingClass: BillingClass;
  readonly node: NodeIndex;
}

/** The packets counted under one class, over all nodes. */
export function packetsOf(counts: readonly ClassCount[], billingClass: BillingClass): number {
  return counts.reduce((sum, count) => (count.billingClass === billingClass ? sum + count.packets : sum), 0);
}

/** Each (node, class) by its own maximum (ruling 18). */
export function mergeCounts(left: readonly ClassCount[], right: readonly ClassCount[]): readonly ClassCount[] {
  const merged = new Map<string, ClassCount>();
  for (const count of [...left, ...right]) {
    const key = `${count.node}/${count.billingClass}`;
    const known = merged.get(key);
    if (known === undefined || known.packets < count.packets) merged.set(key, count);
  }
  return [...merged.values()];
}
