import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generateDeviceKey, loadSigner } from '../../platform/crypto/ed25519-signer.ts';
import { readIfThere, writeDurably } from '../../platform/durable-file.ts';
import type { Random } from '../../ports/random.ts';
import type { Signer } from '../../ports/signer.ts';
import { toHex } from '../../units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { issueServerCertificate, type KeyedCertificate, makeAuthority } from './certificates.ts';

/** Renewed this long before it ends. */
const RENEW_MS = 90 * 24 * 3_600_000;

/** What makes this headend itself: lost, every box must be enrolled anew. Back up the folder `trust`. */
export interface HeadendTrust {
  readonly caPem: string;
  readonly caDer: Uint8Array;
  readonly serverCertificatePem: string;
  readonly serverKeyPem: string;
  /** Signs terms, resumes and countersignatures. */
  readonly signer: Signer;
  /** Opens the admin routes; whoever can read the data folder is the operator. */
  readonly operatorToken: string;
}

/** File names inside the data folder. */
export const TRUST_FILES = {
  authority: join('trust', 'authority.pem'),
  ca: join('trust', 'ca.pem'),
  server: join('trust', 'server.pem'),
  signingKey: join('trust', 'signing-key.pem'),
  operatorToken: 'operator-token',
} as const;

export interface TrustDeps {
  readonly folder: string;
  readonly names: readonly string[];
  readonly nowMs: number;
  readonly random: Random;
}

/**
 * Loads the keys of this headend, or makes them where the folder is new. Half a set of keys is refused: it means a part was lost,
 * and a silent new one would lock out every box.
 */
export async function openTrust(deps: TrustDeps): Promise<Result<HeadendTrust, Fault<'trust-damaged' | 'folder-unusable'>>> {
  try {
    // The authority is written last: where it is, the signing key is, or was lost.
    const signer = openSigningKey(deps);
    if (!signer.ok) return signer;
    const authority = await openAuthority(deps);
    if (!authority.ok) return authority;
    const server = await openServerCertificate(deps, authority.value);
    return ok({
      caPem: authority.value.certificatePem,
      caDer: new Uint8Array(new X509Certificate(authority.value.certificatePem).raw),
      serverCertificatePem: server.certificatePem,
      serverKeyPem: server.keyPem,
      signer: signer.value,
      operatorToken: openOperatorToken(deps),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fault(
      'folder-unusable',
      `The keys in ${join(deps.folder, 'trust')} cannot be used (${reason}); check that the folder can be read and written by this user.`,
    );
  }
}

async function openAuthority({ folder, nowMs, random }: TrustDeps): Promise<Result<KeyedCertificate, Fault<'trust-damaged'>>> {
  const path = join(folder, TRUST_FILES.authority);
  const text = readIfThere(path);
  if (text !== null) {
    const authority = splitPem(text);
    if (authority === null)
      return fault('trust-damaged', `${path} is damaged; restore the folder "trust" from a backup. Without it every box must be enrolled anew.`);
    if (readIfThere(join(folder, TRUST_FILES.ca)) === null) writeDurably(join(folder, TRUST_FILES.ca), authority.certificatePem, 0o644);
    return ok(authority);
  }
  const left = [TRUST_FILES.ca, TRUST_FILES.server].find((name) => readIfThere(join(folder, name)) !== null);
  if (left !== undefined) {
    return fault(
      'trust-damaged',
      `${path} is missing although ${left} is there; restore the folder "trust" from a backup, or remove it whole and enrol every box anew.`,
    );
  }
  const authority = await makeAuthority(nowMs, random);
  writeDurably(path, authority.certificatePem + authority.keyPem);
  writeDurably(join(folder, TRUST_FILES.ca), authority.certificatePem, 0o644);
  return ok(authority);
}

/** The server certificate can be made anew at any time: boxes pin the authority. */
async function openServerCertificate({ folder, names, nowMs, random }: TrustDeps, authority: KeyedCertificate): Promise<KeyedCertificate> {
  const path = join(folder, TRUST_FILES.server);
  const stored = splitPem(readIfThere(path) ?? '');
  if (stored !== null && covers(stored, authority, names, nowMs)) return stored;
  const server = await issueServerCertificate(authority, names, nowMs, random);
  writeDurably(path, server.certificatePem + server.keyPem);
  return server;
}

function covers(stored: KeyedCertificate, authority: KeyedCertificate, names: readonly string[], nowMs: number): boolean {
  const certificate = new X509Certificate(stored.certificatePem);
  const issuer = new X509Certificate(authority.certificatePem);
  if (!certificate.verify(issuer.publicKey)) return false;
  if (Date.parse(certificate.validTo) - nowMs < RENEW_MS && Date.parse(certificate.validTo) < Date.parse(issuer.validTo)) return false;
  return names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined);
}

function openSigningKey({ folder }: TrustDeps): Result<Signer, Fault<'trust-damaged'>> {
  const path = join(folder, TRUST_FILES.signingKey);
  const pem = readIfThere(path);
  if (pem === null) {
    if (readIfThere(join(folder, TRUST_FILES.authority)) !== null) {
      return fault(
        'trust-damaged',
        `${path} is missing although the authority is there; restore the folder "trust" from a backup. Without it every box must be enrolled anew.`,
      );
    }
    const made = generateDeviceKey();
    writeDurably(path, made.pem);
    return ok(made.signer);
  }
  const signer = loadSigner(pem);
  return signer.ok ? signer : fault('trust-damaged', `${path}: ${signer.error.message}`);
}

function openOperatorToken({ folder, random }: TrustDeps): string {
  const path = join(folder, TRUST_FILES.operatorToken);
  const stored = readIfThere(path)?.trim();
  if (stored !== undefined && /^[0-9a-f]{64}$/.test(stored)) return stored;
  const token = toHex(random.bytes(32));
  writeDurably(path, `${token}\n`);
  return token;
}

function splitPem(text: string): KeyedCertificate | null {
  const certificatePem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text)?.[0];
  const keyPem = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text)?.[0];
  return certificatePem === undefined || keyPem === undefined ? null : { certificatePem, keyPem };
}
