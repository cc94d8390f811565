import type { Currency } from '../../../src/units/money.ts';
import { amountText, fillText, type Said } from '../../texts/said.ts';
import { screenTexts } from '../../texts/screen-texts.ts';
import { current } from './store.ts';

export type ScreenText = keyof (typeof screenTexts)['en'];

/** A text of the screen in the language of whoever is in front of it. */
export function t(key: ScreenText, values: Said['values'] = {}): string {
  const { language } = current().preferences;
  return fillText(screenTexts[language][key], values, currency(), language);
}

export function amount(minor: string): string {
  return amountText(minor, currency(), current().preferences.language);
}

export function currency(): Currency {
  return current().view.currency as Currency;
}

/** `3:07` */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** When something starts, as people say it. */
export function startsIn(milliseconds: number): string {
  if (milliseconds < 15_000) return t('atOnce');
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  return milliseconds < 50_000 ? t('inLessThanAMinute') : t('inMinutes', { minutes });
}
