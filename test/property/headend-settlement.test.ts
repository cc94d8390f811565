import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import type { HeadendBook } from '../../src/headend/stores/headend-book.ts';
import type { PaySessionRow } from '../../src/ports/headend-stores.ts';
import { bookFixture, EVENT_ID, enrol, offeredSession, progressOf, receiptOf, settleWith, statementOf } from '../unit/headend/stores/book-fixture.ts';

type Step = 'early-progress' | 'progress' | 'early-receipt' | 'receipt' | 'confirm' | 'settle';
const STEPS: readonly Step[] = ['early-progress', 'progress', 'early-receipt', 'receipt', 'confirm', 'settle'];

function take(book: HeadendBook, row: PaySessionRow, step: Step, paid: number, unheard: number): void {
  const signature = new Uint8Array(64);
  const early = Math.floor(paid / 2);
  if (step === 'early-progress') book.mergeProgress([progressOf(row, 100, early)]);
  if (step === 'progress') book.mergeProgress([progressOf(row, 250, paid)]);
  if (step === 'early-receipt') book.putReceipt(row.sid, receiptOf(row, 100, early, 4), Uint8Array.of(4), signature);
  if (step === 'receipt') book.putReceipt(row.sid, receiptOf(row, 250, paid, 9), Uint8Array.of(9), signature);
  if (step === 'confirm') book.putConfirmation(row.sid, EVENT_ID);
  if (step === 'settle') settleWith(book, statementOf(row, 250, paid, { unheardPaidPackets: Math.min(unheard, paid) }));
}

it('makes the same bill whatever the order and the repetition of what arrives', () => {
  const fixture = bookFixture();
  onTestFinished(() => fixture.remove());
  const { book } = fixture;
  const outlet = enrol(book);
  let play = 0;
  const disorder = fc.array(fc.constantFrom(...STEPS), { maxLength: 14 });
  fc.assert(
    fc.property(disorder, fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 0, max: 53 }), (steps, paid, unheard) => {
      play += 1;
      const before = book.ledgerTotalMinor();
      const row = book.openSession(offeredSession(outlet, `play ${play}`));
      // What is sent again and again arrives at last: progress first, then the statement.
      for (const step of [...steps, 'progress', 'settle'] as const) take(book, row, step, paid, unheard);
      const expected = statementOf(row, 250, paid, { unheardPaidPackets: Math.min(unheard, paid) }).chargedMinor;
      expect((book.ledgerTotalMinor() - before).toString()).toBe(expected);
      expect(book.session(row.sid)?.state).toBe('closed');
      expect(book.bills(1)[0]).toMatchObject({ sid: row.sid, paidPackets: paid, basis: 'statement' });
    }),
    { numRuns: 60 },
  );
  expect(book.bills(1_000)).toHaveLength(play);
  expect(book.auditLedger()).toBeNull();
});
