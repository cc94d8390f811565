import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** Continuous: the keys live as long as the session pulse. Intermittent: unlocked per use, for a lease, or for good. */
export type RightsMode = 'continuous' | 'intermittent';

export interface PropertyRights {
  readonly mode: RightsMode;
  /** Milliseconds between two pulses that keep the keys alive; null without a pulse. */
  readonly pulseMs: number | null;
  /** How the content is protected. What we do not know is not opened. */
  readonly protection: string;
}

export const KNOWN_PROTECTIONS = ['none', 'aes-gcm-segments'] as const;

/** @returns the rights where they can be honoured, or why the licence is refused */
export function checkPropertyRights(rights: PropertyRights): Result<PropertyRights, Fault<'pulse-with-intermittent' | 'pulse-missing' | 'protection-unknown'>> {
  if (rights.mode === 'intermittent' && rights.pulseMs !== null)
    return fault('pulse-with-intermittent', 'A licence that is unlocked per use has no session pulse; leave one of the two out.');
  if (rights.mode === 'continuous' && rights.pulseMs === null) return fault('pulse-missing', 'A continuous licence needs a session pulse.');
  if (!KNOWN_PROTECTIONS.some((known) => known === rights.protection))
    return fault('protection-unknown', `The protection ${JSON.stringify(rights.protection)} is not known here; the content stays closed.`);
  return ok(rights);
}
