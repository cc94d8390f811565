import { assert } from '../../units/assert.ts';

/**
 * What is known of a transmission slot (document 001, P11-P13).
 * - `outstanding`  sent, nothing heard
 * - `successful`   acknowledged: counted once, for good
 * - `unsuccessful` its deadline passed; a late ACK still makes it successful
 * - `abandoned`    unsuccessful, and the device was told so
 */
export const SLOT = { unsent: 0, outstanding: 1, successful: 2, unsuccessful: 3, abandoned: 4 } as const;

/** Marks on a slot that carries a challenge (ruling 24). */
export const MARK = { challenged: 1, answered: 2, claimed: 4 } as const;

/**
 * The unresolved slots of one PaySession, at `sequence & mask`.
 *
 * ```
 *     abandonedBelow   resolvedBase      highest acknowledged    nextSequence
 *  ---------|---------------|------------------|----------------------|------
 *   final   | S, U may turn |  S and holes     |  outstanding         | unsent
 * ```
 */
export interface PacketRing {
  readonly mask: number;
  readonly status: Uint8Array;
  readonly marks: Uint8Array;
  readonly cell: Uint8Array;
  readonly packetIndex: Int32Array;
  readonly firstSentMs: Float64Array;
  readonly lastSentMs: Float64Array;
  /** Paid packets abandoned before this slot; valid below `abandonedBelow`. */
  readonly lostBefore: Uint32Array;
}

/** @param slots a power of two */
export function createRing(slots: number): PacketRing {
  assert(slots > 0 && (slots & (slots - 1)) === 0, 'a ring has a power of two of slots');
  return {
    mask: slots - 1,
    status: new Uint8Array(slots),
    marks: new Uint8Array(slots),
    cell: new Uint8Array(slots),
    packetIndex: new Int32Array(slots),
    firstSentMs: new Float64Array(slots),
    lastSentMs: new Float64Array(slots),
    lostBefore: new Uint32Array(slots),
  };
}

/** A ring of twice the size with the slots before `nextSequence` in their new places: most sessions stay with the small one. */
export function growRing(ring: PacketRing, nextSequence: number): PacketRing {
  const slots = ring.mask + 1;
  const grown = createRing(slots * 2);
  for (let sequence = Math.max(0, nextSequence - slots); sequence < nextSequence; sequence += 1) {
    const from = sequence & ring.mask;
    const to = sequence & grown.mask;
    grown.status[to] = ring.status[from] ?? 0;
    grown.marks[to] = ring.marks[from] ?? 0;
    grown.cell[to] = ring.cell[from] ?? 0;
    grown.packetIndex[to] = ring.packetIndex[from] ?? 0;
    grown.firstSentMs[to] = ring.firstSentMs[from] ?? 0;
    grown.lastSentMs[to] = ring.lastSentMs[from] ?? 0;
    grown.lostBefore[to] = ring.lostBefore[from] ?? 0;
  }
  return grown;
}
