import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** Continuous: the keys live as long as the session pulse. Intermittent: unlocked per use, for a lease, or for good. */
export const RIGHTS_MODES = ['continuous', 'intermittent'] as const;
export type RightsMode = (typeof RIGHTS_MODES)[number];

/** How an intermittent licence is unlocked: for one use at a time, until its end, or for good. */
export const UNLOCKS = ['use', 'lease', 'good'] as const;
export type Unlock = (typeof UNLOCKS)[number];

export interface PropertyRights {
  readonly mode: RightsMode;
  /** Milliseconds between two pulses that keep the keys alive; null without a pulse. */
  readonly pulseMs: number | null;
  /** Null in continuous mode, where the pulse unlocks. */
  readonly unlock: Unlock | null;
  /** How the content is protected. What we do not know is not opened. */
  readonly protection: string;
}

export const KNOWN_PROTECTIONS = ['none', 'aes-gcm-segments'] as const;

export type RightsFault = Fault<'pulse-with-intermittent' | 'pulse-missing' | 'unlock-missing' | 'unlock-with-continuous' | 'protection-unknown'>;

/** @returns the rights where they can be honoured, or why the licence is refused */
export function checkPropertyRights(rights: PropertyRights): Result<PropertyRights, RightsFault> {
  if (rights.mode === 'intermittent' && rights.pulseMs !== null)
    return fault('pulse-with-intermittent', 'A licence that is unlocked per use has no session pulse; leave one of the two out.');
  if (rights.mode === 'continuous' && rights.pulseMs === null) return fault('pulse-missing', 'A continuous licence needs a session pulse.');
  if (rights.mode === 'intermittent' && rights.unlock === null)
    return fault('unlock-missing', 'An intermittent licence says how it is unlocked: per use, for a lease, or for good.');
  if (rights.mode === 'continuous' && rights.unlock !== null)
    return fault('unlock-with-continuous', 'A continuous licence is unlocked by its pulse; leave the unlocking out.');
  if (!KNOWN_PROTECTIONS.some((known) => known === rights.protection))
    return fault('protection-unknown', `The protection ${JSON.stringify(rights.protection)} is not known here; the content stays closed.`);
  return ok(rights);
}
