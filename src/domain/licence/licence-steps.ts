import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { type Licence, type LicenceEventType, type LicenceStatus, registeredDevices, statusAt } from './licence.ts';

export type LicenceFaultCode = 'registration' | 'renew' | 'renew-date' | 'return' | 'return-already' | 'return-expired' | 'revoke' | 'cancel';
export type LicenceFault = Fault<LicenceFaultCode>;

/** Who asks, and when. */
export interface LicenceCall {
  readonly id: string;
  readonly name: string;
  readonly atMs: number;
}

/** The next status, or why not. Every cell is there: a state or an event more fails to compile. */
type Cell = Exclude<LicenceStatus, 'expired'> | LicenceFaultCode;

/**
 * The state table: LSD 1.0, 3.3-3.5, and 2.3 for revoke and cancel.
 * Departure: renewal works after expiry too (Fig. 9 asks for it there, 346); LSD leaves it open.
 */
export const LICENCE_TABLE: Readonly<Record<LicenceStatus, Readonly<Record<LicenceEventType, Cell>>>> = {
  ready: { register: 'active', renew: 'renew', return: 'cancelled', revoke: 'revoked', cancel: 'cancelled' },
  active: { register: 'active', renew: 'active', return: 'returned', revoke: 'revoked', cancel: 'cancel' },
  expired: { register: 'registration', renew: 'active', return: 'return-expired', revoke: 'revoke', cancel: 'cancel' },
  returned: { register: 'registration', renew: 'renew', return: 'return-already', revoke: 'revoke', cancel: 'cancel' },
  cancelled: { register: 'registration', renew: 'renew', return: 'return-already', revoke: 'revoke', cancel: 'cancel' },
  revoked: { register: 'registration', renew: 'renew', return: 'return', revoke: 'revoke', cancel: 'cancel' },
};

const WORDS: Readonly<Record<LicenceFaultCode, string>> = {
  registration: 'Your device could not be registered properly: the licence has ended.',
  renew: 'Your title could not be renewed: check it out first, or again.',
  'renew-date': 'Incorrect renewal period, your title could not be renewed.',
  return: 'Your title could not be returned properly: the licence was revoked.',
  'return-already': 'Your title has already been returned before.',
  'return-expired': 'Your title has already expired.',
  revoke: 'Only a licence that is ready or active can be revoked.',
  cancel: 'Only a licence that was never used can be cancelled; revoke it.',
};

export function registerDevice(licence: Licence, call: LicenceCall): Result<Licence, LicenceFault> {
  const next = moved(licence, 'register', call);
  if (!next.ok) return next;
  // A device that is known already changes nothing: registering again is how a lost answer is repaired.
  return ok(licence.status === 'active' && registeredDevices(licence).includes(call.id) ? licence : next.value);
}

/** @param wantedEndMs the end that is asked for; null leaves it to the licence's own period */
export function renewLicence(licence: Licence, call: LicenceCall, wantedEndMs: number | null): Result<Licence, LicenceFault> {
  const next = moved(licence, 'renew', call);
  if (!next.ok) return next;
  const { endMs, periodMs, latestEndMs } = licence;
  if (endMs === null) return fault('renew-date', 'This licence never ends; there is nothing to renew.');
  const end = wantedEndMs ?? Math.max(endMs, call.atMs) + (periodMs ?? 0);
  if (end <= Math.max(endMs, call.atMs) || (latestEndMs !== null && end > latestEndMs)) return refuse('renew-date');
  return ok({ ...next.value, endMs: end, licenceChangedAtMs: call.atMs });
}

/** Ends the licence at once: its set point becomes now (LSD 3.4). */
export function returnLicence(licence: Licence, call: LicenceCall): Result<Licence, LicenceFault> {
  return ended(licence, 'return', call);
}

/** By the issuer, once it was used, or before. */
export function revokeLicence(licence: Licence, call: LicenceCall): Result<Licence, LicenceFault> {
  return ended(licence, 'revoke', call);
}

/** Before anybody used it. */
export function cancelLicence(licence: Licence, call: LicenceCall): Result<Licence, LicenceFault> {
  return ended(licence, 'cancel', call);
}

function ended(licence: Licence, event: LicenceEventType, call: LicenceCall): Result<Licence, LicenceFault> {
  const next = moved(licence, event, call);
  return next.ok ? ok({ ...next.value, endMs: call.atMs, licenceChangedAtMs: call.atMs }) : next;
}

function moved(licence: Licence, event: LicenceEventType, call: LicenceCall): Result<Licence, LicenceFault> {
  const cell = LICENCE_TABLE[statusAt(licence, call.atMs)][event];
  if (isFault(cell)) return refuse(cell);
  const events = [...licence.events, { type: event, id: call.id, name: call.name, atMs: call.atMs }];
  return ok({ ...licence, status: cell, statusChangedAtMs: call.atMs, events });
}

function isFault(cell: Cell): cell is LicenceFaultCode {
  return Object.hasOwn(WORDS, cell);
}

function refuse(code: LicenceFaultCode): { readonly ok: false; readonly error: LicenceFault } {
  return fault(code, WORDS[code]);
}
