import type { Result } from '../units/result.ts';
import type { AccountAnswer, CheapestPrices, CheapestQuestion, TopUpAnswer, TopUpRequest } from '../wire/account-api.ts';
import type { HeadendError } from './headend-api.ts';

/** What a box asks about the account that it plays on. */
export interface AccountApi {
  /** @param after the number of the last line that was posted here; null: none is wanted, only where they begin */
  account(after: number | null): Promise<Result<AccountAnswer, HeadendError>>;
  /** The filled-in form; the same key again changes nothing. */
  topUp(request: TopUpRequest): Promise<Result<TopUpAnswer, HeadendError>>;
  /** Which of the prices on offer is cheapest for so much use. */
  cheapest(question: CheapestQuestion): Promise<Result<CheapestPrices, HeadendError>>;
}
