import { samplesPerPacket } from '../../src/units/time.ts';

/** What is needed to turn packets of a work into samples and back; samples at 48 kHz from the first one after the pre-skip. */
export interface WorkShape {
  readonly packets: number;
  readonly preSkip: number;
  readonly totalSamples: number;
  /** Of a film: what its packets last. */
  readonly video?: { readonly packetMs: number } | undefined;
}

/** First sample after the first `packets` packets of the work: nothing that is trimmed at either end counts. */
export function sampleAfter(work: WorkShape, packets: number): number {
  if (packets >= work.packets) return work.totalSamples;
  return Math.min(work.totalSamples, Math.max(0, packets * samplesPerPacket(work) - work.preSkip));
}

/** How many packets, from the first on, were heard to their end. A packet that broke off does not count: in favour of the payer. */
export function packetsHeard(work: WorkShape, heardSample: number): number {
  if (heardSample >= work.totalSamples) return work.packets;
  return heardSample <= 0 ? 0 : Math.min(work.packets, Math.floor((heardSample + work.preSkip) / samplesPerPacket(work)));
}

/** What a player must skip where a stream begins at this packet instead of the first one. */
export function preSkipAt(work: WorkShape, packetIndex: number): number {
  return Math.max(0, work.preSkip - packetIndex * samplesPerPacket(work));
}
