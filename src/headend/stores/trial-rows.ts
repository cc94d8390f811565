import type { TrialStore } from '../../ports/trial-store.ts';
import type { StoreContext } from './store-context.ts';

/** Owner of trial_uses. Days that are over are let go of. */
export function trialRows({ database }: StoreContext): TrialStore {
  return {
    grantTrial: (holder, work, day, most) =>
      database.transaction(() => {
        database.run('DELETE FROM trial_uses WHERE day < ?', day);
        const granted = `INSERT INTO trial_uses VALUES (?, ?, ?, 1)
          ON CONFLICT (day, holder, work) DO UPDATE SET uses = uses + 1 WHERE uses < ?`;
        return database.run(granted, day, holder, work, most) === 1;
      }),
  };
}
