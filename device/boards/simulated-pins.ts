import type { Clock } from '../../src/ports/clock.ts';
import type { PinEdge, Pins } from './pins.ts';

/** Lines without hardware: whoever has a box without a board presses them by command; tests drive them. */
export class SimulatedPins implements Pins {
  readonly name = 'simulated';
  readonly #clock: Clock;
  readonly #inputs: Map<number, boolean>;
  readonly #outputs = new Map<number, boolean>();
  readonly #listeners = new Set<(edge: PinEdge) => void>();

  /** Inputs begin high, as nothing closes them. */
  constructor(clock: Clock, inputs: readonly number[]) {
    this.#clock = clock;
    this.#inputs = new Map(inputs.map((pin) => [pin, true]));
  }

  level(pin: number): boolean | null {
    return this.#inputs.get(pin) ?? this.#outputs.get(pin) ?? false;
  }

  write(pin: number, high: boolean): void {
    this.#outputs.set(pin, high);
  }

  onEdge(listener: (edge: PinEdge) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From outside. @returns false where the pin is no input */
  drive(pin: number, high: boolean): boolean {
    const before = this.#inputs.get(pin);
    if (before === undefined) return false;
    this.#inputs.set(pin, high);
    if (before === high) return true;
    const edge = { pin, high, atNs: this.#clock.monotonicNs() };
    for (const listener of this.#listeners) listener(edge);
    return true;
  }

  async close(): Promise<void> {
    for (const pin of this.#outputs.keys()) this.#outputs.set(pin, false);
    this.#listeners.clear();
  }
}
