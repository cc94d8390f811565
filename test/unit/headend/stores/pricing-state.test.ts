import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import type { NewEvent } from '../../../../src/headend/stores/pricing-event-rows.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { decimalText, roundToMinor } from '../../../../src/units/rational.ts';
import { encodeModel } from '../../../../src/wire/model-json.ts';
import { instantText, parseInstant, readUsageFile } from '../../../../src/wire/rating-json.ts';
import { type BookFixture, bookFixture } from './book-fixture.ts';

interface PriceCase {
  readonly id: string;
  readonly title: string;
  readonly model_xml: string;
  readonly time_zone?: string;
  readonly evaluate_until: string;
  readonly expected: {
    readonly total_amount_due: string;
    readonly cycles: readonly ({ readonly start: string; readonly end: string } & Readonly<Record<string, unknown>>)[];
  };
}
const { cases } = JSON.parse(readFileSync(new URL('../../../cases/pricing.json', import.meta.url), 'utf8')) as { cases: PriceCase[] };

let fixture: BookFixture | null = null;
afterEach(() => {
  fixture?.remove();
  fixture = null;
});

function open(given: PriceCase) {
  const usage = readUsageFile(given);
  const [model] = readModels(given.model_xml, 'lenient').models;
  if (!usage.ok || model === undefined) throw new Error('the case cannot be read');
  const { licenceStartMs: startMs, currency, timeZone, events } = usage.value;
  fixture = bookFixture(startMs);
  const { book, clock } = fixture;
  const text = encodeModel(model);
  const modelHash = sha256Hex(text);
  const vendor = book.defaults().vendor;
  expect(book.putPriceModel({ hash: modelHash, modelId: model.modelId, vendor, text, source: given.model_xml })).toMatchObject({ ok: true });
  const key = { userId: 'u1', resourceId: 'r1', modelHash, currency };
  const licence = book.openPricingLicence({ ...key, startMs, timeZone });
  const news: readonly NewEvent[] = events.map((event, index) => ({
    ...key,
    ...{ event: `e${String(index).padStart(3, '0')}`, kind: event.kind, playId: null, standing: true, startMs: event.startMs },
    durationMs: event.kind === 'use' ? event.durationMs : 0,
    amountMinor: event.kind === 'accept' ? roundToMinor(event.amount, 2) : null,
  }));
  const untilMs = parseInstant(given.evaluate_until) ?? 0;
  const refreshAt = async (atMs: number): Promise<void> => {
    await clock.advance(Math.max(0, atMs - clock.wallMs()));
    while (book.refreshLicences(10) > 0);
  };
  return { book, path: fixture.path, licence, news, untilMs, refreshAt };
}

/** Closed cycles with their adjustment lines, as the case lists them. */
function billed({ book, licence }: Pick<ReturnType<typeof open>, 'book' | 'licence'>) {
  const row = book.licenceNumbered(licence);
  if (row === null) throw new Error('no licence');
  const lines = book.cycleAdjustments(row);
  const bills = book.cycleInvoices(row).toSorted((left, right) => left.startMs - right.startMs);
  return bills.map((bill) => {
    const own = lines.filter(({ cycleStartMs, cycleEndMs }) => cycleStartMs === bill.startMs && cycleEndMs === bill.endMs);
    const columns = Object.entries(bill.columns).map(([name, minor]) => {
      return [
        name,
        decimalText(
          own.reduce((sum, line) => (line.column === name ? sum + line.differenceMinor : sum), minor),
          2,
        ),
      ] as const;
    });
    return { start: instantText(bill.startMs), end: instantText(bill.endMs), ...Object.fromEntries(columns) };
  });
}

function expectedColumns({ expected }: PriceCase) {
  const names = [
    'start',
    'end',
    'fixed_rate_use_cost',
    'metered_use_cost',
    'billing_cycle_cost',
    'installment_cost',
    'simple_flat_rate_cost',
    'discount_this_cycle',
  ];
  return expected.cycles.map((cycle) => Object.fromEntries(names.map((name) => [name, cycle[name]])));
}

describe('the cache of a licence, its closed cycles and the ledger', () => {
  test.each(cases)('$id $title: as the hand says, when events come in time', async (given) => {
    const scene = open(given);
    const waiting = scene.news.toSorted((left, right) => left.startMs - right.startMs);
    for (const event of waiting) {
      await scene.refreshAt(event.startMs + event.durationMs);
      scene.book.recordUses([event]);
    }
    await scene.refreshAt(scene.untilMs);
    expect(billed(scene)).toMatchObject(expectedColumns(given));
    expect(scene.book.auditPricing()).toMatchObject({ licences: 1, events: scene.news.length, findings: [] });
    expect(decimalText(scene.book.ledgerTotalMinor(), 2)).toBe(given.expected.total_amount_due);
    expect(scene.book.auditLedger()).toBeNull();
  });

  test.each(cases)('$id: the same, when all events come after everything was closed, last first and twice', async (given) => {
    const scene = open(given);
    await scene.refreshAt(scene.untilMs);
    for (const event of scene.news.toReversed()) {
      scene.book.recordUses([event, event]);
      await scene.refreshAt(scene.untilMs);
    }
    expect(billed(scene)).toMatchObject(expectedColumns(given));
    expect(scene.book.auditPricing().findings).toEqual([]);
    expect(decimalText(scene.book.ledgerTotalMinor(), 2)).toBe(given.expected.total_amount_due);
  });

  const [, , , , , , , , , , triggers = cases[0]] = cases;

  async function closedScene() {
    if (triggers === undefined) throw new Error('no case');
    const scene = open(triggers);
    scene.book.recordUses(scene.news);
    await scene.refreshAt(scene.untilMs);
    return scene;
  }

  test.each([
    ['a figure of the running state', 'UPDATE pricing_state_info SET use_count = use_count + 1', 'pricing_state_info'],
    ['an itemised use', "UPDATE billing_entries SET subtotal = '99'", 'billing_entries'],
    ['a use that is missing there', 'DELETE FROM billing_entries', 'billing_entries'],
    ['a posting', "UPDATE ledger_transfers SET amount_minor = amount_minor + 1 WHERE key GLOB 'cycle:*'", 'the ledger'],
    ['a closed cycle', 'UPDATE cycle_invoices SET bill = replace(bill, \'"fixed_rate_use_cost":"\', \'"fixed_rate_use_cost":"9\')', 'closed cycle'],
  ])('the audit finds %s that somebody changed', async (_what, sql, named) => {
    const { book, path } = await closedScene();
    expect(book.auditPricing().findings).toEqual([]);
    const raw = new Database(path);
    for (const trigger of ['cycle_invoices_stay', 'ledger_transfers_stay']) raw.exec(`DROP TRIGGER ${trigger}`);
    expect(raw.prepare(sql).run().changes).toBeGreaterThan(0);
    raw.close();
    expect(
      book
        .auditPricing()
        .findings.map(({ problem }) => problem)
        .join('\n'),
    ).toContain(named);
  });

  test('a closed cycle and an event are never rewritten', async () => {
    const { path } = await closedScene();
    const raw = new Database(path);
    for (const sql of [
      'UPDATE cycle_invoices SET bill = bill',
      'DELETE FROM cycle_invoices',
      'UPDATE usage_events SET start_ms = 0',
      'DELETE FROM usage_events',
    ])
      expect(() => raw.exec(sql)).toThrow(/never/);
    raw.close();
  });
});
