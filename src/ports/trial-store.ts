/** Pre-listens that were granted, counted per day (ruling 2). */
export interface TrialStore {
  /**
   * Counts one more, durably, unless `most` were granted already.
   * @param holder who may hear so many: a payer of a jukebox, an account on a set-top
   * @param day as `2026-11-21`
   * @returns false where none is left
   */
  grantTrial(holder: string, work: string, day: string, most: number): boolean;
}
