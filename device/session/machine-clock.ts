import type { Clock } from '../../src/ports/clock.ts';

interface MachineClock {
  setTimeout(call: (...args: unknown[]) => void, delayMs: number): number;
  clearTimeout(id: number): void;
}

/** Lets the statechart's delays run on the box's own clock, which a simulation turns by hand. */
export function machineClock(clock: Clock): MachineClock {
  const cancels = new Map<number, () => void>();
  let next = 1;
  return {
    setTimeout(call, delayMs) {
      const id = next;
      next += 1;
      cancels.set(
        id,
        clock.after(delayMs, () => {
          cancels.delete(id);
          call();
        }),
      );
      return id;
    },
    clearTimeout(id) {
      cancels.get(id)?.();
      cancels.delete(id);
    },
  };
}
