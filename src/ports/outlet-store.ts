import type { AccountId, LocationId, OutletId, ProviderId, VendorId } from '../units/ids.ts';
import type { Fault, Result } from '../units/result.ts';
import type { OutletRow } from './headend-stores.ts';

/** A box that asked to belong to this headend and waits for a person's yes. `nonce` makes its one-time code. */
export interface PendingEnrolment {
  readonly devicePublicKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly name: string;
  readonly profile: 'jukebox' | 'set-top';
  readonly createdAtMs: number;
}

/** The parties that exist from the first start on, so that one box on one machine needs no administration. */
export interface DefaultParties {
  readonly account: AccountId;
  readonly location: LocationId;
  readonly vendor: VendorId;
  readonly provider: ProviderId;
  readonly currency: string;
}

export interface OutletStore {
  defaults(): DefaultParties;
  outlet(id: OutletId): OutletRow | null;
  outletByKey(devicePublicKey: Uint8Array): OutletRow | null;
  outlets(): readonly OutletRow[];
  /** Refused with `enrolments-full` while limits.enrolmentPendingMax others wait; requests older than limits.enrolmentCodeMs are dropped. */
  putEnrolment(request: PendingEnrolment): Result<'pending', Fault<'enrolments-full'>>;
  pendingEnrolments(): readonly PendingEnrolment[];
  /** The account (or location) of this id or name; made where there is none yet. */
  accountNamed(name: string): AccountId;
  locationNamed(name: string): LocationId;
  /** Binds the key to an account and a location. Idempotent by key: a box that is enrolled stays the outlet it is. */
  approveEnrolment(devicePublicKey: Uint8Array, account: AccountId, location: LocationId): Result<OutletRow, Fault<'enrolment-unknown'>>;
}

/** Lines for boxes to execute once (ruling 35); they travel in the answer to a report. */
export interface CommandStore {
  putCommand(outlet: OutletId, line: string): string;
  openCommands(outlet: OutletId): readonly { readonly id: string; readonly line: string }[];
  /** Results of commands of other outlets are ignored. */
  putCommandResult(outlet: OutletId, result: { readonly id: string; readonly ok: boolean; readonly code: string; readonly text: string }): void;
}

/** Nonces that may be used once. */
export interface NonceStore {
  /** True the first time, false ever after until it expires. Durable before it returns. */
  spendNonce(nonce: string, expiresAtMs: number, nowMs: number): boolean;
}
