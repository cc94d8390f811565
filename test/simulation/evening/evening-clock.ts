import type { Clock } from '../../../src/ports/clock.ts';

interface Timer {
  readonly atNs: number;
  readonly order: number;
  call: (() => void) | null;
}

const WALL_START_MS = 1_800_000_000_000;

/** Virtual time for a whole world: one timer a turn, every promise let through between two turns. */
export class EveningClock implements Clock {
  turns = 0;
  #nowNs = 1_000_000_000;
  #made = 0;
  readonly #heap: Timer[] = [];

  monotonicNs(): bigint {
    return BigInt(this.#nowNs);
  }

  wallMs(): number {
    return WALL_START_MS + Math.floor(this.#nowNs / 1e6);
  }

  /** Milliseconds since the evening began. */
  get nowMs(): number {
    return Math.floor(this.#nowNs / 1e6) - 1_000;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer: Timer = { atNs: this.#nowNs + Math.max(0, Math.ceil(delayMs * 1e6)), order: this.#made, call };
    this.#made += 1;
    this.#push(timer);
    return () => {
      timer.call = null;
    };
  }

  /** Runs the next timer and what follows from it. False where nothing waits. */
  async turn(): Promise<boolean> {
    for (let timer = this.#pop(); timer !== undefined; timer = this.#pop()) {
      if (timer.call === null) continue;
      this.#nowNs = Math.max(this.#nowNs, timer.atNs);
      this.turns += 1;
      timer.call();
      await everythingReady();
      return true;
    }
    return false;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(timer, heap[parent]); parent = (at - 1) >> 1) {
      heap[at] = heap[parent] ?? timer;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || first === undefined || heap.length === 0) return first;
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
    return first;
  }
}

function isBefore(left: Timer | undefined, right: Timer | undefined): boolean {
  if (left === undefined || right === undefined) return left !== undefined;
  return left.atNs < right.atNs || (left.atNs === right.atNs && left.order < right.order);
}

/** All promise callbacks run before the event loop comes round. */
export function everythingReady(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
