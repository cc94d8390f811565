/**
 * Three counters that must not be confused:
 * - PacketIndex: which 20 ms of the work, 0-based. The payable unit is (licence, work, packetIndex) (ruling 7).
 * - ExtendedSequence: which transmission slot of a PaySession, 0-based, continuous across epochs; RTP carries its low 16 bits.
 * - ordinal: the how-manieth paid-class first transmission (ruling 14).
 */
export type PacketIndex = number;
export type ExtendedSequence = number;

/** Recovers the extended sequence nearest to `reference` from the 16 bits on the wire (RFC 3550, A.1). */
export function extendSequence(sequence16: number, reference: ExtendedSequence): ExtendedSequence {
  const cycle = Math.floor(reference / 65_536) * 65_536;
  const candidate = cycle + sequence16;
  if (candidate - reference > 32_768 && candidate >= 65_536) return candidate - 65_536;
  if (reference - candidate > 32_768) return candidate + 65_536;
  return candidate;
}
