import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** From `atMinor` paid in by one payer, he has `bonusMinor` of bonus in all. Minor units. */
export interface LadderRung {
  readonly atMinor: bigint;
  readonly bonusMinor: bigint;
}

/**
 * What money becomes when it goes in (ruling 36): every coin is credit of its own value, and rungs add a bonus. Past the highest
 * rung the ladder begins anew, so that one guest with a note and five guests with coins get what the card on the box promises.
 */
export interface PriceLadder {
  readonly rungs: readonly LadderRung[];
}

/** Credit without any bonus: what a box does that was told nothing else. */
export const PLAIN_LADDER: PriceLadder = { rungs: [] };

/** What one coin brings. `rung` is the one that gave the bonus: the highest that this coin reached; null where it reached none. */
export interface CoinYield {
  readonly creditMinor: bigint;
  readonly bonusMinor: bigint;
  readonly rung: LadderRung | null;
}

/**
 * @param paidInMinor what the same payer has put in before this coin
 * @param extraPercent of each coin on top, in a bonus hour of the calendar; parts of a minor unit fall away
 */
export function coinYield(ladder: PriceLadder, paidInMinor: bigint, coinMinor: bigint, extraPercent = 0): CoinYield {
  const before = bonusInAll(ladder, paidInMinor);
  const after = bonusInAll(ladder, paidInMinor + coinMinor);
  const extraMinor = (coinMinor * BigInt(extraPercent)) / 100n;
  const bonusMinor = after.bonusMinor - before.bonusMinor;
  return { creditMinor: coinMinor, bonusMinor: bonusMinor + extraMinor, rung: bonusMinor > 0n ? after.rung : null };
}

function bonusInAll({ rungs }: PriceLadder, paidInMinor: bigint): { readonly bonusMinor: bigint; readonly rung: LadderRung | null } {
  const top = rungs.at(-1);
  if (top === undefined) return { bonusMinor: 0n, rung: null };
  const rounds = paidInMinor / top.atMinor;
  const rest = paidInMinor % top.atMinor;
  const reached = rungs.findLast((rung) => rung.atMinor <= rest);
  return { bonusMinor: rounds * top.bonusMinor + (reached?.bonusMinor ?? 0n), rung: reached ?? (rounds > 0n ? top : null) };
}

export type LadderFault = Fault<'bad-ladder'>;

/**
 * Takes rungs in any order. Both columns must rise: a ladder on which more money gives less is a slip of the pen.
 * @returns the ladder, lowest rung first
 */
export function makeLadder(given: readonly LadderRung[]): Result<PriceLadder, LadderFault> {
  const rungs = given.toSorted((left, right) => (left.atMinor < right.atMinor ? -1 : 1));
  if (rungs.length > limits.ladderRungs) return fault('bad-ladder', `A ladder has at most ${limits.ladderRungs} rungs.`);
  let below: LadderRung = { atMinor: 0n, bonusMinor: 0n };
  for (const rung of rungs) {
    if (rung.atMinor <= below.atMinor) return fault('bad-ladder', `Two rungs begin at ${rung.atMinor}, or one at nothing.`);
    if (rung.bonusMinor <= below.bonusMinor) return fault('bad-ladder', `The bonus at ${rung.atMinor} is not above that of the rung below.`);
    if (rung.bonusMinor > rung.atMinor) return fault('bad-ladder', `The bonus at ${rung.atMinor} is more than was paid.`);
    below = rung;
  }
  return ok({ rungs });
}

/** `500:100 1000:250`, minor units: as settings keep it. */
export function ladderText({ rungs }: PriceLadder): string {
  return rungs.map(({ atMinor, bonusMinor }) => `${atMinor}:${bonusMinor}`).join(' ');
}

/** Reads what `ladderText` wrote. */
export function parseLadder(text: string): Result<PriceLadder, LadderFault> {
  const rungs: LadderRung[] = [];
  for (const part of text.split(' ').filter((word) => word !== '')) {
    const [, at, bonus] = /^(\d{1,12}):(\d{1,12})$/.exec(part) ?? [];
    if (at === undefined || bonus === undefined) return fault('bad-ladder', `${JSON.stringify(part)} is no rung; write 500:100 in minor units.`);
    rungs.push({ atMinor: BigInt(at), bonusMinor: BigInt(bonus) });
  }
  return makeLadder(rungs);
}
