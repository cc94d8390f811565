import { join } from 'node:path';
import { generateDeviceKey, loadSigner } from '../../src/platform/crypto/ed25519-signer.ts';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import { ENROLMENT_FILE } from './enrolled-identity.ts';

export const DEVICE_KEY_FILE = 'device-key.pem';

/**
 * The key that makes this box itself: made at first boot, durable before it is used, readable by its owner only. A box that was
 * enrolled and lost its key stops: a silent new key would be a stranger to the headend and could not sign for its open plays.
 */
export function openDeviceIdentity(folder: string): Result<Signer, Fault<'key-lost' | 'bad-key' | 'folder-unusable'>> {
  const path = join(folder, DEVICE_KEY_FILE);
  try {
    const pem = readIfThere(path);
    if (pem !== null) {
      const signer = loadSigner(pem);
      return signer.ok ? signer : fault('bad-key', `${path}: ${signer.error.message}`);
    }
    if (readIfThere(join(folder, ENROLMENT_FILE)) !== null)
      return fault(
        'key-lost',
        `${path} is missing although this box is enrolled; restore it from a backup, or remove ${ENROLMENT_FILE} to enrol this box as a new one.`,
      );
    const made = generateDeviceKey();
    writeDurably(path, made.pem);
    return ok(made.signer);
  } catch (error) {
    return fault(
      'folder-unusable',
      `${path} cannot be used (${error instanceof Error ? error.message : String(error)}); check that ${folder} can be read and written.`,
    );
  }
}
