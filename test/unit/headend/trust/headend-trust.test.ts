import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTrust, TRUST_FILES } from '../../../../src/headend/trust/headend-trust.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';
import { toHex } from '../../../../src/units/bytes.ts';

const NAMES = ['127.0.0.1', '::1', 'headend.test', 'localhost'];
const YEAR_MS = 365 * 24 * 3_600_000;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-trust-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function open(names: readonly string[] = NAMES, nowMs = Date.now()) {
  const trust = await openTrust({ folder, names, nowMs, random: systemRandom });
  if (!trust.ok) throw new Error(trust.error.message);
  return trust.value;
}

describe('the trust of a headend', () => {
  test('signs a certificate for every name it is reached by, with its own authority', async () => {
    const trust = await open();
    const authority = new X509Certificate(trust.caPem);
    const server = new X509Certificate(trust.serverCertificatePem);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(server.checkIssued(authority)).toBe(true);
    expect(authority.ca).toBe(true);
    expect(server.ca).toBe(false);
    for (const name of NAMES) expect(isIP(name) === 0 ? server.checkHost(name) : server.checkIP(name), name).toBe(name);
    expect(Date.parse(authority.validTo) - Date.now()).toBeGreaterThan(9.9 * YEAR_MS);
  });

  test('is valid for a box whose clock stands at 1970', async () => {
    const trust = await open();
    expect(Date.parse(new X509Certificate(trust.caPem).validFrom)).toBe(0);
    expect(Date.parse(new X509Certificate(trust.serverCertificatePem).validFrom)).toBe(0);
  });

  test('keeps every private file to its owner', async () => {
    await open();
    for (const name of [TRUST_FILES.authority, TRUST_FILES.server, TRUST_FILES.signingKey, TRUST_FILES.operatorToken]) {
      expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    }
  });

  test('is the same after a restart', async () => {
    const before = await open();
    const after = await open();
    expect(after.caPem).toBe(before.caPem);
    expect(after.serverCertificatePem).toBe(before.serverCertificatePem);
    expect(toHex(after.signer.publicKey)).toBe(toHex(before.signer.publicKey));
    expect(after.operatorToken).toBe(before.operatorToken);
  });

  test('renews only the server certificate for a new name, or before it ends', async () => {
    const before = await open();
    const named = await open([...NAMES, 'second.test']);
    expect(named.caPem).toBe(before.caPem);
    expect(new X509Certificate(named.serverCertificatePem).checkHost('second.test')).toBe('second.test');
    const later = await open([...NAMES, 'second.test'], Date.now() + 1.9 * YEAR_MS);
    expect(later.caPem).toBe(before.caPem);
    expect(later.serverCertificatePem).not.toBe(named.serverCertificatePem);
  });

  test.each([
    ['the authority', TRUST_FILES.authority],
    ['the signing key', TRUST_FILES.signingKey],
  ])('refuses to go on without %s, instead of locking out every box', async (_what, name) => {
    await open();
    rmSync(join(folder, name));
    const trust = await openTrust({ folder, names: NAMES, nowMs: Date.now(), random: systemRandom });
    expect(trust).toMatchObject({ ok: false, error: { code: 'trust-damaged', message: expect.stringContaining('backup') } });
  });
});
