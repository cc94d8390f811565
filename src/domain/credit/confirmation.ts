/**
 * Who says that a work was received well (document 001, line 123; P24).
 * - `implicit-eof` no news is good news: delivery itself confirms
 * - `player-end`   a player's action at the end of the work does
 * - `button`       only the button that says so
 */
export const CONFIRM_MODES = ['implicit-eof', 'player-end', 'button'] as const;
export type ConfirmMode = (typeof CONFIRM_MODES)[number];

/** What the user did when a CONFIRM of this mode was sent. */
export const ACTION_OF_MODE: Readonly<Record<ConfirmMode, UserAction>> = { 'implicit-eof': 'delivered', 'player-end': 'player-end', button: 'button' };

/** What can happen at the user's end. `other`: every key that means something else; it never confirms anything. */
export type UserAction = 'button' | 'player-end' | 'delivered' | 'other';

/**
 * True where this action means yes. The button is an explicit yes and confirms in every mode; during a pre-listen nothing else does, so
 * that a work nobody asked for is never bought by letting it run.
 * Departure: an implicit confirmation closes a delivered transaction; it never stands for an ACK in the window (A13).
 */
export function confirms(mode: ConfirmMode, action: UserAction, inTrial: boolean): boolean {
  if (action === 'button') return true;
  if (inTrial) return false;
  return action === ACTION_OF_MODE[mode];
}
