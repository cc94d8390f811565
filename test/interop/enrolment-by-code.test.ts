import { readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEVICE_KEY_FILE, openDeviceIdentity } from '../../device/checkout/device-identity.ts';
import { ENROLMENT_FILE, loadEnrolment } from '../../device/checkout/enrolled-identity.ts';
import { createHeadendClient } from '../../device/checkout/headend-client.ts';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import type { RunningHeadend } from '../../src/headend/headend.ts';
import { issueServerCertificate, makeAuthority } from '../../src/headend/trust/certificates.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import { beginEnrolment, dropFolders, enrolledBox, headendOn, scratchFolder } from '../fakes/headend-on-localhost.ts';

let headendFolder = '';
let boxFolder = '';
let headend: RunningHeadend;

beforeEach(async () => {
  [headendFolder, boxFolder] = [scratchFolder(), scratchFolder()];
  headend = await headendOn(headendFolder);
});
afterEach(async () => {
  await headend.close();
  dropFolders(headendFolder, boxFolder);
});

describe('enrolment by code', () => {
  test('binds the box to the account and the location the operator names, and pins the authority', async () => {
    const box = beginEnrolment(headend.url, boxFolder);
    const approved = await approveByCode({ url: headend.url, headendFolder, code: await box.code, account: 'Bar Roma', location: 'Back room' });
    const identity = await box.enrolled;
    expect(identity).toMatchObject({
      outlet: approved.outlet,
      account: approved.account,
      location: approved.location,
      currency: 'EUR',
      caPem: headend.trust.caPem,
    });
    expect(headend.book.accountNamed('Bar Roma')).toBe(approved.account);
    expect(loadEnrolment(boxFolder, headend.url)).toEqual({ ok: true, value: identity });
    expect(statSync(join(boxFolder, ENROLMENT_FILE)).mode & 0o777).toBe(0o600);
    expect(statSync(join(boxFolder, DEVICE_KEY_FILE)).mode & 0o777).toBe(0o600);
  });

  test('takes the code as people type it', async () => {
    const box = beginEnrolment(headend.url, boxFolder);
    const code = (await box.code).toLowerCase().replaceAll('-', ' ');
    await approveByCode({ url: headend.url, headendFolder, code });
    expect(await box.enrolled).not.toBeNull();
  });

  test('refuses a wrong code, and the box goes on waiting for the right one', async () => {
    const box = beginEnrolment(headend.url, boxFolder);
    const code = await box.code;
    const wrong = code.startsWith('0') ? `1${code.slice(1)}` : `0${code.slice(1)}`;
    await expect(approveByCode({ url: headend.url, headendFolder, code: wrong })).rejects.toThrow('No waiting box has this code');
    expect(headend.book.outlets()).toEqual([]);
    await approveByCode({ url: headend.url, headendFolder, code });
    expect(await box.enrolled).not.toBeNull();
  });

  test('takes a code once: the same code cannot bind the box again', async () => {
    const box = beginEnrolment(headend.url, boxFolder);
    const code = await box.code;
    await approveByCode({ url: headend.url, headendFolder, code });
    await box.enrolled;
    await expect(approveByCode({ url: headend.url, headendFolder, code, account: 'Thief' })).rejects.toThrow('No waiting box');
  });

  test('needs the operator token', async () => {
    const box = beginEnrolment(headend.url, boxFolder);
    const code = await box.code;
    const forged = scratchFolder();
    const { writeDurably } = await import('../../src/platform/durable-file.ts');
    writeDurably(join(forged, 'operator-token'), '0'.repeat(64));
    writeDurably(join(forged, 'trust', 'ca.pem'), headend.trust.caPem);
    await expect(approveByCode({ url: headend.url, headendFolder: forged, code })).rejects.toThrow('operator token');
    box.abort();
    expect(await box.enrolled).toBeNull();
    dropFolders(forged);
  });

  test('gives a box that restarted in between its answer, under the key it kept', async () => {
    const first = beginEnrolment(headend.url, boxFolder);
    await approveByCode({ url: headend.url, headendFolder, code: await first.code });
    await first.enrolled;
    rmSync(join(boxFolder, ENROLMENT_FILE));
    const again = beginEnrolment(headend.url, boxFolder);
    expect(await again.enrolled).toMatchObject({ outlet: headend.book.outlets()[0]?.outlet });
  });

  test('goes on over a restart of the headend, with the same code', async () => {
    const troubles: HeadendError[] = [];
    const box = beginEnrolment(headend.url, boxFolder, { showTrouble: (error) => troubles.push(error) });
    const code = await box.code;
    const port = headend.httpPort;
    await headend.close();
    headend = await headendOn(headendFolder, port);
    await approveByCode({ url: headend.url, headendFolder, code });
    expect(await box.enrolled).not.toBeNull();
    expect(box.codes).toEqual([code]);
  });
});

