import type { Result } from '../units/result.ts';
import type { GuestTurn, GuestTurnAnswer } from '../wire/guest-api.ts';
import type { HeadendError } from './headend-api.ts';

/** Guests with phones as the box sees them. */
export interface GuestApi {
  /** Held by the headend until somebody wishes something, for limits.guestHoldMs at most. */
  guestTurn(turn: GuestTurn): Promise<Result<GuestTurnAnswer, HeadendError>>;
}
