import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { Random } from '../../ports/random.ts';
import { toHex } from '../../units/bytes.ts';

/** A certificate with its private key (PKCS #8), both PEM. */
export interface KeyedCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const YEAR_MS = 365.25 * 24 * 3_600_000;
export const CA_YEARS = 10;
export const SERVER_YEARS = 2;
/** Boxes have no clock of their own at boot: nothing here is ever "not yet valid". */
const BEGINNING = new Date(0);

/** Loaded only when a certificate is made (once in years): the library takes 180 ms to load. */
async function certificateLibrary() {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

/** A certificate authority of our own, for this headend only: EC P-256, signs nothing but server certificates. */
export async function makeAuthority(nowMs: number, random: Random): Promise<KeyedCertificate> {
  const x509 = await certificateLibrary();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(random),
      name: `CN=Ackbox headend ${toHex(random.bytes(4))}`,
      notBefore: BEGINNING,
      notAfter: new Date(nowMs + CA_YEARS * YEAR_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await exportKey(keys.privateKey) };
}

/** A server certificate for these names and addresses, signed by the authority. */
export async function issueServerCertificate(authority: KeyedCertificate, names: readonly string[], nowMs: number, random: Random): Promise<KeyedCertificate> {
  const x509 = await certificateLibrary();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(random),
      subject: 'CN=Ackbox headend',
      issuer: issuer.subject,
      notBefore: BEGINNING,
      notAfter: new Date(Math.min(nowMs + SERVER_YEARS * YEAR_MS, issuer.notAfter.getTime())),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: await importKey(authority.keyPem),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name }))),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await exportKey(keys.privateKey) };
}

/** 16 bytes, positive, first byte never zero (RFC 5280, 4.1.2.2). */
function serialNumber(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return toHex(bytes);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END PRIVATE KEY-----\n`;
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  return await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}
