import type { EndReason } from '../../src/domain/credit/statements.ts';
import { type HeardOfLoan, type LoanTerms, type LoanUse, rateLoanUse } from '../../src/domain/licence/loan-terms.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { toHex } from '../../src/units/bytes.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import { signedLoanUseBytes } from '../../src/wire/loan-text.ts';
import type { Book } from '../stores/book-port.ts';

export interface UseFacts extends HeardOfLoan {
  readonly terms: LoanTerms;
  readonly termsText: string;
  readonly playId: string;
  readonly heardMs: number;
  readonly endReason: EndReason;
  readonly wallMs: number;
  readonly paidBy: FundsOfUse;
}

export type FundsOfUse = Required<Pick<LoanUse, 'onAccount' | 'heardThrough'>>;

/** The box's word on one use of a checked-out title, rated here by the signed terms: both sides make the bill of exactly this. */
export function stateUse(
  facts: UseFacts,
  signer: Signer,
): { readonly chargedMinor: bigint; readonly use: { readonly text: string; readonly signature: string } } {
  const { terms, termsText, playId, trialPackets, paidPackets, heardMs, endReason, wallMs, paidBy } = facts;
  const chargedMinor = rateLoanUse(terms, { trialPackets, paidPackets });
  const statement: LoanUse = {
    version: 1,
    licence: terms.licence,
    termsHash: sha256Hex(termsText),
    playId,
    trialPackets,
    paidPackets,
    heardMs: Math.floor(heardMs),
    chargedMinor: String(chargedMinor),
    ...paidBy,
    endReason,
    wallMs: Math.floor(wallMs),
  };
  const text = canonicalJson(statement);
  return { chargedMinor, use: { text, signature: toHex(signer.sign(signedLoanUseBytes(text))) } };
}

/** Read once the use is over: what the headend heard of meanwhile is not unheard of any more. */
export async function fundsOfUse(book: Pick<Book, 'play' | 'outboxState'>, playId: string): Promise<FundsOfUse> {
  const [play, { acknowledgedThrough }] = await Promise.all([book.play(playId), book.outboxState()]);
  return { onAccount: play?.fundingSource === 'account', heardThrough: acknowledgedThrough };
}
