import type { BookCore } from './book-core.ts';
import { type Claim, makeClaimCode } from './claim-rows.ts';
import { giveCredit, prepaid } from './payer-credit.ts';
import type { Payer } from './payer-rows.ts';
import { writeClaimReceipt } from './receipt-text.ts';

/**
 * Inside a transaction: the payer goes, and what is left of his credit waits under a code.
 * @param source why, on the cash line
 */
export function leaveAsClaim(core: BookCore, payer: Payer, source: string): { readonly claimCode: string; readonly amountMinor: bigint } | null {
  const { payers, random, claims, receipts, options } = core.parts;
  const { payerId } = payer;
  const amountMinor = prepaid(core, payerId);
  if (amountMinor === 0n) {
    payers.close(payerId);
    return null;
  }
  const claimCode = makeClaimCode(random);
  const key = `claim:${claimCode}`;
  core.post({ key, debit: 'patron-credit', credit: 'unclaimed', amountMinor, party: payerId, playId: null, reason: 'claim-issued' });
  const funds = payers.take(payerId, amountMinor);
  claims.issue({ code: claimCode, amountMinor, funds, payerId, playId: null }, core.nowMs());
  payers.close(payerId);
  core.recordCash({ event: 'claim-issued', key, payer: payerId, playId: null, amountMinor, source });
  receipts.put(writeClaimReceipt(claimCode, amountMinor, options.currency), true);
  return { claimCode, amountMinor };
}

/** Inside a transaction: what waits under a code becomes the payer's. */
export function takeClaim(core: BookCore, claim: Claim, payer: Payer): void {
  const { code, amountMinor, funds } = claim;
  const key = `claim-redeemed:${code}`;
  giveCredit(core, payer, { key, amountMinor, from: 'unclaimed', reason: 'claim-redeemed', funds, playId: null });
  core.parts.claims.redeem(code, payer.payerId, core.nowMs());
  core.recordCash({ event: 'claim-redeemed', key, payer: payer.payerId, playId: null, amountMinor, source: 'claim' });
}
