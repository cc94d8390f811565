import type { NodeIndex } from './billing-class.ts';
import { addIndexes, NO_INDEXES, type PaidRanges } from './paid-ranges.ts';
import type { Terms, WorkPart } from './terms.ts';

export interface PlacedPart extends WorkPart {
  readonly first: number;
}

type PartedTerms = Pick<Terms, 'packets' | 'parts'>;

/** The parts with the packet each begins at; terms without parts have one price from end to end. */
export function placedParts(terms: PartedTerms): readonly PlacedPart[] {
  const parts = terms.parts ?? [{ packets: terms.packets, node: 0, billingClass: 'paid' }];
  let first = 0;
  return parts.map((part) => {
    const placed = { ...part, first };
    first += part.packets;
    return placed;
  });
}

/** The part that a packet of the work lies in. */
export function partAt(terms: PartedTerms, packetIndex: number): PlacedPart | null {
  return placedParts(terms).find(({ first, packets }) => packetIndex >= first && packetIndex < first + packets) ?? null;
}

/** The packets that are sold under each node. */
export function soldByNode(terms: PartedTerms & Pick<Terms, 'nodes'>): readonly PaidRanges[] {
  const parts = placedParts(terms).filter(({ billingClass }) => billingClass === 'paid');
  return terms.nodes.map((_, node) => parts.reduce((sold, part) => (part.node === node ? addIndexes(sold, part.first, part.packets) : sold), NO_INDEXES));
}

/** Packets sold under a node, from packet `from` on. */
export function soldPackets(terms: PartedTerms, node: NodeIndex, from = 0): number {
  return placedParts(terms).reduce((sum, part) => {
    if (part.node !== node || part.billingClass !== 'paid') return sum;
    return sum + Math.max(0, part.first + part.packets - Math.max(from, part.first));
  }, 0);
}
