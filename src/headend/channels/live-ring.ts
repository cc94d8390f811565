import { assert } from '../../units/assert.ts';
import type { TsSlot } from '../../wire/mpegts-slots.ts';

/**
 * The newest slots of a channel, and where among them a decoder can begin. Slots are numbered from the first that ever came; each
 * lasts the same, so that their count is a time.
 *
 * ```
 * slots   start | . A . . . A . . . A . . | end
 *                         ^ joined here: the newest access point with a reserve behind it
 * ```
 */
export class LiveRing {
  readonly #capacity: number;
  readonly #slots: (Uint8Array | undefined)[];
  #first = 0;
  #end = 0;
  #accessPoints: number[] = [];

  /** @param capacity in slots */
  constructor(capacity: number) {
    assert(capacity > 0, 'a ring holds something');
    this.#capacity = capacity;
    this.#slots = new Array<Uint8Array | undefined>(capacity);
  }

  /** The number of the next slot. */
  get end(): number {
    return this.#end;
  }

  put({ payload, accessPoint }: TsSlot): void {
    this.#slots[this.#end % this.#capacity] = payload;
    if (accessPoint) this.#accessPoints.push(this.#end);
    this.#end += 1;
    this.#forgetBelow(this.#end - this.#capacity);
  }

  /** What came so far can not be joined any more: what comes now does not follow it. */
  cut(): void {
    this.#forgetBelow(this.#end);
  }

  /** Where to join: the newest access point that has at least `reserve` slots behind it, else the oldest there is; null for none. */
  joinAt(reserve: number): number | null {
    return this.#accessPoints.findLast((slot) => this.#end - slot >= reserve) ?? this.#accessPoints[0] ?? null;
  }

  /** The access point at or before a slot that is still here; null where there is none. */
  accessPointAt(slot: number): number | null {
    if (slot < this.#first || slot > this.#end) return null;
    return this.#accessPoints.findLast((point) => point <= slot) ?? null;
  }

  /** `gone` where it was let go of, null where it did not come yet. */
  slot(number: number): Uint8Array | 'gone' | null {
    if (number >= this.#end) return null;
    return number < this.#first ? 'gone' : (this.#slots[number % this.#capacity] ?? 'gone');
  }

  #forgetBelow(slot: number): void {
    if (slot <= this.#first) return;
    this.#first = slot;
    while ((this.#accessPoints[0] ?? slot) < slot) this.#accessPoints.shift();
  }
}
