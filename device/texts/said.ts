import { type Currency, formatMoney } from '../../src/units/money.ts';
import { type BoxTextKey, boxTexts, type Language, noticeTexts, questionTexts, shortNotices, timesTexts } from './box-texts.ts';

/** What is filled into a text: words, a number, an amount in minor units, how often, or how long. */
export type SaidValue = string | number | { readonly minor: string } | { readonly times: number } | { readonly periodMs: number };

/** What the box says, before it is put into a language: each surface says it in its own. */
export interface Said {
  readonly key: BoxTextKey;
  readonly values: Readonly<Record<string, SaidValue>>;
  /** Stands in the sentence's place for a while: why a wish was not granted. */
  readonly notice: {
    readonly code: string | null;
    readonly message: string;
    /** What is filled into the words of its code. */
    readonly values?: Readonly<Record<string, SaidValue>>;
  } | null;
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

const SHORT_LINE_MAX = 16;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `14 days`, in the largest unit of which there are two, so that little is lost by rounding. */
export function periodText(periodMs: number, language: Language): string {
  const [unit, ms] = UNITS.find(([, size]) => periodMs >= 2 * size) ?? UNITS[3];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(periodMs / ms);
}

/** Puts the values where their names stand in curly brackets. */
export function fillText(text: string, values: Said['values'], currency: Currency, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (typeof value !== 'object') return String(value);
    if ('periodMs' in value) return periodText(value.periodMs, language);
    return 'minor' in value ? amountText(value.minor, currency, language) : timesText(value.times, language);
  });
}

export function sayIn(language: Language, said: Said, currency: Currency): Sentences {
  const [sentence, shortLine] = boxTexts[language][said.key].map((text) => fillText(text, faultIn(language, said), currency, language)) as [string, string];
  if (said.notice === null) return { sentence, shortLine };
  const { code, values = {} } = said.notice;
  const short = code === null ? undefined : shortNotices[code];
  return {
    sentence: fillText(noticeIn(language, said.notice), values, currency, language),
    shortLine: short === undefined ? shortLine : fillText(short, values, currency, language).trim().slice(0, SHORT_LINE_MAX),
  };
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
