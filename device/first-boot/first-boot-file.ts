import { join } from 'node:path';
import { readTwoCopies, writeTwoCopies } from '../../src/platform/two-copies.ts';
import { type Answers, readAnswers } from './questions.ts';

/** What was answered so far, on the data partition in two copies: a power cut in the middle costs no answer. */
export interface FirstBootState {
  readonly answers: Answers;
  /** `asking`; `answered`: the book has yet to be told; `over`: never again. */
  readonly phase: 'asking' | 'answered' | 'over';
}

const PHASES: readonly FirstBootState['phase'][] = ['asking', 'answered', 'over'];

/** @returns null where this box was never asked anything */
export function readFirstBoot(data: string): FirstBootState | null {
  const text = readTwoCopies(path(data));
  if (text === null) return null;
  try {
    const kept = JSON.parse(text) as { readonly answers?: unknown; readonly phase?: unknown };
    return { answers: readAnswers(kept.answers), phase: PHASES.find((phase) => phase === kept.phase) ?? 'asking' };
  } catch {
    return null;
  }
}

/** Somebody answered a question and not yet all of them. */
export function isFirstBootUnderWay(data: string): boolean {
  return readFirstBoot(data)?.phase === 'asking';
}

/** Durable when it returns. */
export function writeFirstBoot(data: string, state: FirstBootState): void {
  writeTwoCopies(path(data), JSON.stringify(state));
}

const path = (data: string): string => join(data, 'first-boot');
