/** Quarter steps between the four positions (A as bit 1, B as bit 0): clockwise is 3 1 0 2 3. Anything else is a bounce or a missed edge. */
const QUARTERS: ReadonlyMap<number, 1 | -1> = new Map([
  [0b1101, 1],
  [0b0100, 1],
  [0b0010, 1],
  [0b1011, 1],
  [0b1110, -1],
  [0b1000, -1],
  [0b0001, -1],
  [0b0111, -1],
]);
const REST = 0b11;
/** Of four quarters to a detent, so many must be seen: one missed edge loses no step, a bounce makes none. */
const QUARTERS_PER_STEP = 3;

/** A rotary encoder with a detent where both contacts are open: levels in, whole steps out. */
export class RotaryEncoder {
  readonly #step: (direction: 1 | -1) => void;
  #position = REST;
  #quarters = 0;

  constructor(step: (direction: 1 | -1) => void) {
    this.#step = step;
  }

  level(contact: 'a' | 'b', high: boolean): void {
    const bit = contact === 'a' ? 0b10 : 0b01;
    const position = high ? this.#position | bit : this.#position & ~bit;
    this.#quarters += QUARTERS.get((this.#position << 2) | position) ?? 0;
    this.#position = position;
    if (position !== REST) return;
    const quarters = this.#quarters;
    this.#quarters = 0;
    if (Math.abs(quarters) >= QUARTERS_PER_STEP) this.#step(quarters > 0 ? 1 : -1);
  }
}
