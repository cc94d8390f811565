import { describe, expect, test } from 'vitest';
import { type BoxFacts, findAlerts, isQuiet, readQuietHours } from '../../../../src/domain/fleet/alerts.ts';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;
const box = (changes: Partial<BoxFacts> = {}): BoxFacts => ({
  ...{ outlet: 'o1', name: 'The Anchor', lastContactMs: NOW, service: 'inService', faults: [], collections: [], quarantined: 0 },
  ...changes,
});
const texts = (changes: Partial<BoxFacts>): readonly string[] => findAlerts([box(changes)], NOW, 10 * MINUTE).map(({ text }) => text);

describe('alerts of a fleet', () => {
  test.each<[string, Partial<BoxFacts>, readonly string[]]>([
    ['a box that reports', {}, []],
    ['ten minutes', { lastContactMs: NOW - 10 * MINUTE }, []],
    ['twelve minutes', { lastContactMs: NOW - 12 * MINUTE }, ['The Anchor has been silent for 12 minutes.']],
    ['a box that never reported', { lastContactMs: null }, []],
    ['a full disk', { service: 'storageLow' }, ['The disk of The Anchor is nearly full: it sells nothing.']],
    ['a jam', { faults: [{ id: 'g:4', code: 'acceptor-jam', message: 'A coin is stuck.' }] }, ['The Anchor: A coin is stuck. (acceptor-jam)']],
    [
      'a variance',
      { collections: [{ id: 'g:9', number: 3, varianceMinor: -50n, words: '-0.50 EUR' }] },
      ['The Anchor: collection 3 differs from the meters by -0.50 EUR.'],
    ],
    ['a collection that is right', { collections: [{ id: 'g:9', number: 3, varianceMinor: 0n, words: '0.00 EUR' }] }, []],
    ['records set aside', { quarantined: 2 }, ['The Anchor: 2 records were set aside; look at the page Records.']],
  ])('%s', (_name, changes, expected) => {
    expect(texts(changes)).toEqual(expected);
  });

  test('a silence keeps its key while it lasts, and the next one has another', () => {
    const keyAt = (lastContactMs: number, nowMs: number): string | undefined => findAlerts([box({ lastContactMs })], nowMs, 10 * MINUTE)[0]?.key;
    expect(keyAt(0, 11 * MINUTE)).toBe(keyAt(0, 500 * MINUTE));
    expect(keyAt(0, 11 * MINUTE)).not.toBe(keyAt(1, 500 * MINUTE));
  });

  test('an open door is urgent, a jam is not', () => {
    const fault = (code: string) => findAlerts([box({ faults: [{ id: 'g:1', code, message: 'x' }] })], NOW, 1)[0]?.urgent;
    expect([fault('door-open'), fault('acceptor-jam')]).toEqual([true, false]);
  });
});

describe('quiet hours', () => {
  test.each([
    ['22:00-07:00', 23 * 60, true],
    ['22:00-07:00', 6 * 60 + 59, true],
    ['22:00-07:00', 7 * 60, false],
    ['13:00-15:00', 14 * 60, true],
    ['13:00-15:00', 15 * 60, false],
  ])('%s at minute %i: %s', (text, minute, quiet) => {
    expect(isQuiet(readQuietHours(text), minute)).toBe(quiet);
  });

  test.each(['', '22-7', '25:00-07:00', '22:60-07:00', 'at night'])('%j is no hours', (text) => {
    expect(readQuietHours(text)).toBeNull();
    expect(isQuiet(readQuietHours(text), 0)).toBe(false);
  });
});
