import { describe, expect, test } from 'vitest';
import { type BoxTextKey, boxTexts, LANGUAGES, questionTexts, timesTexts } from '../../../../device/texts/box-texts.ts';
import { amountText, type Said, sayIn } from '../../../../device/texts/said.ts';
import { limits } from '../../../../src/limits.ts';

const gaps = (text: string): readonly string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
const VALUES: Said['values'] = {
  ...{
    title: 'Night Tram',
    reason: 'closed',
    code: 'ABCDEFGH',
    message: 'a fault',
    seconds: 30,
    digits: '1234',
    number: 1234,
    name: 'Anna',
    short: 'Annabella',
    shown: '***7',
    asks: 'Which language?',
    line: 'Language?',
  },
  ...{ price: { minor: '150' }, credit: { minor: '1050' }, amount: { minor: '150' }, owed: { minor: '150' }, overdue: { minor: '1050' }, times: { times: 3 } },
  period: { periodMs: 1_209_600_000 },
};
const KEYS = Object.keys(boxTexts.en) as readonly BoxTextKey[];

describe.each(LANGUAGES)('the box in %s', (language) => {
  test.each(KEYS)('%s leaves no gap open, and its short line fits the display', (key) => {
    const { sentence, shortLine } = sayIn(language, { key, values: VALUES, notice: null }, 'EUR');
    expect(sentence).not.toMatch(/[{}]/);
    expect([...shortLine].length).toBeLessThanOrEqual(16);
  });

  test('says the same facts as the other languages', () => {
    for (const key of KEYS) expect([key, gaps(boxTexts[language][key].join())]).toEqual([key, gaps(boxTexts.en[key].join())]);
    for (const [key, text] of Object.entries(questionTexts[language])) expect(gaps(text)).toEqual(gaps(questionTexts.en[key as 'play']));
  });

  test('has a word for every number of pre-listens', () => {
    expect(timesTexts[language][limits.trialsPerWorkPerPayer]).toBeDefined();
  });
});

describe('a notice', () => {
  const refused: Said = { key: 'choose', values: VALUES, notice: { code: 'queue-full', message: 'The queue is full; try again after this song.' } };

  test('stands in the place of the sentence for a while, in the language of whoever reads it', () => {
    expect(sayIn('en', refused, 'EUR').sentence).toBe('The queue is full; try again after this song.');
    expect(sayIn('de', refused, 'EUR').sentence).toBe('Die Warteliste ist voll; versuche es nach diesem Titel wieder.');
    expect(sayIn('de', refused, 'EUR').shortLine).toBe('Titel wählen');
  });

  test('is said as it came where its code has no words of its own', () => {
    const strange: Said = { ...refused, notice: { code: 'moon-eclipsed', message: 'Not today.' } };
    expect(sayIn('fr', strange, 'EUR').sentence).toBe('Not today.');
  });
});

test('an amount has the decimal sign of its language, and none where its currency has no cents', () => {
  expect([amountText('150', 'EUR', 'en'), amountText('150', 'EUR', 'fr'), amountText('150', 'JPY', 'de')]).toEqual(['1.50 EUR', '1,50 EUR', '150 JPY']);
});
