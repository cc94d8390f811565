import type { CoinEdge } from '../../src/domain/cash/pulse-decoder.ts';
import { limits } from '../../src/limits.ts';

/** What was measured on one coin line while somebody watched. Milliseconds. */
export interface WatchedLine {
  /** 1 is the first. */
  readonly line: number;
  readonly pulses: number;
  readonly shortestMs: number;
  readonly longestMs: number;
  /** Between two pulses of one burst; null where none had two. */
  readonly longestPauseMs: number | null;
  /** How many pulses came together, each time. */
  readonly bursts: readonly number[];
}

/** A pause longer than this lies between two coins. */
const BURST_GAP_MS = 500;
/** Shorter is a bounce of the contact and no pulse. */
const BOUNCE_MS = 3;

/** The option coin-pulses that suits what was measured: a third of room on either side, and twice the longest pause, at least 100 ms. */
export function fittingPulses(lines: readonly WatchedLine[]): string {
  const shortestMs = Math.max(5, Math.floor((Math.min(...lines.map((line) => line.shortestMs)) * 2) / 3));
  const longestMs = Math.min(1_999, Math.ceil((Math.max(...lines.map((line) => line.longestMs)) * 4) / 3));
  const pauses = lines.flatMap(({ longestPauseMs }) => (longestPauseMs === null ? [] : [longestPauseMs]));
  const burstPauseMs = pauses.length === 0 ? 400 : Math.max(100, Math.ceil(Math.max(...pauses) * 2));
  return `${shortestMs}-${longestMs}/${burstPauseMs}`;
}

/** Measures the pulses of coin lines as they come, for whoever sets an acceptor up: it books nothing and changes nothing. */
export class CoinWatch {
  #edges: { readonly line: number; readonly edge: CoinEdge }[] | null = null;

  edge(line: number, edge: CoinEdge): void {
    if (this.#edges !== null && this.#edges.length < limits.watchedEdges) this.#edges.push({ line, edge });
  }

  begin(): void {
    this.#edges = [];
  }

  end(): readonly WatchedLine[] {
    const edges = this.#edges ?? [];
    this.#edges = null;
    const lines = [...new Set(edges.map(({ line }) => line))].sort((left, right) => left - right);
    return lines.flatMap((line) => {
      const seen = measure(edges.filter((one) => one.line === line).map(({ edge }) => edge));
      return seen === null ? [] : [{ line: line + 1, ...seen }];
    });
  }
}

function measure(edges: readonly CoinEdge[]): Omit<WatchedLine, 'line'> | null {
  const pulses: { readonly fromMs: number; readonly untilMs: number }[] = [];
  let lowMs: number | null = null;
  for (const { low, atMs } of edges) {
    if (low) lowMs ??= atMs;
    else if (lowMs !== null) {
      if (atMs - lowMs >= BOUNCE_MS) pulses.push({ fromMs: lowMs, untilMs: atMs });
      lowMs = null;
    }
  }
  if (pulses.length === 0) return null;
  const pauses = pulses.slice(1).map((pulse, index) => pulse.fromMs - (pulses[index]?.untilMs ?? 0));
  const within = pauses.filter((pauseMs) => pauseMs <= BURST_GAP_MS);
  const bursts = pauses.reduce<number[]>(
    (counts, pauseMs) => {
      if (pauseMs > BURST_GAP_MS) counts.push(1);
      else counts.push((counts.pop() ?? 0) + 1);
      return counts;
    },
    [1],
  );
  const widths = pulses.map(({ fromMs, untilMs }) => untilMs - fromMs);
  return {
    pulses: pulses.length,
    shortestMs: Math.min(...widths),
    longestMs: Math.max(...widths),
    longestPauseMs: within.length === 0 ? null : Math.max(...within),
    bursts,
  };
}
