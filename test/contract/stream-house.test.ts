import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guardFolder } from '../../src/headend/stores/folder-guard.ts';
import { backUpHeadend, restoreHeadend } from '../../src/headend/stores/headend-backup.ts';
import { HeadendDatabase } from '../../src/headend/stores/headend-database.ts';
import { limits } from '../../src/limits.ts';
import { asId } from '../../src/units/ids.ts';
import { SenderScene } from '../fakes/sender-scene.ts';

let scene: SenderScene;
afterEach(() => scene.close());

/** What every desk may rely on, wherever the sender is. */
describe.each(['within', 'apart'] as const)('a sender %s the process of the registry', (kind) => {
  beforeEach(async () => {
    scene = new SenderScene(kind);
    await scene.start();
  });

  test('serves a session from the answer to its offer on, and no other', async () => {
    const accepted = await scene.checkOut();
    expect(await scene.headend.stream.live()).toEqual(new Set([accepted.sid]));
    expect(await scene.headend.stream.views()).toMatchObject([{ sid: accepted.sid, epoch: 0, packetsSent: 0, suspended: false }]);
    expect(await scene.setUp(accepted)).toBe(200);
    expect(await scene.setUp({ ...accepted, sid: asId('f'.repeat(32)) })).toBe(454);
  });

  test('serves one epoch at a time: the next one fences it, and an older one never comes back', async () => {
    const accepted = await scene.checkOut();
    expect(await scene.setUp(accepted)).toBe(200);
    expect(await scene.resume(accepted.sid, 1)).toMatchObject({ ok: true });
    expect(await scene.headend.stream.views()).toMatchObject([{ epoch: 1 }]);
    expect(await scene.setUp(accepted)).toBe(454);
  });

  test('gives back what a fenced session leased before it says that it is fenced, also where none is there', async () => {
    const { sid } = await scene.checkOut();
    expect(scene.leasedPackets()).toBeGreaterThan(0);
    expect(await scene.headend.stream.fence(sid)).toBeNull();
    expect(scene.leasedPackets()).toBe(0);
    expect((await scene.headend.stream.live()).size).toBe(0);
    await scene.headend.stream.fence(sid);
  });

  test('lets one box open only so many plays, however many it asks for at once', async () => {
    const answers = await Promise.all(Array.from({ length: 2 * limits.openSessionsPerOutlet }, () => scene.box.api.offer(scene.newPlay().request)));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(limits.openSessionsPerOutlet);
    expect(answers.find((answer) => !answer.ok)).toMatchObject({ error: { problem: 'too-many-sessions' } });
  });
});

