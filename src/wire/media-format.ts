import { packetMsOf, SAMPLES_PER_PACKET } from '../units/time.ts';

/** Opus in every description of ours (RFC 7587, dynamic range of RFC 3551). */
export const OPUS_PAYLOAD_TYPE = 97;
/** MPEG transport streams (RFC 3551, table 5; RFC 2250). */
export const MP2T_PAYLOAD_TYPE = 33;
const OPUS_CLOCK_HZ = 48_000;
const MP2T_CLOCK_HZ = 90_000;

/** How the packets of a work travel in RTP. */
export interface MediaFormat {
  readonly payloadType: number;
  readonly clockHz: number;
  /** By so much the timestamps of two packets of the work differ: each packet has the same time (mpegts-slots.ts). */
  readonly ticksPerPacket: number;
}

export function mediaFormatOf(work: { readonly video?: { readonly packetMs: number } | undefined }): MediaFormat {
  if (work.video === undefined) return { payloadType: OPUS_PAYLOAD_TYPE, clockHz: OPUS_CLOCK_HZ, ticksPerPacket: SAMPLES_PER_PACKET };
  return { payloadType: MP2T_PAYLOAD_TYPE, clockHz: MP2T_CLOCK_HZ, ticksPerPacket: (packetMsOf(work) * MP2T_CLOCK_HZ) / 1_000 };
}
