import type { Licence } from '../../domain/licence/licence.ts';
import type { PropertyRights } from '../../domain/licence/property-rights.ts';
import type { CatalogueStore, OutletRow, StoredRendition, StoredWork } from '../../ports/headend-stores.ts';
import { asId } from '../../units/ids.ts';
import type { LendingRule } from '../../wire/licence-api.ts';
import { parseLoanTerms } from '../../wire/loan-text.ts';
import type { LoanStore } from '../stores/loan-rows.ts';

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

interface LentStores {
  readonly loans: Pick<LoanStore, 'loanTerms'>;
  readonly catalogue: Pick<CatalogueStore, 'rendition'>;
}

/** The form in which this box was lent a film; null for sound, and where it was given no terms yet. It stays the same until the return. */
export function lentRendition({ loans, catalogue }: LentStores, outlet: OutletRow, { licence, resource }: Licence): StoredRendition | null {
  const issued = loans.loanTerms(licence, outlet.outlet);
  const terms = issued === null ? null : parseLoanTerms(issued.terms);
  return terms?.ok === true && terms.value.film !== undefined ? catalogue.rendition(asId(resource), terms.value.film.rendition) : null;
}

/** The segments that this box was lent, in order. */
export function lentSegments(stores: LentStores, outlet: OutletRow, licence: Licence, work: StoredWork): readonly string[] {
  return work.video === undefined ? work.segments : (lentRendition(stores, outlet, licence)?.segments ?? []);
}