describe('a sender apart', () => {
  beforeEach(async () => {
    scene = new SenderScene('apart');
    await scene.start();
  });

  test('keeps what was admitted over a restart of the registry, also where it died between offer and SETUP', async () => {
    const accepted = await scene.checkOut();
    await scene.stopRegistry();
    expect(await scene.setUp(accepted)).toBe(200);
    await scene.startRegistry();
    expect(await scene.headend.stream.live()).toEqual(new Set([accepted.sid]));
    expect(new URL(scene.headend.rtspUrl).port).toBe(new URL(accepted.rtspUrl).port);
    expect(await scene.resume(accepted.sid, 1)).toMatchObject({ ok: true });
    expect(await scene.headend.stream.views()).toMatchObject([{ sid: accepted.sid, epoch: 1 }]);
  });

  test('that is away lets nothing be agreed on: the box is told to try again, and no play, trial or credit is spent', async () => {
    await scene.stopSender();
    expect(await scene.box.api.offer(scene.newPlay().request)).toMatchObject({
      ok: false,
      error: { code: 'busy', message: expect.stringContaining('try once more') },
    });
    expect(scene.headend.book.openSessions()).toEqual([]);
    expect(scene.leasedPackets()).toBe(0);
    await expect(scene.headend.stream.views()).rejects.toThrow('starting again');
    await scene.startSender();
    expect(await scene.box.api.offer(scene.newPlay().request)).toMatchObject({ ok: true });
  });

  test('that dies is waited for: a resume that comes meanwhile is answered by the next one, at the same port', async () => {
    const { sid, rtspUrl } = await scene.checkOut();
    await scene.stopSender();
    const resumed = scene.resume(sid, 1);
    await scene.startSender();
    expect(await resumed).toMatchObject({ ok: true, value: { rtspUrl } });
    expect(await scene.headend.stream.views()).toMatchObject([{ sid, epoch: 1 }]);
  });

  test('takes no admission for an epoch that is over in the book', async () => {
    const { sid } = await scene.checkOut();
    const other = new HeadendDatabase(join(scene.folder, 'headend.db'));
    other.run('UPDATE pay_sessions SET epoch = 7 WHERE sid = ?', sid);
    other.close();
    const row = scene.headend.book.session(asId(sid));
    const work = scene.headend.book.work(asId(row?.work ?? ''));
    if (row === null || work === null) throw new Error('the play is there');
    const bytes = new Uint8Array(16);
    const master = { key: bytes, salt: bytes };
    const keys = { epoch: 1, deviceTag: bytes, headendTag: bytes, challenge: bytes, rtsp: bytes, srtpToDevice: master, srtpToHeadend: master };
    await expect(scene.headend.stream.admit({ row, terms: row.terms, work, epoch: 1, keys, devicePublicKey: bytes })).rejects.toThrow('not in force');
  });

  test('begins anew where another book lies in place of its own', async () => {
    await scene.stopRegistry();
    for (const file of ['headend.db', 'headend.db-wal', 'headend.db-shm']) renameSync(join(scene.folder, file), join(scene.folder, `aside-${file}`));
    const starting = scene.startRegistry();
    // A whole new book is made before, beside suites that come first.
    await expect.poll(() => scene.unfit, { timeout: 10_000 }).toContain('another book lies in its place');
    await scene.stopSender();
    await scene.startSender();
    await starting;
    expect(await scene.headend.stream.live()).toEqual(new Set());
  });

  test('is reached by the owner of the folder only, and takes nothing that is no call', async () => {
    const path = join(scene.folder, 'sender.sock');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { sid } = await scene.checkOut();
    for (const line of [
      'GET / HTTP/1.1',
      '{"id":1,"call":"stop"}',
      '{"id":1,"call":"admit","admission":{"sid":"x"}}',
      'x'.repeat(2 * limits.senderCallCharacters),
    ]) {
      const socket = connect(path);
      socket.on('error', () => {});
      socket.write(`${line}\n`);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    expect(await scene.headend.stream.live()).toEqual(new Set([sid]));
  });

  test('keeps a folder from being restored into while it runs', async () => {
    const from = join(scene.folder, 'backup');
    expect(await backUpHeadend(scene.folder, from, 0)).toMatchObject({ ok: true });
    await scene.stopRegistry();
    const guard = guardFolder(scene.folder, 'sender');
    if (!guard.ok) throw new Error(guard.error.message);
    renameSync(join(scene.folder, 'headend.db'), join(scene.folder, 'aside.db'));
    expect(await restoreHeadend(from, scene.folder)).toMatchObject({
      ok: false,
      error: { code: 'already-running', message: expect.stringContaining('A sender already runs') },
    });
    guard.value.release();
    const restored = await restoreHeadend(from, scene.folder);
    expect(restored, restored.ok ? '' : restored.error.message).toMatchObject({ ok: true });
  });
});

test('a sender is found in a folder whose path is longer than a socket may have', async () => {
  scene = new SenderScene('apart', 'a-folder-with-a-long-name/'.repeat(6));
  mkdirSync(scene.folder, { recursive: true });
  await scene.start();
  expect(existsSync(join(scene.folder, 'sender.sock'))).toBe(true);
  expect(await scene.setUp(await scene.checkOut())).toBe(200);
});
