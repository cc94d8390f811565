import { limits } from '../../limits.ts';

/** What is known of whoever watches, and of what he watches on. */
export interface WatchFacts {
  /** Since the last key. */
  readonly idleMs: number;
  /** After so long without a key it is asked whether anybody watches; null: never. */
  readonly askAfterMs: number | null;
  /** Until the sleep timer ends; null: none is set. */
  readonly sleepInMs: number | null;
  /** `gone`: a screen that was there was unplugged or switched off. */
  readonly screen: 'there' | 'gone';
}

export type WatchVerdict = 'plays-on' | 'asks' | 'nobody-watches' | 'sleep-timer' | 'screen-gone';

/** Whether what plays goes on, and so goes on costing: what nobody sees is not to be paid. */
export function judgeWatch({ idleMs, askAfterMs, sleepInMs, screen }: WatchFacts): WatchVerdict {
  if (screen === 'gone') return 'screen-gone';
  if (sleepInMs !== null && sleepInMs <= 0) return 'sleep-timer';
  if (askAfterMs === null || idleMs < askAfterMs) return 'plays-on';
  return idleMs < askAfterMs + limits.stillWatchingAnswerMs ? 'asks' : 'nobody-watches';
}
