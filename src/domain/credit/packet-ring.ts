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
 *
 * What is known of a slot lies together, in half a line of the processor's cache: between two packets of a stream those of hundreds of
 * others go out, and what each field would have lain in of its own was to be fetched anew every time.
 *
 * ```
 *   0              8              16            20           24       25      26     27..31
 *   | first sent   | last sent    | packetIndex | lostBefore | status | marks | cell |
 * ```
 */
export interface PacketRing {
  readonly mask: number;
  /** Three views of the same bytes. */
  readonly times: Float64Array;
  readonly numbers: Uint32Array;
  readonly bytes: Uint8Array;
}

const SLOT_BYTES = 32;
const TIME = { firstSent: 0, lastSent: 1, each: SLOT_BYTES / 8 } as const;
const NUMBER = { packetIndex: 4, lostBefore: 5, each: SLOT_BYTES / 4 } as const;
const BYTE = { status: 24, marks: 25, cell: 26, each: SLOT_BYTES } as const;

/** @param slots a power of two */
export function createRing(slots: number): PacketRing {
  assert(slots > 0 && (slots & (slots - 1)) === 0, 'a ring has a power of two of slots');
  const buffer = new ArrayBuffer(slots * SLOT_BYTES);
  return { mask: slots - 1, times: new Float64Array(buffer), numbers: new Uint32Array(buffer), bytes: new Uint8Array(buffer) };
}

/** A ring of twice the size with the slots before `nextSequence` in their new places: most sessions stay with the small one. */
export function growRing(ring: PacketRing, nextSequence: number): PacketRing {
  const slots = ring.mask + 1;
  const grown = createRing(slots * 2);
  for (let sequence = Math.max(0, nextSequence - slots); sequence < nextSequence; sequence += 1) {
    const from = (sequence & ring.mask) * SLOT_BYTES;
    grown.bytes.set(ring.bytes.subarray(from, from + SLOT_BYTES), (sequence & grown.mask) * SLOT_BYTES);
  }
  return grown;
}

/** A slot that is sent for the first time. */
export function putSlot(
  ring: PacketRing,
  sequence: number,
  sent: { readonly status: number; readonly cell: number; readonly packetIndex: number; readonly atMs: number },
): void {
  const slot = sequence & ring.mask;
  ring.times[slot * TIME.each + TIME.firstSent] = sent.atMs;
  ring.times[slot * TIME.each + TIME.lastSent] = sent.atMs;
  ring.numbers[slot * NUMBER.each + NUMBER.packetIndex] = sent.packetIndex;
  ring.bytes[slot * BYTE.each + BYTE.status] = sent.status;
  ring.bytes[slot * BYTE.each + BYTE.marks] = 0;
  ring.bytes[slot * BYTE.each + BYTE.cell] = sent.cell;
}

export function statusOf(ring: PacketRing, sequence: number): number {
  return ring.bytes[(sequence & ring.mask) * BYTE.each + BYTE.status] ?? 0;
}

export function setStatus(ring: PacketRing, sequence: number, status: number): void {
  ring.bytes[(sequence & ring.mask) * BYTE.each + BYTE.status] = status;
}

export function marksOf(ring: PacketRing, sequence: number): number {
  return ring.bytes[(sequence & ring.mask) * BYTE.each + BYTE.marks] ?? 0;
}

export function setMarks(ring: PacketRing, sequence: number, marks: number): void {
  ring.bytes[(sequence & ring.mask) * BYTE.each + BYTE.marks] = marks;
}

/** Node and class (class-cells.ts). */
export function cellAt(ring: PacketRing, sequence: number): number {
  return ring.bytes[(sequence & ring.mask) * BYTE.each + BYTE.cell] ?? 0;
}

export function packetIndexAt(ring: PacketRing, sequence: number): number {
  return ring.numbers[(sequence & ring.mask) * NUMBER.each + NUMBER.packetIndex] ?? 0;
}

/** Paid packets abandoned before this slot; valid below `abandonedBelow`. */
export function lostBefore(ring: PacketRing, sequence: number): number {
  return ring.numbers[(sequence & ring.mask) * NUMBER.each + NUMBER.lostBefore] ?? 0;
}

export function setLostBefore(ring: PacketRing, sequence: number, lost: number): void {
  ring.numbers[(sequence & ring.mask) * NUMBER.each + NUMBER.lostBefore] = lost;
}

/** Session milliseconds. */
export function firstSentMs(ring: PacketRing, sequence: number): number {
  return ring.times[(sequence & ring.mask) * TIME.each + TIME.firstSent] ?? 0;
}

export function lastSentMs(ring: PacketRing, sequence: number): number {
  return ring.times[(sequence & ring.mask) * TIME.each + TIME.lastSent] ?? 0;
}

export function noteSentAgain(ring: PacketRing, sequence: number, atMs: number): void {
  ring.times[(sequence & ring.mask) * TIME.each + TIME.lastSent] = atMs;
}

/** As if it were sent for the first time: its deadline begins anew. */
export function noteSentAnew(ring: PacketRing, sequence: number, atMs: number): void {
  ring.times[(sequence & ring.mask) * TIME.each + TIME.firstSent] = atMs;
  noteSentAgain(ring, sequence, atMs);
}
