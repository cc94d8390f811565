import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { bookEvidence, rtspEvidence } from '../../../src/headend/headend-evidence.ts';
import { HeadendBookError } from '../../../src/headend/stores/headend-book-error.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { dropFolders, headendOn, scratchFolder } from '../../fakes/headend-on-localhost.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  return `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('the evidence of a headend', () => {
  test('holds for a real one: its book takes a write, and its RTSP port answers', async () => {
    const folder = scratchFolder();
    undo.push(() => dropFolders(folder));
    const headend = await headendOn(folder);
    undo.push(() => headend.close());
    expect(await bookEvidence(headend.book, systemClock).check()).toBeNull();
    expect(headend.book.getSetting('watchdog-probe')).toMatch(/^\d+$/);
    expect(await rtspEvidence(systemClock, async () => headend.rtspUrl).check()).toBeNull();
  });

  test('is a write once a minute; one that fails is told, but for a full disk and a book that is held, which no restart mends', async () => {
    const clock = new VirtualClock();
    let failing: Error | null = null;
    let writes = 0;
    const evidence = bookEvidence(
      {
        putSetting() {
          if (failing !== null) throw failing;
          writes += 1;
        },
      },
      clock,
    );
    await evidence.check();
    await evidence.check();
    expect(writes).toBe(1);
    await clock.advance(60_000);
    for (const code of ['storage-full', 'book-locked'] as const) {
      failing = new HeadendBookError(code, '');
      expect(await evidence.check()).toBeNull();
    }
    failing = new HeadendBookError('storage-failed', 'EROFS');
    await expect(evidence.check()).rejects.toThrow('EROFS');
  });
});

describe('the evidence of an RTSP port', () => {
  test('is not asked for before it listens', async () => {
    expect(await rtspEvidence(systemClock, async () => null).check()).toBeNull();
  });

  test('is missing where nobody listens, where nobody answers though the kernel accepts, and where something else answers', async () => {
    const gone = createServer();
    const nobody = await listening(gone);
    gone.close();
    expect(await rtspEvidence(systemClock, async () => nobody).check()).toContain('ECONNREFUSED');

    const clock = new VirtualClock();
    const silent = createServer();
    const connected = once(silent, 'connection');
    const silence = rtspEvidence(clock, async () => await listening(silent)).check();
    await connected;
    await clock.advance(5_000);
    expect(await silence).toMatch(/no answer on port \d+ within 5000 ms/);

    const web = await listening(createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await rtspEvidence(systemClock, async () => web).check()).toContain('answers "HTTP/1.1 400');
  });
});
