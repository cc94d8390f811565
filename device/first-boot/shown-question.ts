import type { Choice } from './questions.ts';

/** What a screen, a panel and a console show of the first start: the same words on each. */
export interface FirstBootView {
  /** Of the question, or `enrol`, or `differs`. */
  readonly step: string;
  readonly progress: string;
  readonly asks: string;
  /** At most 16 characters. */
  readonly line: string;
  readonly choices: readonly Choice[];
  /** The choice that has the focus first. */
  readonly likely: string;
  readonly code: string | null;
  readonly canGoBack: boolean;
}
