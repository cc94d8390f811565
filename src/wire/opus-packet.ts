import { assert } from '../units/assert.ts';

const SILK_SAMPLES = [480, 960, 1_920, 2_880] as const;
const HYBRID_SAMPLES = [480, 960] as const;
const CELT_SAMPLES = [120, 240, 480, 960] as const;
/** 120 ms: the longest packet (RFC 6716, 3.2.5, R5). */
const SAMPLES_MAX = 5_760;

/**
 * Duration of an Opus packet from its TOC byte, in samples at 48 kHz; null where the packet cannot be Opus.
 * Source: RFC 6716, 3.1 and 3.2.
 */
export function opusPacketSamples(packet: Uint8Array): number | null {
  const toc = packet[0];
  if (toc === undefined) return null;
  const code = toc & 0x03;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  const samples = frames * frameSamples(toc >> 3);
  return samples > 0 && samples <= SAMPLES_MAX ? samples : null;
}

/**
 * A packet without audio data, as long as its neighbour, that makes the decoder conceal a loss (RFC 6716, 3.2.1: frames of
 * zero length). One byte for 20 ms packets of one frame, at most two.
 */
export function concealmentPacket(neighbour: Uint8Array): Uint8Array {
  assert(opusPacketSamples(neighbour) !== null, 'concealment is derived from a real packet');
  const toc = neighbour[0] ?? 0;
  const code = toc & 0x03;
  if (code === 3) return Uint8Array.of(toc, (neighbour[1] ?? 0) & 0x3f);
  return Uint8Array.of(code === 2 ? (toc & 0xfc) | 1 : toc);
}

function frameSamples(configuration: number): number {
  if (configuration < 12) return SILK_SAMPLES[configuration % 4] ?? 0;
  if (configuration < 16) return HYBRID_SAMPLES[configuration % 2] ?? 0;
  return CELT_SAMPLES[configuration % 4] ?? 0;
}
