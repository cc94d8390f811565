import { describe, expect, test } from 'vitest';
import { compareBills, type HeldEvidence } from '../../../../src/domain/credit/compare-bills.ts';
import type { ClosingStatement } from '../../../../src/domain/credit/statements.ts';
import type { Terms } from '../../../../src/domain/credit/terms.ts';
import { asId } from '../../../../src/units/ids.ts';
import { receiptOf, TERMS } from './credit-fixtures.ts';

const sid = asId<Terms['sid']>('00'.repeat(16));
const terms = {
  ...{ version: 1, sid, account: asId('a'), outlet: asId('o'), location: asId('l'), licence: asId('c'), work: asId('w') },
  ...{ packets: 1_000, packetMs: 20, currency: 'EUR', pricingStateHash: '', credit: TERMS, trial: null, afterTrial: 'restart' },
  nodes: [{ id: asId('n'), vendor: asId('v'), modelHash: '', quoteMinor: '50' }],
  ...{ deviceEphemeral: '', headendEphemeral: '', issuedAtMs: 0, expiresAtMs: 1 },
} as const satisfies Terms;

function statement(paid: number, chargedMinor: string, refundMinor: string): ClosingStatement {
  const counts = [{ node: 0, billingClass: 'paid', packets: paid }] as const;
  const whole = { version: 1, sid, playId: 'p', epoch: 0, counts, unheardPaidPackets: 0, lostPackets: 0, heardMs: 0 } as const;
  return { ...whole, confirmEventId: null, chargedMinor, refundMinor, endReason: 'stopped', termsHash: '', wallMs: 0 };
}

function held(side: string, over: Partial<HeldEvidence> = {}): HeldEvidence {
  return { side, receipt: receiptOf(400, 400), statement: statement(500, '25', '25'), bookedMinor: 25n, ...over };
}

describe('the bill of a play, from what each side holds', () => {
  test('where all agrees there is nothing to say', () => {
    const { bills, differences } = compareBills(terms, [held('box'), held('headend')]);
    expect(differences).toEqual([]);
    expect(bills[0]).toEqual({ side: 'box', byReceiptMinor: 20n, byStatementMinor: 25n, bookedMinor: 25n, paidPackets: 500 });
  });

  test('an older receipt at one side, and an open play, are no differences', () => {
    const open = { statement: null, bookedMinor: null };
    const older = { ...receiptOf(300, 300), ackCounter: 0 };
    expect(compareBills(terms, [held('box', open), held('headend', { ...open, receipt: older })]).differences).toEqual([]);
  });

  test.each<[string, Partial<HeldEvidence>, RegExp]>([
    ['a charge that the counts do not cost', { statement: statement(500, '26', '24') }, /headend: the closing statement charges 26, its counts cost 25/],
    ['books that say another amount', { bookedMinor: 26n }, /box has booked 25, headend 26/],
    ['a statement below a receipt', { receipt: receiptOf(501, 501) }, /headend: a receipt covers 501 paid packets, the closing statement only 500/],
    ['two statements', { statement: statement(600, '30', '20'), bookedMinor: 30n }, /closing statements: box counts 500 paid packets, headend 600/],
    ['the same receipt with other counts', { receipt: receiptOf(399, 399) }, /receipts: box holds 400 paid packets at counter 1, headend 399 at 1/],
    [
      'a newer receipt with less',
      { receipt: { ...receiptOf(200, 200), ackCounter: 9 } },
      /receipts: box holds 400 paid packets at counter 1, headend 200 at 9/,
    ],
    ['more than the work has', { receipt: receiptOf(1_001, 0), statement: null }, /headend: 1001 packets are counted as paid, the work has 1000/],
  ])('says in words: %s', (_what, over, words) => {
    expect(compareBills(terms, [held('box'), held('headend', over)]).differences.join('\n')).toMatch(words);
  });
});
