import type { GuestAnswer, GuestWish } from '../wire/guest-api.ts';

/** Boxes that take guests with phones, as a page reaches them: through the headend, or on the box itself. */
export interface GuestHouse {
  /** Whether this token stands on the screen of the box now, or stood there a moment ago. */
  admits(outlet: string, token: string): boolean;
  /** Null where the box is not there, or did not answer in time; the wish may still be granted then. */
  ask(outlet: string, wish: GuestWish): Promise<GuestAnswer | null>;
}
