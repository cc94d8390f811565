import type { LossPolicy } from './terms.ts';

/**
 * A: how many lost packets are forgiven. One for every 1000/e resolved packets, at most as many as were lost; packets that
 * come back from lost to received correct it by themselves, because it is computed and not accumulated.
 *
 * Units: packets. Source: document 001 P22 in the reading A10 (`policy=rate`); ruling 15: both counts hold only packets at or
 * below the highest acknowledged one, so that silence earns nothing.
 * Departure: the text's own form (`policy=literal`: +1 per 1000/e LOST packets) stalls under the sustained loss it is meant for.
 */
export function lossAllowance(perMille: number, successful: number, unsuccessful: number, policy: LossPolicy = 'rate'): number {
  const base = policy === 'literal' ? unsuccessful : successful + unsuccessful;
  return Math.min(unsuccessful, Math.floor((perMille * base) / 1_000));
}
