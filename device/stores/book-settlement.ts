import type { BookCore } from './book-core.ts';
import { BookError } from './book-error.ts';
import type { Book, CustomerReceipt, PlayRow } from './book-port.ts';
import { makeClaimCode } from './claim-rows.ts';
import type { Funds } from './funds.ts';
import { fundingSourceOf, sumFunds, takeFunds } from './funds.ts';
import { closeIfSpent } from './payer-credit.ts';
import type { KeptPlay } from './play-rows.ts';
import { writeReceipt } from './receipt-text.ts';
import { readSetting } from './settings-rows.ts';
import type { NumberedReceipt } from './tax-rows.ts';

type End = Parameters<Book['settle']>[0];

interface Refund {
  readonly amountMinor: bigint;
  readonly to: PlayRow['refundedTo'];
  readonly claimCode: string | null;
}

const NOTHING_BACK: Refund = { amountMinor: 0n, to: null, claimCode: null };

/**
 * The end of a play, once (rulings 4 and 10): held -> earned for what was heard, the rest back to whom it belongs, the closing
 * statement and the cash lines into the outbox, the customer's receipt. The second call returns what the first one did.
 */
export function settlePlayInBook(core: BookCore, end: End): CustomerReceipt {
  const { plays, receipts } = core.parts;
  const told = receipts.get(end.playId);
  if (told !== null) return told;
  const play = plays.get(end.playId);
  if (play === null) throw new BookError('play-unknown', `No play ${end.playId} is in the book.`);
  checkEnd(play, end);
  return core.moneyTransaction('settle', () => {
    const premiumMinor = premiumEarned(play, end);
    charge(core, play, 'charge', end.chargedMinor);
    charge(core, play, 'premium', premiumMinor);
    const refund = giveBack(core, play, play.heldMinor - end.chargedMinor - premiumMinor);
    return closePlay(core, play, end, refund);
  });
}

function checkEnd(play: KeptPlay, end: End): void {
  if (end.chargedMinor < 0n || end.chargedMinor > play.heldMinor - play.premiumMinor)
    throw new BookError(
      'charge-above-hold',
      `Play ${play.playId} holds ${play.heldMinor - play.premiumMinor}, ${end.chargedMinor} cannot be charged: settle with the counts of its terms.`,
    );
  if (end.statement === null && end.use === undefined && end.chargedMinor > 0n)
    throw new BookError('statement-missing', `Play ${play.playId} cannot be charged without a closing statement.`);
}

/** It bought a turn: earned once the work was heard, given back where the box failed the guest. */
function premiumEarned(play: KeptPlay, { heardMs, endReason }: End): bigint {
  return heardMs > 0 && endReason !== 'failed' && endReason !== 'closed' ? play.premiumMinor : 0n;
}

function charge(core: BookCore, play: KeptPlay, what: 'charge' | 'premium', amountMinor: bigint): void {
  if (amountMinor === 0n) return;
  const key = `play:${play.playId}:${what}`;
  core.post({ key, debit: 'held', credit: 'earned', amountMinor, party: play.payerId, playId: play.playId, reason: 'charge' });
}

/** To the payer's open credit, else to a claim code on the receipt, else kept as `unclaimed`; never revenue. */
function giveBack(core: BookCore, play: KeptPlay, amountMinor: bigint): Refund {
  if (amountMinor === 0n) return NOTHING_BACK;
  const { payers, random, database } = core.parts;
  const line = { key: `play:${play.playId}:refund`, debit: 'held', amountMinor, party: play.payerId, playId: play.playId, reason: 'refund' } as const;
  const funds = refundOf(play, amountMinor);
  if (fundingSourceOf(funds) === 'account') {
    core.post({ ...line, credit: 'account-debt' });
    return { amountMinor, to: 'account', claimCode: null };
  }
  if (fundingSourceOf(funds) === 'house') {
    core.post({ ...line, credit: 'staff-grants' });
    return { amountMinor, to: 'house', claimCode: null };
  }
  const payer = play.payerId === null ? null : payers.get(play.payerId);
  if (payer?.open === true) {
    core.post({ ...line, credit: 'patron-credit' });
    payers.give(payer.payerId, funds);
    return { amountMinor, to: 'credit', claimCode: null };
  }
  core.post({ ...line, credit: 'unclaimed' });
  if (payer === null || readSetting(database, 'claim-codes') === 'off') return { amountMinor, to: 'unclaimed', claimCode: null };
  const claimCode = makeClaimCode(random);
  core.parts.claims.issue({ code: claimCode, amountMinor, funds, payerId: payer.payerId, playId: play.playId }, core.nowMs());
  return { amountMinor, to: 'claim', claimCode };
}

/** Gifts pay for what was heard; what the guest put in himself comes back first. */
function refundOf(play: KeptPlay, amountMinor: bigint): Funds {
  return takeFunds(play.funds, sumFunds(play.funds) - amountMinor).left;
}

