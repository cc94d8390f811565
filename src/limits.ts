import { headendLimits } from './limits/headend-limits.ts';
import { pricingLimits } from './limits/pricing-limits.ts';
import { streamLimits } from './limits/stream-limits.ts';
import { usageLimits } from './limits/usage-limits.ts';
import { venueLimits } from './limits/venue-limits.ts';
import { watchLimits } from './limits/watch-limits.ts';
import { assert } from './units/assert.ts';

/** Every bound of the system, unit in the name; how they relate is asserted below. */

/** Every bound of the system, unit in the name; how they relate is asserted below. */
export const limits = { ...streamLimits, ...venueLimits, ...headendLimits, ...usageLimits, ...pricingLimits, ...watchLimits } as const;

assert(limits.receiptWindowMs >= limits.creditWindowMs + limits.receiptIntervalMs + 1_000, 'R >= W + receipt interval + round trip + commit (ruling 14)');
assert(limits.ackIntervalMs * 2 < limits.creditWindowMs, 'two lost ACKs must not close the window');
assert(limits.reorderWaitMs < limits.prebufferMs, 'waiting for a late packet must not starve the player');
assert(5 * limits.windowShortMs <= limits.creditWindowMs / 3 + limits.prebufferMs, 'a third of W and the prebuffer bear four lost WINDOWs or ACKs');
assert(limits.retransmitDeadlineMs < limits.creditWindowMs, 'a retransmission is decided inside the window');
assert(limits.monitorRingPackets * limits.packetMs > 4 * limits.receiptWindowMs, 'the ring holds every unresolved packet');
assert(limits.opusPacketBytes + 100 <= limits.datagramBytes, 'every audio packet fits one datagram');
assert(limits.videoPayloadBytes + 100 <= limits.datagramBytes, 'every packet of a film fits one datagram');
assert(limits.workPacketsMax * Math.min(...limits.videoPacketMs) >= limits.workMs, 'the longest film can be counted');
assert(limits.creditWindowMs >= limits.streamLeadMs + limits.ackIntervalMs, 'W covers what lies ahead of the ear and the wait for its ACK');
assert(limits.streamLeadMs >= limits.prebufferMs, 'the lead grows from the prebuffer');
assert(
  limits.creditWindowMs >= limits.streamLeadMaxMs + limits.ackIntervalMs && limits.streamLeadMaxMs >= limits.streamLeadMs,
  'W covers the longest lead, too',
);
assert(limits.playoutBufferMs >= limits.streamLeadMaxMs + 2 * limits.driftBandMs, 'the speed is changed before the buffer is full, also with the longest lead');
assert(limits.creditWindowMs >= limits.filmLeadMs + limits.ackIntervalMs, 'W covers the lead of a film, and the wait for its ACK');
assert(limits.filmLeadMs > limits.filmStartMs && limits.filmStartMs > limits.videoLateMs, 'a film begins with more than what may be late');
assert(limits.streamLeadMs >= limits.concealLeadMs + limits.windowIntervalMs + limits.ackIntervalMs, 'a lost packet is noticed and sent again before its turn');
assert(limits.playoutBufferMs >= limits.streamLeadMs + 2 * limits.driftBandMs, 'the speed is changed before the buffer is full');
assert(limits.driftSettleMs * limits.leadGrowthPerMille > 1_000 * limits.streamLeadMs, 'the lead is there before it is judged');
assert(limits.playoutBufferMs >= limits.streamLeadMs + limits.ackIntervalMs, 'the buffer holds the lead, and what comes in a bunch');
assert(
  limits.sequenceReservePackets * limits.packetMs > 2 * (limits.creditWindowMs + limits.windowIntervalMs),
  'slots become durable long before the reserve is used',
);
