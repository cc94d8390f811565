import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import { freePort, LoneBox, LoneHeadend } from '../fakes/alone.ts';
import { ackbox, balance, clearAway, scratch, soundFile } from '../fakes/house.ts';
import { SmallDisk } from '../fakes/small-disk.ts';

describe.skipIf(!SmallDisk.possible())('a disk that is full in the middle of a song', () => {
  const data = scratch();
  const folders = { box: join(data, 'box'), headend: join(data, 'headend'), library: join(data, 'library') };
  let disks: { readonly box: SmallDisk; readonly headend: SmallDisk };
  let headend: LoneHeadend;
  let box: LoneBox;

  beforeAll(async () => {
    disks = { box: new SmallDisk(folders.box, 24), headend: new SmallDisk(folders.headend, 24) };
    await soundFile(folders.library, 'song.flac', 60, 440);
    expect(await ackbox('ingest', '--data', folders.headend, folders.library)).toMatchObject({ code: 0 });
    headend = new LoneHeadend(folders.headend, { http: await freePort(), rtsp: await freePort() });
    await headend.ready();
    box = new LoneBox(folders.box, headend.url);
    const code = (await box.says(/^code +(\S+)/m))[1] ?? '';
    await approveByCode({ url: headend.url, headendFolder: folders.headend, code });
    await box.watch.until('a song to choose', (view) => (view.cash === 'accepting' && view.catalogueSize === 1 ? true : null));
  });
  afterAll(async () => {
    await box.end();
    await headend.end();
    for (const disk of Object.values(disks)) disk.remove();
    clearAway(data);
  });

  async function startSong(): Promise<void> {
    await box.watch.coin(100n);
    await box.watch.press('intent.ok');
    await box.watch.until('the pre-listen', (view) => (view.playback === 'preListen' ? true : null));
    await box.watch.press('intent.ok');
    await box.watch.until('the song', (view) => (view.playback === 'playing.flowing' && (view.nowPlaying?.play.heardMs ?? 0) > 1_000 ? true : null));
  }

  async function endSong(): Promise<void> {
    const heardMs = await box.watch.until('the song again', (view) =>
      view.service === 'inService' && view.playback === 'playing.flowing' ? (view.nowPlaying?.play.heardMs ?? null) : null,
    );
    await box.watch.until('more of it', (view) => ((view.nowPlaying?.play.heardMs ?? 0) > heardMs + 500 ? true : null));
    await box.watch.press('intent.skip');
    await box.watch.until('the receipt', (view) => (view.playback === 'browse' ? view.lastReceipt : null));
  }

  async function expectAgreement(coins: number): Promise<void> {
    const { ledger, outbox } = await box.watch.deliveredTotals();
    expect(ledger).toMatchObject({ problem: null, heldMinor: '0', cashBoxMinor: String(coins * 100) });
    expect(Number(ledger.earnedMinor)).toBeGreaterThan(0);
    expect(outbox).toMatchObject({ quarantined: 0, usageAcknowledged: outbox.usageWritten });
    const operator = await headend.operator();
    expect(operator.ledger.problem).toBeNull();
    expect(balance(operator, 'earned')).toBe(ledger.earnedMinor);
    expect(box.said + headend.said).not.toMatch(/^\s+at /m);
  }

  test('of the box: it says so, sells nothing, loses nothing even by a power cut, and goes on when there is room', { timeout: 90_000 }, async () => {
    await startSong();
    disks.box.fill();
    const view = await box.watch.until('the stall', (shown) => (shown.service === 'storageLow' && shown.playback === 'playing.stalled' ? shown : null));
    expect(view.sentence).toBe('The disk of the box is full: the song waits; what is not heard is not charged.');
    expect(view.cash).toBe('inhibited');
    await expect(box.watch.coin()).rejects.toThrow(/slot is shut/);
    await box.says(/The disk of the box is full \(100 %\): free some space where .*\/box is/);
    await box.kill();
    const before = box;
    box = new LoneBox(folders.box, headend.url);
    await box.watch.until('the box on its full disk', (shown) => (shown.service === 'storageLow' ? true : null));
    disks.box.free();
    await endSong();
    await expectAgreement(1);
    expect(before.said).not.toMatch(/^\s+at /m);
  });

  test('of the headend: it says so, sends no more than is receipted, and goes on when there is room', { timeout: 90_000 }, async () => {
    await startSong();
    disks.headend.fill();
    const view = await box.watch.until('the stall', (shown) => (shown.playback === 'playing.stalled' ? shown : null));
    expect(view.sentence).toBe('The headend waits before it sends more; what is not heard is not charged.');
    await headend.says(/The disk of the headend is full\. Free some space; boxes keep their records and send them again\./);
    disks.headend.free();
    await endSong();
    await expectAgreement(2);
  });
});
