import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';

/** What enrolment leaves on the box: who it is at the headend, and which headend it trusts. */
export interface EnrolledIdentity {
  readonly account: string;
  readonly outlet: string;
  readonly location: string;
  readonly currency: string;
  /** Raw Ed25519 key: verifies terms, resumes and countersignatures. */
  readonly headendPublicKey: Uint8Array;
  /** The pinned certificate authority of the headend. */
  readonly caPem: string;
  readonly headendUrl: string;
}

export const ENROLMENT_FILE = 'enrolment.json';

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Stored = Type.Object({
  version: Type.Literal(1),
  account: Id,
  outlet: Id,
  location: Id,
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  headendPublicKey: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  caPem: Type.String({ pattern: '^-----BEGIN CERTIFICATE-----' }),
});

/**
 * The enrolment of this box, or null before there is one. The address is the one given now: a headend may move, its authority
 * may not change.
 */
export function loadEnrolment(folder: string, headendUrl: string): Result<EnrolledIdentity | null, Fault<'enrolment-damaged'>> {
  const path = join(folder, ENROLMENT_FILE);
  const damaged = (why: string) => fault('enrolment-damaged', `${path} ${why}; restore it from a backup, or remove it to enrol this box again.`);
  try {
    const text = readIfThere(path);
    if (text === null) return ok(null);
    const stored: unknown = JSON.parse(text);
    if (!Value.Check(Stored, stored)) return damaged('is not complete');
    const { account, outlet, location, currency, caPem } = stored;
    return ok({ account, outlet, location, currency, caPem, headendUrl, headendPublicKey: fromHex(stored.headendPublicKey) ?? new Uint8Array() });
  } catch (error) {
    return damaged(`cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Durable before it returns. */
export function storeEnrolment(folder: string, identity: EnrolledIdentity): void {
  const { account, outlet, location, currency, caPem } = identity;
  const stored = { version: 1, account, outlet, location, currency, headendPublicKey: toHex(identity.headendPublicKey), caPem };
  writeDurably(join(folder, ENROLMENT_FILE), `${JSON.stringify(stored, null, 2)}\n`);
}
