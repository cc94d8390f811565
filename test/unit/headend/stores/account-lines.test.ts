import { afterEach, expect, test } from 'vitest';
import type { LoanTerms, LoanUse } from '../../../../src/domain/licence/loan-terms.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { generateDeviceKey } from '../../../../src/platform/crypto/ed25519-signer.ts';
import type { OutletRow } from '../../../../src/ports/headend-stores.ts';
import { toHex } from '../../../../src/units/bytes.ts';
import { asId } from '../../../../src/units/ids.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';
import { signedLoanUseBytes } from '../../../../src/wire/loan-text.ts';
import { encodeModel } from '../../../../src/wire/model-json.ts';
import { BookFolder } from '../../../fakes/book-folder.ts';
import { modelOf } from '../../../fakes/price-scene.ts';
import { type BookFixture, bookFixture, EVENT_ID, enrolKey, offeredSession, progressOf, record, settleWith, statementOf, work } from './book-fixture.ts';

const START_MS = 1_800_000_000_000;
const DAY_MS = 86_400_000;
/** 5.00 a month and 0.40 a use; from the second use of a month on 0.30 come back at its end. */
const MONTHLY = encodeModel(
  modelOf(
    `<billingCycle><timePeriod days="30"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="EUR" value="0.40"/><billingCycleCost currency="EUR" value="5.00"/></billingAttributes>
     <triggerDefinitions><instanceTrigger><triggerEntry><condition value="2"/><discountThisCycle currency="EUR" value="0.30"/></triggerEntry></instanceTrigger></triggerDefinitions></alternatePricing>`,
  ),
);
const HASH = sha256Hex(MONTHLY);
const NODE = { id: asId('monthly'), vendor: asId('vendor'), modelHash: HASH, quoteMinor: '40' } as never;

let fixture: BookFixture;
const device = new BookFolder('set-top');
afterEach(() => {
  fixture.remove();
  device.remove();
});

function stream(outlet: OutletRow, name: string): void {
  const { book, clock } = fixture;
  const row = book.openSession(offeredSession(outlet, name, { nodes: [NODE], work: asId(work('song').id), issuedAtMs: clock.wallMs() }));
  book.putConfirmation(row.sid, EVENT_ID);
  book.mergeProgress([progressOf(row, 0, 3_000)]);
  expect(settleWith(book, statementOf(row, 0, 3_000)).agreed).toBe(true);
}

/** A use of the same work, checked out, as its box reports it. */
function lend(outlet: OutletRow, signer: ReturnType<typeof generateDeviceKey>['signer'], sequence: number, wallMs: number): void {
  const { book } = fixture;
  const terms: LoanTerms = {
    ...{ version: 1, licence: asId('loan-1'), account: outlet.account, outlet: outlet.outlet, location: outlet.location, work: asId(work('song').id) },
    ...{ resourceKind: 'work', packets: 3_000, currency: 'EUR', nodes: [NODE], pricingStateHash: sha256Hex('state'), trialPackets: 0, afterTrial: 'continue' },
    rights: { mode: 'intermittent', pulseMs: null, unlock: 'lease', protection: 'aes-gcm-segments' },
    ...{ floorMinor: '1000', endMs: null, issuedAtMs: START_MS },
  };
  const text = canonicalJson(terms);
  book.putLoanTerms('loan-1', outlet.outlet, { termsHash: sha256Hex(text), terms: text, signature: '' });
  const use: LoanUse = {
    ...{ version: 1, licence: asId('loan-1'), termsHash: sha256Hex(text), playId: `loan-${sequence}`, trialPackets: 0, paidPackets: 3_000 },
    ...{ heardMs: 60_000, chargedMinor: '40', endReason: 'finished', wallMs },
  };
  const statement = canonicalJson(use);
  const body = canonicalJson({ loanUse: { statement, signature: toHex(signer.sign(signedLoanUseBytes(statement))) } });
  expect(book.intake(outlet.outlet, 'g', [record(sequence, body)], START_MS)).toMatchObject({ acknowledgedThrough: sequence });
}

