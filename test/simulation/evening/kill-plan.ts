import { SeededRandom } from '../../fakes/seeded-random.ts';
import { Killed, type Life } from './life.ts';

export type Victim = 'box' | 'headend';

/** When whom: at the n-th point of a book (before a write, after a commit, before an answer), or at the n-th turn of the clock. */
export interface Kill {
  readonly victim: Victim;
  readonly at: 'point' | 'turn';
  readonly number: number;
}

/** Counts where a kill can strike and strikes where the plan says so. One for the whole evening, over all lives. */
export class Reaper {
  /** Every place that was passed, in order. */
  readonly places: Readonly<Record<Victim, string[]>> = { box: [], headend: [] };
  readonly struck: string[] = [];
  readonly #plan: ReadonlySet<string>;
  readonly #onKill: (victim: Victim) => boolean;

  /** @param onKill false where the victim was dead already */
  constructor(plan: readonly Kill[], onKill: (victim: Victim) => boolean) {
    this.#plan = new Set(plan.map(keyOf));
    this.#onKill = onKill;
  }

  /** A place in a book. Throws where the process dies here, and ever after: a dead process writes nothing. */
  pass(victim: Victim, life: Life, place: string): void {
    if (!life.alive) throw new Killed(`${victim} is dead`);
    this.places[victim].push(place);
    const kill: Kill = { victim, at: 'point', number: this.places[victim].length };
    if (!this.#plan.has(keyOf(kill))) return;
    this.#strike(kill, place);
    throw new Killed(place);
  }

  turn(number: number): void {
    for (const victim of ['box', 'headend'] as const) {
      const kill: Kill = { victim, at: 'turn', number };
      if (this.#plan.has(keyOf(kill))) this.#strike(kill, 'between two turns');
    }
  }

  #strike(kill: Kill, place: string): void {
    if (this.#onKill(kill.victim)) this.struck.push(`${keyOf(kill)} (${place})`);
  }
}

export function keyOf({ victim, at, number }: Kill): string {
  return `${victim} ${at} ${number}`;
}

/** How an undisturbed evening looks to whoever plans kills. */
export interface Calm {
  readonly places: Readonly<Record<Victim, readonly string[]>>;
  readonly turns: number;
}

/** Counts that are committed all the time: as places to die they are all alike. */
const COMMON = /commitGroup$/;

const GOLDEN = 0.618_033_988_749_895;

/**
 * The kills of one evening, from its seed alone: `each` of box and headend. All but one in four strike at points of the books,
 * spread evenly over the evening and, from seed to seed, evenly over all points; the others at random turns of the clock.
 */
export function planKills(calm: Calm, seed: number, each: number): readonly Kill[] {
  const random = new SeededRandom(seed);
  return (['box', 'headend'] as const).flatMap((victim) => {
    const rare = calm.places[victim].flatMap((place, at) => (COMMON.test(place) ? [] : [at + 1]));
    const offset = (seed * GOLDEN) % 1;
    return Array.from({ length: each }, (_, kill): Kill => {
      if (kill % 4 === 3) return { victim, at: 'turn', number: Math.floor(random.fraction() * calm.turns) };
      return { victim, at: 'point', number: rare[Math.floor(((kill + offset) * rare.length) / each)] ?? 1 };
    });
  });
}
