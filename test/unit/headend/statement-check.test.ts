import { expect, test } from 'vitest';
import type { ClassCount } from '../../../src/domain/credit/billing-class.ts';
import { settlePlay } from '../../../src/domain/credit/settle-play.ts';
import type { ClosingStatement } from '../../../src/domain/credit/statements.ts';
import type { Terms } from '../../../src/domain/credit/terms.ts';
import { checkStatement } from '../../../src/headend/billing/statement-check.ts';
import type { PaySessionRow } from '../../../src/ports/headend-stores.ts';
import { CREDIT_TERMS } from '../../fakes/credit-terms.ts';

const [PACKETS, TRIAL] = [9_000, 1_500];
const terms = {
  packets: PACKETS,
  nodes: [{ quoteMinor: '100' }],
  trial: { packets: TRIAL },
  afterTrial: 'continue',
  credit: { ...CREDIT_TERMS, policy: 'rate' },
} as unknown as Terms;
const of = (billingClass: ClassCount['billingClass'], packets: number): ClassCount => ({ node: 0, billingClass, packets });
const acknowledged = [of('trial', TRIAL), of('paid', PACKETS - TRIAL)];
const ids = { sid: 'a', playId: 'b', termsHash: 'c', epoch: 0, confirmEventId: 'd' };
const row = { ...ids, terms, counts: acknowledged, receipt: null, nextSequence: PACKETS, lostPaid: 0 } as unknown as PaySessionRow;

function judged(counts: readonly ClassCount[]) {
  const heard = { counts, unheardPaidPackets: 0, lostPackets: 0 };
  const { chargedMinor, refundMinor } = settlePlay(terms, heard);
  const statement = { ...ids, ...heard, chargedMinor: String(chargedMinor), refundMinor: String(refundMinor) } as unknown as ClosingStatement;
  return checkStatement(row, statement);
}

test('a work that was heard whole, its trial gone on with, costs its price', () => {
  expect(judged(acknowledged)).toMatchObject({ ok: true, value: { chargedMinor: 100n } });
});

test('a box does not pay less by leaving out of its statement the trial that it acknowledged', () => {
  expect(judged([of('paid', PACKETS - TRIAL)])).toMatchObject({ ok: false, error: { code: 'trial-left-out' } });
  expect(judged([of('trial', TRIAL - 251), of('paid', PACKETS - TRIAL)])).toMatchObject({ ok: false, error: { code: 'trial-left-out' } });
});

test('a box that crashed and forgot what no receipt of its trial covered is believed', () => {
  expect(judged([of('trial', TRIAL - 250), of('paid', PACKETS - TRIAL)])).toMatchObject({ ok: true, value: { chargedMinor: 97n } });
});