describe('a man in the middle', () => {
  /** Forwards everything, behind an authority of its own: what an attacker on the path would do. */
  async function startMiddle(): Promise<{ readonly url: string; close(): void }> {
    const authority = await makeAuthority(Date.now(), systemRandom);
    const server = await issueServerCertificate(authority, ['127.0.0.1'], Date.now(), systemRandom);
    const middle = createServer({ key: server.keyPem, cert: server.certificatePem }, (incoming, outgoing) => {
      if (incoming.url === '/v1/ca') return void outgoing.end(authority.certificatePem);
      const forward = httpsRequest(
        `${headend.url}${incoming.url}`,
        { method: incoming.method, headers: incoming.headers, ca: headend.trust.caPem },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      incoming.pipe(forward);
    });
    await new Promise<void>((resolve) => middle.listen(0, '127.0.0.1', resolve));
    return {
      url: `https://127.0.0.1:${(middle.address() as AddressInfo).port}`,
      close: () => {
        middle.closeAllConnections();
        middle.close();
      },
    };
  }

  test('changes the code by the authority it shows, so the headend refuses what the operator types', async () => {
    const middle = await startMiddle();
    const box = beginEnrolment(middle.url, boxFolder);
    const code = await box.code;
    expect(headend.book.pendingEnrolments()).toHaveLength(1);
    await expect(approveByCode({ url: headend.url, headendFolder, code })).rejects.toThrow('another machine');
    expect(headend.book.outlets()).toEqual([]);
    box.abort();
    expect(await box.enrolled).toBeNull();
    middle.close();
  });
});

describe('an enrolled box', () => {
  test('refuses a headend whose authority was replaced, and says what to do', async () => {
    const box = await enrolledBox(headend, headendFolder, boxFolder);
    const port = headend.httpPort;
    await headend.close();
    const other = scratchFolder();
    headend = await headendOn(other, port);
    const answer = await box.api.catalogue(null);
    expect(answer).toMatchObject({ ok: false, error: { code: 'untrusted', message: expect.stringContaining('enrol it again') } });
    await box.api.close();
    dropFolders(other);
  });

  test('says that the headend is down, without an unhandled rejection, and works again when it is back', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const box = await enrolledBox(headend, headendFolder, boxFolder);
    expect(await box.api.catalogue(null)).toMatchObject({ ok: true });
    const port = headend.httpPort;
    await headend.close();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await box.api.catalogue(null)).toMatchObject({ ok: false, error: { code: 'unreachable', message: expect.stringContaining('cannot be reached') } });
    }
    headend = await headendOn(headendFolder, port);
    expect(await box.api.catalogue(null)).toMatchObject({ ok: true });
    await box.api.close();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('stops where its key was lost, instead of coming back as a stranger', async () => {
    const box = await enrolledBox(headend, headendFolder, boxFolder);
    await box.api.close();
    rmSync(join(boxFolder, DEVICE_KEY_FILE));
    expect(openDeviceIdentity(boxFolder)).toMatchObject({ ok: false, error: { code: 'key-lost', message: expect.stringContaining('backup') } });
  });

  test('is not enrolled before it is: nothing leaves the box', async () => {
    const signer = openDeviceIdentity(boxFolder);
    if (!signer.ok) throw new Error(signer.error.message);
    const api = createHeadendClient({ identity: () => null, signer: signer.value, clock: systemClock });
    expect(await api.catalogue(null)).toMatchObject({ ok: false, error: { code: 'not-enrolled' } });
  });

  test('keeps its key in a file that the log never sees', () => {
    const signer = openDeviceIdentity(boxFolder);
    expect(signer.ok).toBe(true);
    expect(readFileSync(join(boxFolder, DEVICE_KEY_FILE), 'utf8')).toContain('PRIVATE KEY');
    expect(JSON.stringify(signer)).not.toContain('PRIVATE');
  });
});
