import type { Clock } from '../../../src/ports/clock.ts';

/** Thrown where a kill strikes inside a write; nothing of the life it belonged to runs on. */
export class Killed extends Error {}

/**
 * One run of a process, from its start to its kill. What belongs to it asks its clock, and hears nothing any more once it is dead:
 * its timers are dropped, its calls never answered.
 */
export class Life {
  readonly name: string;
  readonly clock: Clock;
  #alive = true;
  readonly #whenDead: (() => void)[] = [];

  constructor(name: string, world: Clock) {
    this.name = name;
    this.clock = {
      monotonicNs: () => world.monotonicNs(),
      wallMs: () => world.wallMs(),
      after: (delayMs, call) =>
        world.after(delayMs, () => {
          if (!this.#alive) return;
          try {
            call();
          } catch (error) {
            // A kill that strikes inside is the end of this life, and of nothing else.
            if (this.#alive) throw error;
          }
        }),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  whenDead(call: () => void): void {
    this.#whenDead.push(call);
  }

  /** From now on nothing of it runs, speaks or writes. */
  end(): void {
    this.#alive = false;
  }

  /** What the kernel does with a dead process: files and sockets are closed. Not inside a write of its own. */
  bury(): void {
    for (const call of this.#whenDead.splice(0)) call();
  }

  /** The outcome while this life lasts; never, after it ended. */
  within<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => {
          if (this.#alive) resolve(value);
        },
        (error: unknown) => {
          if (this.#alive) reject(error);
        },
      );
    });
  }

  /** The same object for as long as this life lasts: afterwards its calls do nothing and never answer. */
  guard<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...values: readonly unknown[]): unknown => {
          if (!this.#alive) return new Promise(() => {});
          const outcome: unknown = Reflect.apply(value, target, values);
          return outcome instanceof Promise ? this.within(outcome) : outcome;
        };
      },
    });
  }
}
