import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import { uuidv7 } from '../../units/ids.ts';
import type { HeadendDatabase } from './headend-database.ts';

/** What every part of the headend's book works with. */
export interface StoreContext {
  readonly database: HeadendDatabase;
  readonly clock: Clock;
  readonly random: Random;
}

export function newId(context: StoreContext): string {
  return uuidv7(context.clock.wallMs(), context.random.bytes(10));
}
