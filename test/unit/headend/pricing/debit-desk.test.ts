import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { DebitDesk } from '../../../../src/headend/pricing/debit-desk.ts';
import { VendorDesk } from '../../../../src/headend/pricing/vendor-desk.ts';
import { type BookFixture, bookFixture } from '../stores/book-fixture.ts';

let fixture: BookFixture | null = null;
afterEach(() => {
  fixture?.remove();
  fixture = null;
});

/** 1.00 a use, from the third use of a month on 0.50; 2.00 a month. */
const XML = `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="d"/><description>d</description><pricingExpression>
  <billingCycle><monthly dayOfMonth="1"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="EUR" value="1"/>
  <billingCycleCost currency="EUR" value="2"/></billingAttributes><triggerDefinitions><instanceTrigger><triggerEntry>
  <condition type="integer" value="2"/><billingModificationAttributes><fixedRateUseCost currency="EUR" value="0.50"/></billingModificationAttributes>
  </triggerEntry></instanceTrigger></triggerDefinitions></alternatePricing></pricingExpression></pricingModel>`;

test('uses are debited in groups at what they cost after those before, once by their keys, and the month comes beside them', async () => {
  const opened = bookFixture();
  fixture = opened;
  const { book, clock } = opened;
  const uploaded = new VendorDesk(book).upload(readModels, book.defaults().vendor, XML);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  const startMs = clock.wallMs();
  const licence = book.openPricingLicence({ userId: 'u1', resourceId: 'r1', modelHash: uploaded.value.hash, currency: 'EUR', startMs, timeZone: 'UTC' });
  const desk = new DebitDesk(book);
  const use = (key: string, atMs: number) => ({ key, licence, startMs: startMs + atMs, durationMs: 1_000 });
  expect(desk.debit([use('a', 1_000), use('b', 2_000)])).toMatchObject({ ok: true, value: [{ minor: 100n }, { minor: 100n }] });
  // Known already, then two new ones, of which one stands there twice.
  const again = desk.debit([use('b', 2_000), use('c', 3_000), use('c', 3_000), use('d', 4_000)]);
  expect(again).toMatchObject({ ok: true, value: [{ minor: 100n }, { minor: 50n }, { minor: 50n }, { minor: 50n }] });
  // Somebody else writes under the licence: it is noticed.
  const row = book.licenceNumbered(licence);
  if (row === null) throw new Error('no licence');
  book.recordUses([{ ...row, licence: row, event: 'x', kind: 'use', playId: null, startMs: startMs + 500, durationMs: 0, amountMinor: 100n }]);
  expect(new DebitDesk(book).debit([use('e', 5_000)])).toMatchObject({ value: [{ minor: 50n }] });
  expect(book.ledgerTotalMinor()).toBe(450n);
  expect(desk.debit([use('f', 6_000), { ...use('g', 1), licence: 99 }])).toMatchObject({ ok: false, error: { code: 'not-found' } });
  expect(desk.debit([use('f', 6_000), use('a', 7_000)])).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect(desk.debit([use('early', -1)])).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  expect(book.pricingEvents(licence)).toHaveLength(6);
  await clock.advance(40 * 86_400_000);
  while (book.refreshLicences(10) > 0) {}
  // Six uses cost 1 + 1 + 4 x 0.50, as the one that came late was before: 4.00, and the month 2.00.
  expect(book.ledgerTotalMinor()).toBe(600n);
  expect(book.auditPricing().findings).toEqual([]);
  expect(book.auditLedger()).toBeNull();
});

