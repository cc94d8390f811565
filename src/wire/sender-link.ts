import type { CreditLease } from '../domain/credit/account-credit.ts';
import { fromHex } from '../units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';

/** Both sides of the link say it first; another number means that one of them was updated, and the sender starts anew. */
export const SENDER_LINK_VERSION = 1;

/** What the sender opens its streams with: told by the registry, so that there is one place to configure. */
export interface SenderSetup {
  readonly version: number;
  /** Which file the book is, so that both write to the same one: device and inode. */
  readonly book: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly rtspPort: number;
  readonly rtpPort: number;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Everything about a session that is not in the book: its keys are nowhere but in memory. Bytes are hex. */
export interface Admission {
  readonly sid: string;
  readonly epoch: number;
  readonly devicePublicKey: string;
  readonly keys: Readonly<Record<AdmissionKey, string>>;
  readonly lease: CreditLease | null;
}

export const ADMISSION_KEYS = ['deviceTag', 'headendTag', 'challenge', 'rtsp', 'toDeviceKey', 'toDeviceSalt', 'toHeadendKey', 'toHeadendSalt'] as const;
export type AdmissionKey = (typeof ADMISSION_KEYS)[number];

/** What the registry asks of the sender: one line of JSON each, answered by a line with the same id, in any order. */
export type SenderCall =
  | { readonly call: 'open'; readonly setup: SenderSetup }
  | { readonly call: 'admit'; readonly admission: Admission }
  | { readonly call: 'fence'; readonly sid: string }
  | { readonly call: 'live' }
  | { readonly call: 'views' };

export type SenderAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string };

const SID = /^[0-9a-f]{32}$/;
const KEY_BYTES_MAX = 64;

type Fields = Readonly<Record<string, unknown>>;

/** Reads a call. What is not one is refused as a whole: nobody but the registry has a reason to write here. */
export function decodeCall(line: string): Result<{ readonly id: number; readonly call: SenderCall }, Fault<'not-a-call'>> {
  const fields = readFields(line);
  const id = fields?.id;
  if (fields === null || typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return refuse('a line is one JSON object with an id');
  const call = readCall(fields);
  return call === null ? refuse(`its call ${JSON.stringify(fields.call)} is unknown or incomplete`) : ok({ id, call });
}

/** The same for an answer; null where it is none. */
export function decodeAnswer(line: string): SenderAnswer | null {
  const fields = readFields(line);
  if (fields === null || typeof fields.id !== 'number') return null;
  if (fields.ok === true) return { id: fields.id, ok: true, value: fields.value };
  return fields.ok === false ? { id: fields.id, ok: false, code: String(fields.code), message: String(fields.message) } : null;
}

function readFields(line: string): Fields | null {
  try {
    return asFields(JSON.parse(line));
  } catch {
    return null;
  }
}

function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function readCall(fields: Fields): SenderCall | null {
  const { call } = fields;
  if (call === 'live' || call === 'views') return { call };
  if (call === 'fence') return isSid(fields.sid) ? { call, sid: fields.sid } : null;
  if (call === 'open') {
    const setup = readSetup(asFields(fields.setup));
    return setup === null ? null : { call, setup };
  }
  const admission = call === 'admit' ? readAdmission(asFields(fields.admission)) : null;
  return admission === null ? null : { call: 'admit', admission };
}

function readSetup(fields: Fields | null): SenderSetup | null {
  if (fields === null) return null;
  const { version, book, host, rtspPort, rtpPort, certificatePem, keyPem } = fields;
  if (!isCount(version) || !isCount(rtspPort) || !isCount(rtpPort)) return null;
  if (!isText(book) || !isText(host) || !isText(certificatePem) || !isText(keyPem)) return null;
  return { version, book, host, rtspPort, rtpPort, certificatePem, keyPem };
}

function readAdmission(fields: Fields | null): Admission | null {
  if (fields === null) return null;
  const { sid, epoch, devicePublicKey } = fields;
  const keys = asFields(fields.keys);
  const lease = fields.lease === null ? null : readLease(asFields(fields.lease));
  if (!isSid(sid) || !isCount(epoch) || !isHex(devicePublicKey) || keys === null || lease === undefined) return null;
  const named = ADMISSION_KEYS.map((name) => [name, keys[name]] as const);
  if (!named.every(([, key]) => isHex(key))) return null;
  return { sid, epoch, devicePublicKey, keys: Object.fromEntries(named) as Record<AdmissionKey, string>, lease };
}

function readLease(fields: Fields | null): CreditLease | undefined {
  if (fields === null) return undefined;
  const { fence, packets, expiresAtMs } = fields;
  return isCount(fence) && isCount(packets) && isCount(expiresAtMs) ? { fence, packets, expiresAtMs } : undefined;
}

function isSid(value: unknown): value is string {
  return typeof value === 'string' && SID.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2 * KEY_BYTES_MAX && fromHex(value) !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function refuse(what: string): { readonly ok: false; readonly error: Fault<'not-a-call'> } {
  return fault('not-a-call', `This line is no call: ${what}.`);
}
