import type { SessionKeys } from '../../platform/crypto/session-keys.ts';
import type { CatalogueStore, RegistryStore } from '../../ports/headend-stores.ts';
import { assert } from '../../units/assert.ts';
import { fromHex, toHex } from '../../units/bytes.ts';
import { asId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { Admission, AdmissionKey } from '../../wire/sender-link.ts';
import { agreedRendition } from '../pick-rendition.ts';
import type { AdmittedSession } from '../stream-port.ts';

/** What of a session the sender cannot read in the book. */
export function admissionOf({ row, epoch, devicePublicKey, keys, lease }: AdmittedSession): Admission {
  const { deviceTag, headendTag, challenge, rtsp, srtpToDevice, srtpToHeadend } = keys;
  const named: Record<AdmissionKey, Uint8Array> = {
    ...{ deviceTag, headendTag, challenge, rtsp },
    toDeviceKey: srtpToDevice.key,
    toDeviceSalt: srtpToDevice.salt,
    toHeadendKey: srtpToHeadend.key,
    toHeadendSalt: srtpToHeadend.salt,
  };
  const texts = Object.fromEntries(Object.entries(named).map(([name, bytes]) => [name, toHex(bytes)])) as Record<AdmissionKey, string>;
  return { sid: row.sid, epoch, devicePublicKey: toHex(devicePublicKey), keys: texts, lease: lease ?? null };
}

type Rows = Pick<RegistryStore, 'session'> & Pick<CatalogueStore, 'work' | 'rendition'>;

/** The session as the book has it, in the epoch that was admitted. Another epoch in the book means that this admission is over. */
export function readAdmitted(rows: Rows, { sid, epoch, devicePublicKey, keys, lease }: Admission): Result<AdmittedSession, Fault<'stale-epoch' | 'work-gone'>> {
  const row = rows.session(asId(sid));
  if (row === null || row.epoch !== epoch) return fault('stale-epoch', `Epoch ${epoch} of this play is not in force.`);
  const work = rows.work(row.work);
  if (work === null) return fault('work-gone', 'The work of this play is gone from the headend.');
  const rendition = agreedRendition(rows, work, row.terms);
  const admitted = { row, terms: row.terms, work, ...rendition, epoch, keys: keysOf(epoch, keys), devicePublicKey: bytesOf(devicePublicKey) };
  return ok({ ...admitted, ...(lease === null ? {} : { lease }) });
}

function keysOf(epoch: number, keys: Admission['keys']): SessionKeys {
  return {
    epoch,
    deviceTag: bytesOf(keys.deviceTag),
    headendTag: bytesOf(keys.headendTag),
    challenge: bytesOf(keys.challenge),
    rtsp: bytesOf(keys.rtsp),
    srtpToDevice: { key: bytesOf(keys.toDeviceKey), salt: bytesOf(keys.toDeviceSalt) },
    srtpToHeadend: { key: bytesOf(keys.toHeadendKey), salt: bytesOf(keys.toHeadendSalt) },
  };
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert(bytes !== null, 'an admission that was read holds hex');
  return bytes;
}
