import { type Currency, formatMoney } from '../../src/units/money.ts';
import { type BoxTextKey, boxTexts, type Language, noticeTexts, questionTexts, timesTexts } from './box-texts.ts';

/** What is filled into a text: words, a number, an amount in minor units, or how often. */
export type SaidValue = string | number | { readonly minor: string } | { readonly times: number };

/** What the box says, before it is put into a language: each surface says it in its own. */
export interface Said {
  readonly key: BoxTextKey;
  readonly values: Readonly<Record<string, SaidValue>>;
  /** Stands in the sentence's place for a while: why a wish was not granted. */
  readonly notice: { readonly code: string | null; readonly message: string } | null;
}

export interface Sentences {
  /** For a screen. */
  readonly sentence: string;
  /** At most 16 characters, for a small display. */
  readonly shortLine: string;
}

/** `1.50 EUR`; most of Europe writes `1,50 EUR`. */
export function amountText(minor: string, currency: Currency, language: Language): string {
  const text = formatMoney({ minor: BigInt(minor), currency });
  return language === 'en' ? text : text.replace('.', ',');
}

export function timesText(count: number, language: Language): string {
  return timesTexts[language][count] ?? `${count} x`;
}

/** Puts the values where their names stand in curly brackets. */
export function fillText(text: string, values: Said['values'], currency: Currency, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (typeof value !== 'object') return String(value);
    return 'minor' in value ? amountText(value.minor, currency, language) : timesText(value.times, language);
  });
}

export function sayIn(language: Language, said: Said, currency: Currency): Sentences {
  const [sentence, shortLine] = boxTexts[language][said.key].map((text) => fillText(text, faultIn(language, said), currency, language)) as [string, string];
  return said.notice === null ? { sentence, shortLine } : { sentence: noticeIn(language, said.notice), shortLine };
}

export function askIn(language: Language, key: keyof (typeof questionTexts)['en'], values: Said['values'], currency: Currency): string {
  return fillText(questionTexts[language][key], values, currency, language);
}

function noticeIn(language: Language, { code, message }: { readonly code: string | null; readonly message: string }): string {
  return (language === 'en' || code === null ? undefined : noticeTexts[language][code]) ?? message;
}

/** A fault has a code as a notice has. */
function faultIn(language: Language, { key, values }: Said): Said['values'] {
  if (key !== 'fault') return values;
  return { ...values, message: noticeIn(language, { code: String(values.code), message: String(values.message) }) };
}
