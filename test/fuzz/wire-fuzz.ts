import { toHex } from '../../src/units/bytes.ts';
import { CORPUS } from './corpus.ts';
import { drawFrom, mutate } from './mutation.ts';
import { fuzzTargets } from './targets.ts';

export interface FuzzCrash {
  readonly target: string;
  readonly message: string;
  /** The input, to be run again. */
  readonly hex: string;
}

export interface FuzzReport {
  readonly seed: number;
  readonly seconds: number;
  readonly inputs: number;
  /** Inputs that were understood, by target: a fuzzer whose inputs all bounce proves nothing. */
  readonly understood: Readonly<Record<string, number>>;
  readonly crashes: readonly FuzzCrash[];
  /** Longest time that one input took in one target. */
  readonly slowestMs: number;
  readonly slowestTarget: string;
  readonly heapGrowthBytes: number;
  readonly passed: boolean;
}

/** More than this for one input of a few kilobytes is a way to stop the program. */
const SLOW_MS = 1_000;
const HEAP_GROWTH_MAX_BYTES = 24 * 1_024 * 1_024;
const CRASHES_KEPT = 10;
const BATCH = 500;

/**
 * Spoils well-formed messages for so long, and gives them to every parser.
 * @param collect a full garbage collection, where the process can ask for one: without it growth is not judged
 */
export function fuzzWire(seconds: number, seed: number, collect: (() => void) | null): FuzzReport {
  const draw = drawFrom(seed);
  const targets = fuzzTargets();
  const crashes: FuzzCrash[] = [];
  const understood: Record<string, number> = Object.fromEntries([...targets.keys()].map((name) => [name, 0]));
  const slowest = { ms: 0, target: '' };
  let inputs = 0;
  const once = (): void => {
    const bytes = mutate(CORPUS, draw);
    inputs += 1;
    for (const [name, target] of targets) {
      const startedMs = performance.now();
      try {
        if (target(bytes, draw)) understood[name] = (understood[name] ?? 0) + 1;
      } catch (error) {
        if (crashes.length < CRASHES_KEPT) crashes.push({ target: name, message: error instanceof Error ? error.message : String(error), hex: toHex(bytes) });
      }
      const tookMs = performance.now() - startedMs;
      if (tookMs > slowest.ms) Object.assign(slowest, { ms: tookMs, target: name });
    }
  };
  const startedMs = performance.now();
  const isOver = (share: number): boolean => performance.now() - startedMs >= 1_000 * seconds * share;
  const run = (share: number): void => {
    while (!isOver(share)) for (let count = 0; count < BATCH; count += 1) once();
  };
  run(0.25);
  const before = heapBytes(collect);
  run(1);
  const heapGrowthBytes = collect === null ? 0 : heapBytes(collect) - before;
  const passed = crashes.length === 0 && slowest.ms < SLOW_MS && heapGrowthBytes < HEAP_GROWTH_MAX_BYTES;
  return { seed, seconds, inputs, understood, crashes, slowestMs: Math.round(slowest.ms), slowestTarget: slowest.target, heapGrowthBytes, passed };
}

function heapBytes(collect: (() => void) | null): number {
  collect?.();
  return process.memoryUsage().heapUsed;
}
