import { windowToLease } from '../../src/domain/credit/account-credit.ts';
import { leastWindowPackets } from '../../src/domain/credit/negotiate-credit.ts';
import type { CreditTerms, Terms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { PACKET_MS, packetsIn } from '../../src/units/time.ts';

/** What a headend may only lower: how much of it the terms have, and the words for it. */
const BOUNDS: readonly (readonly [string, (terms: CreditTerms) => number])[] = [
  ['packets of credit window', windowToLease],
  ['packets of receipt window', (terms) => terms.receiptWindowPackets],
  ['packets of transit window', (terms) => terms.transitWindowPackets ?? limits.monitorRingPackets],
  ['per mille of losses to forgive', (terms) => terms.lossAllowancePerMille],
  ['packets to an ACK', (terms) => terms.ackEveryPackets],
  ['ms to an ACK', (terms) => terms.ackIntervalMs],
  ['ms to a receipt', (terms) => terms.receiptIntervalMs],
  ['ms of prebuffer', (terms) => terms.prebufferMs],
  ['packets of playout buffer', (terms) => terms.playoutBufferPackets],
];

/**
 * What speaks against the windows of signed terms: nobody could play with them, or they are not inside what this box asked for. A receipt
 * interval that was raised would void the bound of what a lying headend can take, a raised allowance would bill what never came. Challenges
 * and the retransmission deadline are the sender's to set.
 * Units: packets of `packetMs`; milliseconds. Source: PROTOCOL.md 2, rulings 14, 27.
 * @param asked the credit terms of our own offer
 * @returns a sentence, or null where the box can agree
 */
export function findUnsafeWindow(terms: Pick<Terms, 'packets' | 'packetMs' | 'rendition' | 'credit'>, asked: CreditTerms): string | null {
  return findUnplayable(terms) ?? findUnasked(terms.credit, asked);
}

function findUnplayable({ packets, packetMs, rendition, credit }: Pick<Terms, 'packets' | 'packetMs' | 'rendition' | 'credit'>): string | null {
  const ofOurs = packetMs === PACKET_MS || (rendition !== undefined && limits.videoPacketMs.some((ours) => ours === packetMs));
  if (!ofOurs || packets < 1 || packets > limits.workPacketsMax) return `A work of ${packets} packets of ${packetMs} ms is not playable here.`;
  if (credit.creditWindowPackets < limits.creditWindowMinPackets || credit.creditWindowPackets > limits.creditWindowMaxPackets)
    return `A credit window of ${credit.creditWindowPackets} packets is outside ${limits.creditWindowMinPackets} to ${limits.creditWindowMaxPackets}.`;
  if ((credit.adaptation?.maxPackets ?? 0) > limits.creditWindowMaxPackets) return 'The credit window could grow beyond what is borne here.';
  if (credit.creditWindowPackets < leastWindowPackets(credit, packetMs)) return 'Two lost acknowledgements would close the credit window.';
  if (credit.receiptWindowPackets < credit.creditWindowPackets + packetsIn(credit.receiptIntervalMs, packetMs))
    return 'The receipt window is too small to play without a break.';
  return null;
}

function findUnasked(terms: CreditTerms, asked: CreditTerms): string | null {
  const beyond = BOUNDS.find(([, of]) => of(terms) > of(asked));
  if (beyond !== undefined) {
    const [words, of] = beyond;
    return `The terms name ${of(terms)} ${words}, where at most ${of(asked)} were asked for; nothing was agreed.`;
  }
  if ((terms.policy ?? 'rate') !== (asked.policy ?? 'rate')) return 'The terms forgive losses by another rule than the one asked for; nothing was agreed.';
  if (terms.ackAuth === 'srtcp' && asked.ackAuth !== 'srtcp') return 'The terms leave out the tags that were asked for; nothing was agreed.';
  return null;
}
