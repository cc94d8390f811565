import { limits } from '../../limits.ts';
import { PACKET_MS, packetsIn } from '../../units/time.ts';
import type { CreditTerms } from './terms.ts';

/**
 * The most that a paid stream may be ahead of its listener: what lies there is acknowledged and unheard, or not acknowledged yet, so it
 * fits the agreed window, less the wait for an ACK, and the agreed buffer, less what may come late. Both sides reckon it from the terms. Units: packets.
 */
export function leadRoomPackets(terms: CreditTerms, packetMs: number = PACKET_MS): number {
  const { creditWindowPackets, playoutBufferPackets, ackIntervalMs } = terms;
  return Math.min(creditWindowPackets - packetsIn(ackIntervalMs, packetMs), playoutBufferPackets - packetsIn(limits.ackIntervalMs, packetMs));
}

/** The lead of sound, where a box asks for so much (ruling 19): never less than the prebuffer, never more than the terms bear. Packets. */
export function soundLeadPackets(terms: CreditTerms, askedMs: number): number {
  const asked = packetsIn(Math.min(Math.max(askedMs, limits.streamLeadMs), limits.streamLeadMaxMs));
  return Math.max(Math.ceil(terms.prebufferMs / PACKET_MS), 1, Math.min(asked, leadRoomPackets(terms)));
}
