import type { PropertyRights } from '../../domain/licence/property-rights.ts';
import type { LendingRule } from '../../wire/licence-api.ts';

const DAY_MS = 86_400_000;

/** Where the operator said nothing: fourteen days, usable without the headend. */
export const LENT_AS_USUAL: LendingRule = {
  resourceKind: 'work',
  mode: 'intermittent',
  pulseMs: null,
  unlock: 'lease',
  protection: 'aes-gcm-segments',
  periodMs: 14 * DAY_MS,
};

/** No renewal goes further beyond the checkout than this, or than two periods where they are longer. */
export const LENT_AT_MOST_MS = 90 * DAY_MS;

export function rightsOf({ mode, pulseMs, unlock, protection }: LendingRule): PropertyRights {
  return { mode, pulseMs, unlock, protection };
}
