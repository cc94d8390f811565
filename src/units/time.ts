/** Monotonic nanoseconds since an arbitrary start of this boot; the only source of durations. */
export type MonotonicNs = bigint;
/** Milliseconds since 1970; only across boots, or where nothing else exists. */
export type WallMs = number;
/** How far the wall clock can be believed: `synced` by the network, `held` since a sync before this boot, `unset` never. */
export type WallQuality = 'synced' | 'held' | 'unset';
/** One packet of audio (document 001, line 33). */
export const PACKET_MS = 20;
/** Opus always runs at 48 kHz (RFC 7587): 960 samples a packet. */
export const SAMPLE_RATE_HZ = 48_000;
export const SAMPLES_PER_PACKET = 960;

export function packetsIn(milliseconds: number, packetMs: number = PACKET_MS): number {
  return Math.floor(milliseconds / packetMs);
}

/** How long each packet of a work lasts: 20 ms of sound, or a film's own time. */
export function packetMsOf(work: { readonly video?: { readonly packetMs: number } | undefined }): number {
  return work.video?.packetMs ?? PACKET_MS;
}

/** The same in samples at 48 kHz, in which positions are told, whether there is sound or not. */
export function samplesPerPacket(work: { readonly video?: { readonly packetMs: number } | undefined }): number {
  return (packetMsOf(work) * SAMPLE_RATE_HZ) / 1_000;
}
