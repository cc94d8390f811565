import { sayIn } from '../../texts/said.ts';
import type { State } from './store.ts';
import { currency, t } from './texts.ts';

/** What the box says now, in the language of whoever is in front of it. */
export function sentence({ view, preferences, away, refusal }: State): string {
  if (away) return t('away');
  return refusal ?? sayIn(preferences.language, view.said, currency()).sentence;
}

/** The same without what was refused a moment ago. */
export function plainSentence({ view, preferences }: State): string {
  return sayIn(preferences.language, { ...view.said, notice: null }, currency()).sentence;
}
