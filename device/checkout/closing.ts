import { type ClassCount, packetsOf } from '../../src/domain/credit/billing-class.ts';
import { indexesIn, type PaidRanges, withoutIndexes } from '../../src/domain/credit/paid-ranges.ts';
import { settlePlay } from '../../src/domain/credit/settle-play.ts';
import type { ClosingStatement, EndReason } from '../../src/domain/credit/statements.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { toHex } from '../../src/units/bytes.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import type { PlaySession } from './play-session.ts';

export interface ClosingFacts {
  readonly terms: Terms;
  /** SHA-256 over the terms as signed, hex. */
  readonly termsHash: string;
  readonly playId: string;
  readonly epoch: number;
  readonly counts: readonly ClassCount[];
  readonly unheardPaidPackets: number;
  readonly lostPackets: number;
  readonly heardMs: number;
  readonly confirmEventId: string | null;
  readonly endReason: EndReason;
  readonly wallMs: number;
}

export interface Closing {
  readonly chargedMinor: bigint;
  readonly refundMinor: bigint;
  readonly statement: { readonly text: string; readonly signature: string };
}

/**
 * The box's last word on a play, signed: both sides make the bill of exactly these counts.
 * Unheard packets are at most the paid ones, and at most what the playout buffer of the terms holds.
 */
export function closePlay(facts: ClosingFacts, signer: Signer): Closing {
  const { terms, counts } = facts;
  // A packet that was sent again after a resume can have been lost more than once; it is one packet of the work.
  const lostPackets = Math.min(facts.lostPackets, Math.max(0, terms.packets - packetsOf(counts, 'paid')));
  const unheardPaidPackets = Math.min(facts.unheardPaidPackets, packetsOf(counts, 'paid'), terms.credit.playoutBufferPackets);
  const { chargedMinor, refundMinor } = settlePlay(terms, { counts, unheardPaidPackets, lostPackets });
  const statement: ClosingStatement = {
    version: 1,
    sid: terms.sid,
    playId: facts.playId,
    epoch: facts.epoch,
    counts,
    unheardPaidPackets,
    lostPackets,
    heardMs: facts.heardMs,
    confirmEventId: facts.confirmEventId,
    chargedMinor: String(chargedMinor),
    refundMinor: String(refundMinor),
    endReason: facts.endReason,
    termsHash: facts.termsHash,
    wallMs: Math.floor(facts.wallMs),
  };
  const text = canonicalJson(statement);
  return { chargedMinor, refundMinor, statement: { text, signature: toHex(signer.sign(new TextEncoder().encode(text))) } };
}

/** The last word on a session, of what it counts and what was heard of it. */
export function closeSession(
  session: PlaySession,
  heard: PaidRanges,
  said: Pick<ClosingFacts, 'playId' | 'endReason' | 'heardMs' | 'wallMs'>,
  signer: Signer,
): Closing {
  const counts = session.finalCounts();
  const { terms, termsHash, epochNumber, confirmEventId, ledger } = session;
  const unheardPaidPackets = paidUnheard(ledger.paidRanges, heard);
  const facts = { ...said, terms, termsHash, epoch: epochNumber, counts, unheardPaidPackets, lostPackets: ledger.lostPaid, confirmEventId };
  return closePlay(facts, signer);
}

/** Packets that were paid for and never heard: they go back (ruling 6). */
export function paidUnheard(paid: PaidRanges, heard: PaidRanges): number {
  return indexesIn(withoutIndexes(paid, heard));
}
