import { describe, expect, test } from 'vitest';
import { limitNotice, rangeWords } from '../../../../device/session/volume-words.ts';
import { sayIn } from '../../../../device/texts/said.ts';

const TEN_PM = 22 * 3_600_000;

function said(language: 'en' | 'de' | 'fr', ...[zone, side, until]: ['terrace' | 'conservatory' | null, 'least' | 'most', number | null]) {
  const notice = limitNotice(zone, side, { minPercent: 10, maxPercent: 40, untilWallMs: until });
  if (notice.type !== 'notice.say') throw new Error(notice.type);
  return sayIn(language, { key: 'choose', values: {}, notice: { code: notice.code ?? null, message: notice.message, values: notice.values ?? {} } }, 'EUR');
}

describe('the limit that somebody ran into', () => {
  test('is named on the display with its place and its time, in each language', () => {
    expect(said('en', 'terrace', 'most', TEN_PM).sentence).toBe('terrace: 40 % is the most that is allowed here until 22:00.');
    expect(said('de', 'terrace', 'most', TEN_PM).sentence).toBe('terrace: Lauter als 40 % darf es hier bis 22:00 Uhr nicht sein.');
    expect(said('fr', null, 'least', null).sentence).toBe('Ici, le volume ne descend pas sous 10 %.');
  });

  test('fits on a small display', () => {
    expect(said('en', 'terrace', 'most', TEN_PM).shortLine).toBe('Max 40 % terrace');
    expect(said('de', 'conservatory', 'least', null).shortLine).toBe('Min 10 % conserv');
    expect(said('fr', null, 'most', null).shortLine).toBe('Max 40 %');
  });
});

test('what is allowed says until when', () => {
  expect(rangeWords({ minPercent: 20, maxPercent: 60, untilWallMs: TEN_PM })).toBe(' (20 to 60 % now, until 22:00)');
  expect(rangeWords({ minPercent: 20, maxPercent: 60, untilWallMs: null })).toBe(' (20 to 60 % now)');
  expect(rangeWords(null)).toBe('');
});