test('a desk that remembers a licence notices what another one debited, and that the licence has ended', () => {
  const opened = bookFixture();
  fixture = opened;
  const { book, clock } = opened;
  const uploaded = new VendorDesk(book).upload(readModels, book.defaults().vendor, XML);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  const startMs = clock.wallMs();
  const open = (resourceId: string): number =>
    book.openPricingLicence({ userId: 'u1', resourceId, modelHash: uploaded.value.hash, currency: 'EUR', startMs, timeZone: 'UTC' });
  const [one, other] = [open('r1'), open('r2')];
  const use = (licence: number, key: string, atMs: number) => ({ key, licence, startMs: startMs + atMs, durationMs: 1_000 });
  const [desk, another] = [new DebitDesk(book), new DebitDesk(book)];
  expect(desk.debit([use(one, 'a', 1_000), use(other, 'b', 1_000)])).toMatchObject({ value: [{ minor: 100n }, { minor: 100n }] });
  expect(another.debit([use(one, 'c', 2_000)])).toMatchObject({ value: [{ minor: 100n }] });
  // The third under one licence, the second under the other; and what the other desk debited is not debited again.
  expect(desk.debit([use(one, 'd', 3_000), use(one, 'c', 2_000), use(other, 'e', 3_000)])).toMatchObject({
    value: [{ minor: 50n }, { minor: 100n }, { minor: 100n }],
  });
  book.endPricingLicence(other, startMs + 4_000);
  expect(desk.debit([use(one, 'f', 5_000), use(other, 'g', 5_000)])).toMatchObject({ ok: false, error: { code: 'not-found' } });
  expect(desk.debit([use(one, 'f', 5_000)])).toMatchObject({ value: [{ minor: 50n }] });
  expect(book.pricingEvents(one)).toHaveLength(4);
});

test('a use that comes late, at the same moment, within another or over the end of the month costs what a replay says, in a group or alone', async () => {
  const opened = bookFixture();
  fixture = opened;
  const { book, clock } = opened;
  const uploaded = new VendorDesk(book).upload(readModels, book.defaults().vendor, XML);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  const startMs = clock.wallMs();
  const open = (resourceId: string): number =>
    book.openPricingLicence({ userId: 'u1', resourceId, modelHash: uploaded.value.hash, currency: 'EUR', startMs, timeZone: 'UTC' });
  const [one, other] = [open('r1'), open('r2')];
  const month = 31 * 86_400_000;
  const uses = [
    { key: 'a', atMs: 1_000, durationMs: 5_000 },
    { key: 'same', atMs: 1_000, durationMs: 5_000 },
    { key: 'within', atMs: 2_000, durationMs: 1_000 },
    { key: 'late', atMs: 500, durationMs: 100 },
    { key: 'after', atMs: 9_000, durationMs: 1_000 },
    { key: 'over', atMs: 10_000, durationMs: month },
    { key: 'next', atMs: month + 20_000, durationMs: 1_000 },
  ];
  const together = new DebitDesk(book).debit(uses.map(({ atMs, ...use }) => ({ ...use, licence: one, startMs: startMs + atMs })));
  const desk = new DebitDesk(book);
  const alone = uses.map(({ atMs, key, durationMs }) => desk.debit([{ key: `${key}/2`, durationMs, licence: other, startMs: startMs + atMs }]));
  const minors = [100n, 100n, 50n, 100n, 50n, 50n, 100n];
  expect(together).toMatchObject({ ok: true, value: minors.map((minor) => ({ minor })) });
  expect(alone).toMatchObject(minors.map((minor) => ({ ok: true, value: [{ minor }] })));
  await clock.advance(3 * month);
  while (book.refreshLicences(10) > 0) {}
  expect(book.auditPricing().findings).toEqual([]);
  expect(book.auditLedger()).toBeNull();
});

test('a debit of before, whose key names the event itself, stands in the statement with its title', () => {
  const opened = bookFixture();
  fixture = opened;
  const { book, clock, path } = opened;
  const uploaded = new VendorDesk(book).upload(readModels, book.defaults().vendor, XML);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  const startMs = clock.wallMs();
  const open = (resourceId: string): number =>
    book.openPricingLicence({ userId: 'u1', resourceId, modelHash: uploaded.value.hash, currency: 'EUR', startMs, timeZone: 'UTC' });
  const use = (resourceId: string, key: string) => ({ key, licence: open(resourceId), startMs: startMs + 1_000, durationMs: 1_000 });
  expect(new DebitDesk(book).debit([use('archive', 'use-7'), use('news', '2')])).toMatchObject({ ok: true });
  const raw = new Database(path);
  const insert = `INSERT INTO ledger_transfers (key, debit, credit, amount_minor, currency, party, reason, posted_at_ms) VALUES (?, 'account-debt', 'earned', 100, 'EUR', 'u1', 'bill', 0)`;
  for (const key of ['debit:use-7', 'debit:2', 'debit:unheard-of']) raw.prepare(insert).run(key);
  raw.close();
  expect(book.accountLines('u1', 9).map(({ kind, title }) => [kind, title])).toEqual([
    ['use', ''],
    ['use', 'news'],
    ['use', 'archive'],
    ['use', 'news'],
    ['use', 'archive'],
  ]);
});
