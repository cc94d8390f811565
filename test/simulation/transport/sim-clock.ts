import type { Clock } from '../../../src/ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  call: (() => void) | null;
}

/** Virtual time without promises: a heap of timers. The wall clock can be moved; the monotonic one only goes on. */
export class SimClock implements Clock {
  nowMs = 1_000;
  wallOffsetMs = 1_800_000_000_000;
  #made = 0;
  readonly #heap: Timer[] = [];

  monotonicNs(): bigint {
    return BigInt(Math.round(this.nowMs * 1e6));
  }

  wallMs(): number {
    return Math.floor(this.nowMs) + this.wallOffsetMs;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer: Timer = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#made, call };
    this.#made += 1;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(timer, heap[parent]); parent = (at - 1) >> 1) {
      heap[at] = heap[parent] ?? timer;
      at = parent;
    }
    heap[at] = timer;
    return () => {
      timer.call = null;
    };
  }

  /** Runs everything that is due up to a moment, in order. */
  run(untilMs: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#dropFirst();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.call?.();
    }
    this.nowMs = untilMs;
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
      const candidate = heap[child];
      if (candidate === undefined || !isBefore(candidate, last)) break;
      heap[at] = candidate;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(left: Timer | undefined, right: Timer | undefined): boolean {
  if (left === undefined || right === undefined) return left !== undefined;
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}
