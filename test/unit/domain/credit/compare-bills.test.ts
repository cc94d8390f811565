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
    expect(bills[0]).toEqual({ side: 'box', byReceiptMinor: 20n, byReceiptMostMinor: 20n, byStatementMinor: 25n, bookedMinor: 25n, paidPackets: 500 });
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

describe('a booking without a closing statement', () => {
  const nodes = [{ ...terms.nodes[0], quoteMinor: '5000' }];
  const dear = { ...terms, nodes };
  const waiting = held('box', { statement: null, bookedMinor: null });

  function billed(receipt: HeldEvidence['receipt'], bookedMinor: bigint): HeldEvidence {
    return held('headend', { receipt, statement: null, bookedMinor });
  }

  test('a play that was abandoned and billed by its receipt agrees, while the box only holds the price', () => {
    expect(compareBills(terms, [waiting, billed(receiptOf(400, 400), 20n)]).differences).toEqual([]);
  });

  test('a receipt of ten packets does not prove the full price', () => {
    expect(compareBills(terms, [billed(receiptOf(10, 10), 50n)]).differences).toEqual([
      'headend: the books say 50 without a closing statement, the last receipt of 10 paid packets is worth 1 minor units of EUR',
    ]);
  });

  test.each<[string, Terms, HeldEvidence['receipt'], bigint, bigint]>([
    ['of the whole work', dear, receiptOf(400, 400), 2_000n, 2_030n],
    [
      'of what was sold of it',
      {
        ...dear,
        parts: [
          { packets: 900, node: 0, billingClass: 'free' },
          { packets: 100, node: 0, billingClass: 'paid' },
        ],
      },
      receiptOf(10, 10),
      500n,
      505n,
    ],
    [
      'of what follows a trial that is gone on with',
      { ...dear, afterTrial: 'continue' },
      receiptOf(100, 600, [{ node: 0, billingClass: 'trial', packets: 500 }]),
      1_000n,
      1_014n,
    ],
  ])('lies between nothing lost and all losses forgiven that can be, %s', (_what, agreed, receipt, least, most) => {
    const [bill] = compareBills(agreed, [billed(receipt, least)]).bills;
    expect(bill).toMatchObject({ byReceiptMinor: least, byReceiptMostMinor: most });
    const differs = [least - 1n, least, most, most + 1n].map((booked) => compareBills(agreed, [billed(receipt, booked)]).differences.length);
    expect(differs).toEqual([1, 0, 0, 1]);
    expect(compareBills(agreed, [billed(receipt, most + 1n)]).differences[0]).toContain(`is worth ${least} to ${most} minor units of EUR`);
  });

  test.each(['box', 'headend'])('is not believed of the %s where nothing at all proves it', (side) => {
    const none = { receipt: null, statement: null };
    expect(compareBills(terms, [held(side, { ...none, bookedMinor: 1n })]).differences).toEqual([
      `${side}: the books say 1 minor units of EUR, and neither a receipt nor a closing statement proves any of it`,
    ]);
    for (const bookedMinor of [0n, null]) expect(compareBills(terms, [held(side, { ...none, bookedMinor })]).differences).toEqual([]);
  });

  test('is proved by the statement that the other side holds, where a box has let go of its own', () => {
    expect(compareBills(terms, [held('box', { statement: null }), held('headend')]).differences).toEqual([]);
  });
});
