import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { Schedule, Weather } from './schedule.ts';
import type { SimClock } from './sim-clock.ts';

/** Between the two: datagrams are lost, in bursts too, doubled, delayed past each other and damaged; calls fail on either way. */
export class Link {
  readonly #clock: SimClock;
  readonly #random: SeededRandom;
  readonly #weather: readonly Weather[];
  #burstLeft = 0;

  constructor(clock: SimClock, random: SeededRandom, { weather }: Schedule) {
    this.#clock = clock;
    this.#random = random;
    this.#weather = weather;
  }

  get #now(): Weather {
    const weather = this.#weather.find((phase) => this.#clock.nowMs < phase.untilMs) ?? this.#weather.at(-1);
    if (weather === undefined) throw new Error('a schedule has weather');
    return weather;
  }

  chance(share: number): boolean {
    return share > 0 && this.#random.fraction() < share;
  }

  /** @param arrive is called for each copy that comes; `damage` spoils bytes where the way spoiled them */
  carry(arrive: (isDamaged: boolean) => void): void {
    const weather = this.#now;
    if (this.#burstLeft === 0 && this.chance(weather.burst)) this.#burstLeft = weather.burstDatagrams;
    if (this.#burstLeft > 0) this.#burstLeft -= 1;
    else if (!this.chance(weather.loss)) {
      const copies = this.chance(weather.duplicate) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const isDamaged = this.chance(weather.corrupt);
        this.#clock.after(weather.delayMs + this.#random.fraction() * weather.jitterMs, () => arrive(isDamaged));
      }
    }
  }

  /** One byte is another one. */
  damage(bytes: Uint8Array): Uint8Array {
    const damaged = bytes.slice();
    const at = Math.floor(this.#random.fraction() * damaged.length);
    damaged[at] = (damaged[at] ?? 0) ^ (1 + Math.floor(this.#random.fraction() * 255));
    return damaged;
  }

  /** One way of a call (TCP): comes, late or not at all. */
  call(arrive: () => void): void {
    const weather = this.#now;
    if (!this.chance(weather.callLoss)) this.#clock.after(weather.delayMs, arrive);
  }
}
