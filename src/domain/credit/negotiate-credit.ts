import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { PACKET_MS, packetsIn } from '../../units/time.ts';
import type { CreditTerms, WindowAdaptation } from './terms.ts';

/** Room for a round trip and a commit between a receipt and the window it opens (ruling 14). */
const RECEIPT_TURN_MS = 1_000;

/** The windows of a stream of `packetMs` packets: configured in milliseconds, agreed in packets (ruling 13). */
export function defaultCreditTerms(packetMs: number = PACKET_MS, prebufferMs: number = limits.prebufferMs): CreditTerms {
  return {
    creditWindowPackets: packetsIn(limits.creditWindowMs, packetMs),
    receiptWindowPackets: packetsIn(limits.receiptWindowMs, packetMs),
    lossAllowancePerMille: limits.lossAllowancePerMille,
    // Of short packets more come in the time: twice an interval is often enough.
    ackEveryPackets: Math.max(limits.ackEveryPackets, packetsIn(limits.ackIntervalMs / 2, packetMs)),
    ackIntervalMs: limits.ackIntervalMs,
    receiptIntervalMs: limits.receiptIntervalMs,
    challengeEveryMinPackets: limits.challengeEveryMinPackets,
    challengeEveryMaxPackets: limits.challengeEveryMaxPackets,
    retransmitDeadlineMs: limits.retransmitDeadlineMs,
    prebufferMs,
    playoutBufferPackets: packetsIn(limits.playoutBufferMs, packetMs) + Math.ceil(limits.reorderWaitMs / packetMs),
  };
}

/**
 * Answers the credit terms a device asks for: windows and intervals at most ours, never more than asked; a buffer at most ours. ACKs may
 * come more seldom than ours, up to `limits.ackIntervalMaxMs`, with the larger W that needs. The
 * policy of losses, a transit window and an adapting W are the device's to ask for, within what R bears. Challenges and the
 * retransmission deadline are the sender's to set.
 * Units: packets of `packetMs`. Errors: `limits`, with the least that works. Source: wire.md 5.2, ruling 14.
 */
export function negotiateCredit(
  asked: CreditTerms,
  packetMs: number = PACKET_MS,
  prebufferMs: number = limits.prebufferMs,
): Result<CreditTerms, Fault<'limits'>> {
  const ours = defaultCreditTerms(packetMs, prebufferMs);
  const acks = seldomestAcks(asked, ours, packetMs);
  const agreed: CreditTerms = {
    ...ours,
    receiptWindowPackets: Math.min(asked.receiptWindowPackets, ours.receiptWindowPackets),
    lossAllowancePerMille: Math.min(asked.lossAllowancePerMille, ours.lossAllowancePerMille),
    ...acks,
    creditWindowPackets: Math.min(asked.creditWindowPackets, Math.max(ours.creditWindowPackets, leastWindowPackets(acks, packetMs))),
    // One answer goes with an ACK: more challenges than ACKs would pile up.
    challengeEveryMinPackets: Math.max(ours.challengeEveryMinPackets, acks.ackEveryPackets),
    challengeEveryMaxPackets: Math.max(ours.challengeEveryMaxPackets, 2 * acks.ackEveryPackets),
    ...(asked.ackAuth === 'srtcp' && { ackAuth: asked.ackAuth }),
    receiptIntervalMs: Math.min(asked.receiptIntervalMs, ours.receiptIntervalMs),
    prebufferMs: Math.min(asked.prebufferMs, ours.prebufferMs),
    playoutBufferPackets: Math.min(asked.playoutBufferPackets, ours.playoutBufferPackets),
    ...(asked.policy === undefined ? {} : { policy: asked.policy }),
    ...(asked.transitWindowPackets === undefined ? {} : { transitWindowPackets: Math.min(asked.transitWindowPackets, limits.monitorRingPackets) }),
  };
  const grown = asked.adaptation === undefined ? agreed : { ...agreed, adaptation: withinReceipts(asked.adaptation, agreed, packetMs) };
  const problem = findTooSmall(grown, packetMs);
  return problem === null ? ok(grown) : fault('limits', problem);
}

/** ACKs as seldom as asked for, where the W that was asked for bears it: two that are lost must not close it. */
function seldomestAcks(asked: CreditTerms, ours: CreditTerms, packetMs: number): Pick<CreditTerms, 'ackEveryPackets' | 'ackIntervalMs'> {
  const borne = Math.min(packetsIn(limits.ackIntervalMaxMs, packetMs), Math.floor(asked.creditWindowPackets / 2));
  return {
    ackEveryPackets: Math.min(asked.ackEveryPackets, Math.max(ours.ackEveryPackets, borne)),
    ackIntervalMs: Math.min(asked.ackIntervalMs, Math.max(ours.ackIntervalMs, borne * packetMs)),
  };
}

/** An adapting W grows no further than R bears (ruling 14). */
function withinReceipts(asked: WindowAdaptation, terms: CreditTerms, packetMs: number): WindowAdaptation {
  const { creditWindowPackets } = terms;
  const borne = terms.receiptWindowPackets - receiptTurnPackets(terms, packetMs);
  const maxPackets = Math.max(creditWindowPackets, Math.min(asked.maxPackets, borne, limits.creditWindowMaxPackets));
  return { ...asked, minPackets: Math.min(asked.minPackets, creditWindowPackets), maxPackets };
}

function receiptTurnPackets({ receiptIntervalMs }: CreditTerms, packetMs: number): number {
  return Math.ceil((receiptIntervalMs + RECEIPT_TURN_MS) / packetMs);
}

/** The least W that plays with the ACK rate of the terms: two lost ACKs must not close it. */
export function leastWindowPackets(terms: Pick<CreditTerms, 'ackEveryPackets' | 'ackIntervalMs'>, packetMs: number = PACKET_MS): number {
  return Math.max(limits.creditWindowMinPackets, 2 * terms.ackEveryPackets, Math.ceil((2 * terms.ackIntervalMs) / packetMs));
}

function findTooSmall(terms: CreditTerms, packetMs: number): string | null {
  const windowMin = leastWindowPackets(terms, packetMs);
  if (terms.creditWindowPackets < windowMin) return `W=${terms.creditWindowPackets} is too small; with this ACK rate at least W=${windowMin} is needed.`;
  const receiptMin = terms.creditWindowPackets + receiptTurnPackets(terms, packetMs);
  if (terms.receiptWindowPackets < receiptMin)
    return `R=${terms.receiptWindowPackets} is too small; with this W and receipt interval at least R=${receiptMin} is needed.`;
  if (terms.ackEveryPackets < 1 || terms.ackIntervalMs < packetMs) return `An ACK every ${packetMs} ms (1 packet) is the most that is taken.`;
  if (terms.receiptIntervalMs < terms.ackIntervalMs) return `A receipt every ${terms.ackIntervalMs} ms (the ACK interval) is the most that is taken.`;
  const transitMin = windowMin + Math.ceil(terms.retransmitDeadlineMs / packetMs);
  if ((terms.transitWindowPackets ?? transitMin) < transitMin)
    return `T=${terms.transitWindowPackets} is too small; for a packet to be sent again in time at least T=${transitMin} is needed.`;
  const { adaptation } = terms;
  if (adaptation === undefined) return null;
  if (adaptation.minPackets < windowMin) return `min=${adaptation.minPackets} is too small; with this ACK rate at least min=${windowMin} is needed.`;
  if (adaptation.afterPackets + adaptation.afterMs < 1) return 'A W that adapts must say after how many packets (after) or milliseconds (aftertime) it grows.';
  return null;
}
