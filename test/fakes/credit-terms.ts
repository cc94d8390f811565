import type { CreditTerms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { packetsIn } from '../../src/units/time.ts';

/** The credit terms that box and headend agree on where neither asks for others: W = 50 and R = 250 packets of 20 ms. */
export const CREDIT_TERMS: CreditTerms = {
  creditWindowPackets: packetsIn(limits.creditWindowMs),
  receiptWindowPackets: packetsIn(limits.receiptWindowMs),
  lossAllowancePerMille: limits.lossAllowancePerMille,
  ackEveryPackets: limits.ackEveryPackets,
  ackIntervalMs: limits.ackIntervalMs,
  receiptIntervalMs: limits.receiptIntervalMs,
  challengeEveryMinPackets: limits.challengeEveryMinPackets,
  challengeEveryMaxPackets: limits.challengeEveryMaxPackets,
  retransmitDeadlineMs: limits.retransmitDeadlineMs,
  prebufferMs: limits.prebufferMs,
  playoutBufferPackets: packetsIn(limits.playoutBufferMs),
};
