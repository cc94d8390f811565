import type { PropertyRights } from './property-rights.ts';

/** The states of a licence, in the words of the Readium License Status Document 1.0, 2.3. */
export const LICENCE_STATUSES = ['ready', 'active', 'revoked', 'returned', 'cancelled', 'expired'] as const;
export type LicenceStatus = (typeof LICENCE_STATUSES)[number];

export const LICENCE_EVENTS = ['register', 'renew', 'return', 'revoke', 'cancel'] as const;
export type LicenceEventType = (typeof LICENCE_EVENTS)[number];

/** One line of the licence's history (LSD 2.7). */
export interface LicenceEvent {
  readonly type: LicenceEventType;
  /** Who did it: an outlet, or `issuer`. */
  readonly id: string;
  readonly name: string;
  readonly atMs: number;
}

/** What a licence is on: a work, or a program that is erased after each use. */
export type ResourceKind = 'work' | 'software';

/**
 * A right of one user to one resource (document 002, R-1), under one price model. Times are wall milliseconds; `endMs` is
 * document 003's expiration set point: access is granted while now < endMs; null never ends.
 */
export interface Licence {
  readonly licence: string;
  readonly account: string;
  readonly resource: string;
  readonly resourceKind: ResourceKind;
  readonly modelHash: string;
  readonly rights: PropertyRights;
  readonly status: Exclude<LicenceStatus, 'expired'>;
  readonly startMs: number;
  readonly endMs: number | null;
  /** How long one checkout or renewal lasts; null where it is for good. */
  readonly periodMs: number | null;
  /** LSD's potential_rights.end: no renewal goes beyond it. */
  readonly latestEndMs: number | null;
  /** What the next renewal costs, minor units; a flat fee was agreed at the checkout and stays. Absent: nothing. */
  readonly feeMinor?: string;
  /** Hash of the model that prices checkouts and renewals; absent: the fee is flat. */
  readonly feeModel?: string;
  readonly licenceChangedAtMs: number;
  readonly statusChangedAtMs: number;
  readonly events: readonly LicenceEvent[];
}

/** Expiry is never written, it is reached: a licence whose end has passed is expired until it is renewed. */
export function statusAt(licence: Licence, nowMs: number): LicenceStatus {
  const alive = licence.status === 'ready' || licence.status === 'active';
  return alive && licence.endMs !== null && nowMs >= licence.endMs ? 'expired' : licence.status;
}

/** Does it give access now? A licence that nobody has registered does: registering is a hint, never a lock (LSD 3.3). */
export function grantsAccess(licence: Licence, nowMs: number): boolean {
  const status = statusAt(licence, nowMs);
  return status === 'ready' || status === 'active';
}

/** The devices that registered, each once. */
export function registeredDevices(licence: Licence): readonly string[] {
  return [...new Set(licence.events.filter((event) => event.type === 'register').map((event) => event.id))];
}