test('one model covers what is streamed and what is lent; what it charges beside them reaches the ledger of the box once, as lines of their own', async () => {
  fixture = bookFixture(START_MS);
  const { book, clock } = fixture;
  const { signer } = generateDeviceKey();
  const outlet = enrolKey(book, signer.publicKey, 'set-top');
  book.putWork(work('song'), 'song');
  book.putPriceModel({ hash: HASH, modelId: 'monthly', vendor: book.defaults().vendor, text: MONTHLY, source: null });
  const rights = { mode: 'intermittent', pulseMs: null, unlock: 'lease', protection: 'aes-gcm-segments' } as const;
  book.openCheckout({
    ...{ licence: 'loan-1', account: outlet.account, resource: work('song').id, resourceKind: 'work', modelHash: HASH, rights, status: 'active' },
    ...{ startMs: START_MS, endMs: null, periodMs: null, latestEndMs: null, licenceChangedAtMs: START_MS, statusChangedAtMs: START_MS, events: [] },
  });
  stream(outlet, 'first');
  // Its box has no clock: the use is counted from when its terms were signed, and never before.
  lend(outlet, signer, 1, 12);
  const [licence, ...others] = book.pricingLicences(outlet.account);
  expect(others).toEqual([]);
  expect(licence === undefined ? [] : book.pricingEvents(licence.licence).map(({ startMs }) => startMs)).toEqual([START_MS, START_MS]);
  expect(book.ledgerTotalMinor()).toBe(80n);

  await clock.advance(30 * DAY_MS);
  while (book.refreshLicences(10) > 0);
  expect(book.ledgerTotalMinor()).toBe(80n + 500n - 30n);
  // Told late, by three weeks: a use of the closed month.
  lend(outlet, signer, 2, START_MS + 9 * DAY_MS);
  while (book.refreshLicences(10) > 0);
  expect(book.ledgerTotalMinor()).toBe(120n + 470n);
  expect([book.auditLedger(), book.auditPricing().findings]).toEqual([null, []]);

  const lines = book.accountLinesAfter(outlet.outlet, 0, 10);
  expect(lines.map(({ title, minor }) => [title, minor])).toEqual([['song', 470n]]);
  const told = lines.map(({ number, key, atMs, title, minor }) => ({ number, key, at: new Date(atMs).toISOString(), title, amountMinor: String(minor) }));
  const box = device.open();
  const back = { number: 9, key: 'cycle:9:0', at: '2027-03-01T00:00:00.000Z', title: 'song', amountMinor: '-30' };
  for (const again of [told, [...told, back], [back]]) await box.postAccountLines(again, 9);
  expect(await box.ledger()).toMatchObject({ earnedMinor: 440n, accountDebtMinor: 440n, problem: null });
  expect(await box.getSetting('account-lines-through')).toBe('9');
  const receipts = await box.receipts(5);
  expect(receipts.map(({ chargedMinor, refundMinor }) => [chargedMinor, refundMinor])).toEqual([
    ['0', '30'],
    ['470', '0'],
  ]);
  expect(receipts[0]?.text).toBe('song\nAdjustment of 2027-03-01: 0.30 EUR less than was charged\nRefunded to your account, which does not owe it');
  // A book that was begun anew has earned nothing that could be given back.
  await box.postAccountLines([{ ...back, key: 'cycle:9:1', amountMinor: '-1000' }], 10);
  expect(await box.ledger()).toMatchObject({ earnedMinor: 0n, problem: null });
  box.abandon();
});

test('a venue is told no lines: each play of its guests has its one price', () => {
  fixture = bookFixture(START_MS);
  const { book } = fixture;
  const outlet = enrolKey(book, generateDeviceKey().signer.publicKey);
  book.putPriceModel({ hash: HASH, modelId: 'monthly', vendor: book.defaults().vendor, text: MONTHLY, source: null });
  stream(outlet, 'coin');
  while (book.refreshLicences(10) > 0);
  expect(book.accountLinesAfter(outlet.outlet, 0, 10)).toEqual([]);
});
