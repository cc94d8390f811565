import type { Result } from '../units/result.ts';
import type { HouseholdAnswer, HouseholdReport } from '../wire/household-api.ts';
import type { HeadendError } from './headend-api.ts';

/** What the boxes of one household tell each other, through their headend. */
export interface HouseholdApi {
  household(report: HouseholdReport): Promise<Result<HouseholdAnswer, HeadendError>>;
}
