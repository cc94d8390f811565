import { describe, expect, test } from 'vitest';
import { addFilter, type ContentFilter, filterWords, hiddenBy, removeFilter } from '../../../../src/domain/queue/content-filter.ts';

const WORK = { id: 'w1', title: 'Loud Song', artist: 'The Loud', album: 'Noise', genre: 'Metal' };
const rule = (field: ContentFilter['field'], pattern: string): readonly ContentFilter[] => {
  const added = addFilter([], { field, pattern, reason: 'families before nine', by: 'anna', atMs: Date.parse('2026-11-21T10:00:00Z') });
  if (!added.ok) throw new Error(added.error.message);
  return added.value;
};

describe('a content filter', () => {
  test.each([
    ['genre', 'metal', true],
    ['genre', 'met', false],
    ['genre', 'met*', true],
    ['artist', '*loud', true],
    ['title', '*oud so*', true],
    ['work', 'w1', true],
    ['album', 'silence', false],
  ] as const)('%s %s hides the work: %s', (field, pattern, hides) => {
    expect(hiddenBy(rule(field, pattern), WORK) !== null).toBe(hides);
  });

  test('says who hid it, when and why', () => {
    expect(filterWords(rule('genre', 'metal')[0] as ContentFilter)).toBe('filter 1 hides genre "metal": families before nine (anna, 2026-11-21)');
  });

  test.each([
    ['**', 'why', 'hides everything'],
    ['metal', '', 'needs a reason'],
  ])('refuses %s because %s', (pattern, reason, words) => {
    const added = addFilter([], { field: 'genre', pattern, reason, by: 'anna', atMs: 0 });
    expect(added.ok ? '' : added.error.message).toContain(words);
  });

  test('is removed by its number, which is never given to another while a higher one stands', () => {
    const [first] = rule('genre', 'metal') as [ContentFilter];
    const two = addFilter([first], { ...first, pattern: 'punk' });
    const left = removeFilter(two.ok ? two.value : [], 1);
    expect(left.ok ? left.value.map(({ id, pattern }) => [id, pattern]) : []).toEqual([[2, 'punk']]);
    expect(removeFilter([first], 9)).toMatchObject({ ok: false, error: { code: 'no-such-filter' } });
  });
});
