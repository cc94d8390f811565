import { describe, expect, test } from 'vitest';
import type { UsageBody } from '../../../../src/domain/usage/record-bodies.ts';
import type { UsageEvent } from '../../../../src/domain/usage/usage-record.ts';
import { buildUsageRecord, checkUsageRecord } from '../../../../src/domain/usage/usage-record.ts';

const ORIGIN = { accountNo: 'A-7', outletNo: 'box-1', wallMs: Date.UTC(2026, 10, 21, 20, 15) };
const EVENT: UsageEvent = { eventType: 'USAGE', titleDomain: 'work:w1', domains: ['session', 'work:w1'], placeId: 'box', entryMethod: '3' };

function code(event: Partial<UsageEvent>, origin = ORIGIN): string {
  const built = buildUsageRecord(origin, { ...EVENT, ...event });
  return built.ok ? 'ok' : built.error.code;
}

describe('a usage record', () => {
  test('has all nine standard elements', () => {
    const built = buildUsageRecord(ORIGIN, EVENT);
    expect(built.ok && built.value).toMatchObject({
      AccountNo: 'A-7',
      OutletNo: 'box-1',
      Dttm: '2026-11-21T20:15:00.000Z',
      TitleDomain: 'work:w1',
      NumberOfUsageDomains: 2,
      ConsumerId: null,
      EventType: 'USAGE',
      PlaceId: 'box',
      EntryMethod: '3',
    });
  });

  test('says whose and where it is', () => {
    expect(code({}, { ...ORIGIN, accountNo: '' })).toBe('element-missing');
    expect(code({ placeId: '' })).toBe('element-missing');
    expect(code({ domains: ['x'.repeat(201)] })).toBe('element-too-long');
    expect(code({ domains: Array.from({ length: 33 }, (_, index) => `d${index}`) })).toBe('element-too-long');
  });

  test('carries data of its own event only', () => {
    const order = { paymentMethod: 'paid', items: 1, totalMinor: '100', currency: 'EUR' };
    expect(code({ eventType: 'VIEW_FEATURE' })).toBe('data-missing');
    expect(code({ eventType: 'VIEW_FEATURE', ViewId: 'PA' })).toBe('ok');
    expect(code({ ViewId: 'PA' })).toBe('data-of-another-event');
    expect(code({ eventType: 'ORDER' })).toBe('data-missing');
    expect(code({ eventType: 'ORDER', order })).toBe('ok');
    expect(code({ order })).toBe('data-of-another-event');
    expect(code({ eventType: 'CONSUMER_IDENTIFICATION' })).toBe('data-missing');
    expect(code({ eventType: 'CONSUMER_IDENTIFICATION', consumerId: 'c' })).toBe('ok');
  });

  test('made elsewhere is refused when its count of domains is wrong or its time is none', () => {
    const built = buildUsageRecord(ORIGIN, EVENT);
    const body: UsageBody | null = built.ok ? built.value : null;
    if (body === null) throw new Error('builds');
    expect(checkUsageRecord(body)).toBeNull();
    expect(checkUsageRecord({ ...body, NumberOfUsageDomains: 3 })?.error.code).toBe('domains-differ');
    expect(checkUsageRecord({ ...body, Dttm: 'yesterday' })?.error.code).toBe('time-impossible');
  });

  test.each([-1, 9e15, Number.MAX_SAFE_INTEGER])('is written whatever the wall clock says (%s)', (wallMs) => {
    expect(code({}, { ...ORIGIN, wallMs })).toBe('ok');
  });
});
