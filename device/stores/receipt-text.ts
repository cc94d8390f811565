import type { EndReason } from '../../src/domain/credit/statements.ts';
import { percentText } from '../../src/domain/ledger/tax.ts';
import type { Currency } from '../../src/units/money.ts';
import { formatMoney, money } from '../../src/units/money.ts';
import type { CustomerReceipt, PlayRow } from './book-port.ts';
import type { NumberedReceipt } from './tax-rows.ts';

const REASON_WORDS: Readonly<Record<EndReason, string>> = {
  finished: 'played to the end',
  stopped: 'stopped at the box',
  skipped: 'skipped',
  'trial-declined': 'not bought after the pre-listen',
  failed: 'the box could not play it to the end',
  closed: 'the box was closed for the day',
};

const PLACE_WORDS: Readonly<Record<NonNullable<PlayRow['refundedTo']>, string>> = {
  credit: 'to your credit at this box',
  claim: 'to the claim code',
  unclaimed: 'kept for you by the operator: show this receipt',
  account: 'to your account, which does not owe it',
  house: 'to the house, which had paid',
};

/** `3:07`. Milliseconds are cut, not rounded: nobody is told to have heard more than he did. */
export function clockText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** For credit that nobody used: no play, only the way back to the money. */
export function writeClaimReceipt(claimCode: string, amountMinor: bigint, currency: Currency): CustomerReceipt {
  const title = 'Credit left behind';
  const minor = String(amountMinor);
  const text = `${title}\n${formatMoney(money(amountMinor, currency))} waited too long\nThe code ${claimCode} brings them back at this box`;
  const nothing = { artist: '', quoteMinor: '0', chargedMinor: '0', heardMs: 0, durationMs: 0 };
  return { ...nothing, playId: `claim:${claimCode}`, title, refundMinor: minor, refundedTo: 'claim', claimCode, currency, endReason: 'left-behind', text };
}

function numberedLines({ number, grossMinor, tax }: NumberedReceipt, amount: (minor: bigint) => string): readonly string[] {
  const line = `Receipt ${number}`;
  if (tax === null) return [line];
  return [
    line,
    `${amount(grossMinor)} include ${amount(tax.taxMinor)} ${tax.name} (${percentText(tax.milliPercent)} %), net ${amount(grossMinor - tax.taxMinor)}`,
  ];
}

/** The customer's receipt in words: what was played, how far, what it cost, what came back and where it went. */
export function writeReceipt(
  play: PlayRow & { readonly endNote: string | null },
  currency: Currency,
  durationMs: number,
  started: boolean,
  premiumMinor: bigint,
  numbered: NumberedReceipt | null,
): CustomerReceipt {
  const charged = play.chargedMinor ?? 0n;
  const refund = play.refundMinor ?? 0n;
  const reason = play.endReason ?? 'closed';
  const amount = (minor: bigint): string => formatMoney(money(minor, currency));
  const heard = durationMs > 0 ? `Heard ${clockText(play.heardMs)} of ${clockText(durationMs)}` : `Heard ${clockText(play.heardMs)}`;
  const end = started ? REASON_WORDS[reason] : `it never started: ${REASON_WORDS[reason]}`;
  const noted = play.endNote === null ? end : `${end}: ${play.endNote}`;
  const name = play.artist === '' ? play.title : `${play.title} - ${play.artist}`;
  const lines = [name, `${heard} (${noted})`, `Price ${amount(play.quoteMinor)}, charged ${amount(charged)}`];
  if (premiumMinor > 0n) lines.push(`Heard before others for ${amount(premiumMinor)} more`);
  if (refund > 0n && play.refundedTo !== null)
    lines.push(`Refunded ${amount(refund)} ${PLACE_WORDS[play.refundedTo]}${play.claimCode === null ? '' : ` ${play.claimCode}`}`);
  if (numbered !== null) lines.push(...numberedLines(numbered, amount));
  return {
    ...(numbered === null ? {} : { number: numbered.number }),
    playId: play.playId,
    title: play.title,
    artist: play.artist,
    quoteMinor: String(play.quoteMinor),
    chargedMinor: String(charged),
    refundMinor: String(refund),
    ...(premiumMinor > 0n ? { premiumMinor: String(premiumMinor) } : {}),
    refundedTo: play.refundedTo,
    claimCode: play.claimCode,
    currency,
    heardMs: play.heardMs,
    durationMs,
    endReason: reason,
    text: lines.join('\n'),
  };
}
