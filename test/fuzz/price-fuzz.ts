import { drawFrom } from './mutation.ts';
import { judgeModel } from './price-judge.ts';
import { spoilModel } from './price-mutation.ts';

export interface PriceFuzzReport {
  readonly documents: number;
  readonly seed: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly strictlyValid: number;
  readonly lenientlyValid: number;
  readonly repaired: number;
  /** Valid and charging something else, in words. */
  readonly visibleDifferences: number;
  readonly slowestMs: number;
  readonly failures: readonly { readonly seed: number; readonly fault: string; readonly text: string }[];
}

const FAILURES_KEPT = 10;

/** Spoils and reads `documents` models, the i-th from seed + i, so that a failing one can be made again alone. */
export function fuzzPrice(documents: number, seed: number): PriceFuzzReport {
  const failures: { seed: number; fault: string; text: string }[] = [];
  const counts = { strictlyValid: 0, lenientlyValid: 0, repaired: 0, visibleDifferences: 0 };
  let slowestMs = 0;
  const started = performance.now();
  for (let index = 0; index < documents && failures.length < FAILURES_KEPT; index += 1) {
    const spoilt = spoilModel(drawFrom(seed + index));
    const before = performance.now();
    let fault: string | null;
    try {
      const verdict = judgeModel(spoilt);
      fault = verdict.fault;
      counts.strictlyValid += Number(verdict.strict);
      counts.lenientlyValid += Number(verdict.lenient);
      counts.repaired += Number(verdict.lenient && verdict.repaired);
      counts.visibleDifferences += Number(verdict.differs);
    } catch (error) {
      fault = `crash: ${error instanceof Error ? error.stack : String(error)}`;
    }
    slowestMs = Math.max(slowestMs, performance.now() - before);
    if (fault !== null) failures.push({ seed: seed + index, fault: `${spoilt.kind}: ${fault}`, text: spoilt.text });
  }
  const seconds = (performance.now() - started) / 1_000;
  const figures = { seconds: Math.round(seconds * 10) / 10, perSecond: Math.round(documents / seconds), slowestMs: Math.round(slowestMs) };
  return { documents, seed, ...figures, ...counts, failures };
}
