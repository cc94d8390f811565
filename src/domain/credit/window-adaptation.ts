import { answerMs, hadAfterAll, type MonitorState } from './monitor-state.ts';
import { currentLimits } from './send-window.ts';

/**
 * Adapts W to how the transmission goes (document 001, P20, P21): a step more after so many packets acknowledged, or so long a time of
 * successful sending, without a loss; half as much when losses exceed what is forgiven, or when the sender starves. A loss that is
 * forgiven only begins the count anew. Halved at most once in the time in which an answer can come back.
 *
 * Units: session milliseconds; `newlyPaid` packets. Invariant: min <= W <= max of the terms.
 */
export function adaptWindow(state: MonitorState, newlyPaid: number, atMs: number): void {
  const rules = state.terms.adaptation;
  if (rules === undefined) return;
  const { smooth } = state;
  const lost = state.unsuccessfulPaid - hadAfterAll(state);
  const lostUnforgiven = lost - currentLimits(state).allowance;
  const isRough = lostUnforgiven > smooth.lostUnforgiven || (state.starved && !smooth.starved);
  const sawLoss = lost > smooth.lost;
  smooth.starved = state.starved;
  smooth.lost = lost;
  smooth.lostUnforgiven = lostUnforgiven;
  if (smooth.sinceMs === Number.NEGATIVE_INFINITY) smooth.sinceMs = atMs;
  if (isRough && atMs - smooth.shrunkMs >= answerMs(state)) {
    state.windowPackets = Math.max(rules.minPackets, Math.floor(state.windowPackets / 2));
    smooth.shrunkMs = atMs;
  }
  if (isRough || sawLoss) {
    beginRun(state, atMs);
    return;
  }
  smooth.packets += newlyPaid;
  const byCount = rules.afterPackets > 0 && smooth.packets >= rules.afterPackets;
  const byTime = rules.afterMs > 0 && smooth.packets > 0 && atMs - smooth.sinceMs >= rules.afterMs;
  if (!byCount && !byTime) return;
  state.windowPackets = Math.min(rules.maxPackets, state.windowPackets + rules.stepPackets);
  beginRun(state, atMs);
}

function beginRun({ smooth }: MonitorState, atMs: number): void {
  smooth.packets = 0;
  smooth.sinceMs = atMs;
}