function closePlay(core: BookCore, play: KeptPlay, end: End, refund: Refund): CustomerReceipt {
  const { plays, sessions, queue, payers, loans, options } = core.parts;
  const loanPlay = loans.play(play.playId);
  const session = sessions.ofPlay(play.playId);
  const bought = play.state !== 'trial' && play.state !== 'declined';
  if (play.state === 'queued') queue.remove(play.playId);
  sessions.closeAll(play.playId);
  if (loanPlay !== null) loans.closePlay(play.playId, bought ? end.heardMs : null);
  const premiumMinor = premiumEarned(play, end);
  const grossMinor = bought ? paidPart(play, end.chargedMinor + premiumMinor) : 0n;
  const numbered = grossMinor > 0n ? core.parts.taxes.next(grossMinor, core.generation(), core.parts.clock.wallMs()) : null;
  const settleSequence = recordEnd(core, play, end, refund, bought, numbered);
  plays.end(play.playId, {
    state: bought ? 'settled' : 'declined',
    chargedMinor: end.chargedMinor,
    refundMinor: refund.amountMinor,
    refundedTo: refund.to,
    claimCode: refund.claimCode,
    endReason: end.endReason,
    heardMs: Math.floor(end.heardMs),
    settleSequence,
  });
  if (play.payerId !== null) {
    payers.touch(play.payerId, core.nowMs());
    closeIfSpent(core, play.payerId);
  }
  const receipt = writeReceipt(
    plays.must(play.playId),
    options.currency,
    loanPlay?.work.durationMs ?? durationOf(session?.termsText ?? null),
    bought && (end.statement ?? end.use) !== undefined,
    premiumMinor,
    numbered,
  );
  core.parts.receipts.put(receipt, bought);
  return receipt;
}

/** The statement first: the headend bills it; the cash lines say the same in the box's own books. */
function recordEnd(core: BookCore, play: KeptPlay, end: End, refund: Refund, bought: boolean, numbered: NumberedReceipt | null): number {
  const source = play.fundingSource;
  let sequence = 0;
  if (end.statement !== null) sequence = core.record({ kind: 'receipt', body: { statement: end.statement.text, signature: end.statement.signature } });
  if (end.use !== undefined) sequence = recordUse(core, play, end.use);
  if (!bought) return sequence;
  const line = { payer: play.payerId, playId: play.playId, source };
  sequence = core.recordCash({ ...line, event: 'settle', key: `play:${play.playId}:charge`, amountMinor: end.chargedMinor, ...taxOf(numbered) });
  const premiumMinor = premiumEarned(play, end);
  if (premiumMinor > 0n) core.recordCash({ ...line, event: 'premium', key: `play:${play.playId}:premium`, amountMinor: premiumMinor });
  if (refund.amountMinor > 0n) core.recordCash({ ...line, event: 'refund', key: `play:${play.playId}:refund`, amountMinor: refund.amountMinor });
  if (refund.claimCode !== null) core.recordCash({ ...line, event: 'claim-issued', key: `claim:${refund.claimCode}`, amountMinor: refund.amountMinor });
  return sequence;
}

/** What of it somebody paid for: a gift is nobody's purchase. */
function paidPart(play: KeptPlay, amountMinor: bigint): bigint {
  const { paid = 0n, card = 0n, account = 0n } = takeFunds(play.funds, amountMinor).taken;
  return paid + card + account;
}

function taxOf(numbered: NumberedReceipt | null) {
  if (numbered === null) return {};
  const { number, grossMinor, tax } = numbered;
  const base = { receiptNumber: number, grossMinor: String(grossMinor) };
  return tax === null ? base : { ...base, taxMinor: String(tax.taxMinor), taxName: tax.name, taxMilliPercent: tax.milliPercent };
}

/** Ruling 9: what has no session posts from usage. */
function recordUse(core: BookCore, play: KeptPlay, { text, signature }: NonNullable<End['use']>): number {
  return core.recordUsage({
    eventType: 'USAGE',
    titleDomain: `work:${play.workId}`,
    domains: core.domainsInUse,
    placeId: 'loan',
    entryMethod: '5',
    playId: play.playId,
    loanUse: { statement: text, signature },
  });
}

/** From the signed terms; a play that never got any has no length to tell. */
function durationOf(termsText: string | null): number {
  if (termsText === null) return 0;
  try {
    const terms: unknown = JSON.parse(termsText);
    if (typeof terms !== 'object' || terms === null || !('packets' in terms) || !('packetMs' in terms)) return 0;
    const durationMs = Number(terms.packets) * Number(terms.packetMs);
    return Number.isSafeInteger(durationMs) && durationMs > 0 ? durationMs : 0;
  } catch {
    return 0;
  }
}
