import { randomFillSync } from 'node:crypto';
import type { Random } from '../ports/random.ts';

/** Asking the operating system costs more than what most want of it. */
const POOL_BYTES = 1_024;
const SHARE_BYTES = 64;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** Randomness of the operating system, asked for a little ahead; nothing of it is given twice, and what was given is not kept. */
export const systemRandom: Random = {
  bytes: (count) => {
    if (count > SHARE_BYTES) return randomFillSync(new Uint8Array(count));
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const share = pool.slice(used, used + count);
    pool.fill(0, used, used + count);
    used += count;
    return share;
  },
};
