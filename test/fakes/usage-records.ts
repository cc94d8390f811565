import { type ProcessingRecord, readProcessingRecord } from '../../src/domain/usage/processing-record.ts';
import { assert } from '../../src/units/assert.ts';

/** A record of a home shopping title in document 003's terms; `at` is seconds after 20:00:00. */
export function shopRecord(sequence: number, at: number, domains: readonly string[], more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: `d1:${sequence}`,
    DeviceId: 'd1',
    Sequence: sequence,
    AccountNo: 'a1',
    OutletNo: 'o1',
    ConsumerId: 'c1',
    TitleDomain: 'shop',
    EventType: 'USAGE',
    Dttm: new Date(Date.UTC(2026, 1, 1, 20) + at * 1_000).toISOString(),
    domains,
    NumberOfUsageDomains: domains.length,
    ...more,
  };
}

/** Document 003, [0058]: menu, category and discounted items, one after the other. */
export function shoppingVisit(): Record<string, unknown>[] {
  return [
    shopRecord(1, 0, ['session'], { EventType: 'SIGN_ON' }),
    shopRecord(2, 10, ['session', 'menu']),
    shopRecord(3, 40, ['session', 'menu', 'category']),
    shopRecord(4, 100, ['session', 'category', 'discounted']),
    shopRecord(5, 160, [], { EventType: 'SIGN_OFF' }),
  ];
}

export function read(record: Readonly<Record<string, unknown>>): ProcessingRecord {
  const outcome = readProcessingRecord(record);
  assert(outcome.ok, outcome.ok ? '' : outcome.error.message);
  return outcome.value;
}
