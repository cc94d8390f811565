import { counts } from '../../src/domain/credit/ack-ledger.ts';
import { packetsOf } from '../../src/domain/credit/billing-class.ts';
import type { PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import { settlePlay } from '../../src/domain/credit/settle-play.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import { partAt } from '../../src/domain/credit/work-parts.ts';
import { packetMsOf } from '../../src/units/time.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import { packetsHeard } from '../media/work-position.ts';
import type { PlayView, PriceInForce } from '../session/play-port.ts';
import { paidUnheard } from './closing.ts';
import type { PlaySession } from './play-session.ts';
import { playSpans } from './play-spans.ts';

export interface ViewFacts {
  readonly given: { readonly playId: string; readonly work: CatalogueWork; readonly trial: boolean };
  readonly phase: PlayView['phase'];
  readonly session: PlaySession | null;
  readonly positionSample: number;
  /** How long the work was heard, in the pass that is paid for: not where in it the ear is. */
  readonly heardMs: number;
  /** Packets of the work that were heard in that pass. */
  readonly heard: PaidRanges;
  readonly stalled: PlayView['stalled'];
  readonly paused: boolean;
  readonly audibleGaps: number;
}

const SAMPLES_PER_MS = 48;

/** What of a play people can see. */
export function buildPlayView(facts: ViewFacts): PlayView {
  const { given, session, positionSample } = facts;
  const positionMs = Math.floor(positionSample / SAMPLES_PER_MS);
  const trialMs = (session?.terms.trial?.packets ?? 0) * packetMsOf(given.work);
  const acknowledged = session === null ? [] : counts(session.ledger);
  return {
    playId: given.playId,
    sid: session?.terms.sid ?? null,
    workId: given.work.id,
    phase: facts.phase,
    positionMs,
    durationMs: given.work.durationMs,
    trialLeftMs: facts.phase === 'trial' ? Math.max(0, trialMs - positionMs) : 0,
    creditWindowPackets: session?.window?.creditWindowPackets ?? session?.terms.credit.creditWindowPackets ?? 0,
    sentPackets: session?.tally.nextSequence ?? 0,
    ackBase: session?.ledger.base ?? 0,
    acknowledgedPackets: acknowledged.reduce((sum, count) => sum + count.packets, 0),
    paidPackets: packetsOf(acknowledged, 'paid'),
    unpaidPackets: session?.tally.unpaid ?? 0,
    maxUnpaidPackets: session?.tally.maxUnpaid ?? 0,
    lostPackets: session?.ledger.lostPaid ?? 0,
    concealedPackets: session?.buffer.concealed ?? 0,
    audibleGaps: facts.audibleGaps,
    heardMs: facts.heardMs,
    stalled: facts.stalled,
    acksSuppressed: session?.suppressed ?? false,
    paused: facts.paused,
    paidSoFarMinor: paidSoFar(facts),
    spans: session === null ? [] : playSpans(session.terms, session.ledger.paidRanges),
    priceInForce: session === null ? null : priceInForce(session.terms, facts.phase, packetsHeard(given.work, positionSample)),
  };
}

/** What the part of the work costs that sounds at a packet. */
export function priceInForce(terms: Pick<Terms, 'nodes' | 'packets' | 'parts'>, phase: PlayView['phase'], packetIndex: number): PriceInForce | null {
  const part = partAt(terms, Math.min(terms.packets - 1, packetIndex));
  const node = terms.nodes[part?.node ?? 0];
  if (part === null || node === undefined) return null;
  const billingClass = phase === 'trial' ? 'trial' : node.quoteMinor === '0' ? 'free' : part.billingClass;
  const quoteMinor = billingClass === 'paid' ? node.quoteMinor : '0';
  return { billingClass, node: node.id, quoteMinor };
}

/** What the play would cost if it ended now. */
function paidSoFar({ session, heard }: ViewFacts): string {
  if (session === null) return '0';
  const { ledger, terms } = session;
  const acknowledged = counts(ledger);
  const unheardPaidPackets = Math.min(packetsOf(acknowledged, 'paid'), paidUnheard(ledger.paidRanges, heard));
  return String(settlePlay(terms, { counts: acknowledged, unheardPaidPackets, lostPackets: ledger.lostPaid }).chargedMinor);
}
