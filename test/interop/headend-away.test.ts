import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import { freePort, LoneBox, LoneHeadend } from '../fakes/alone.ts';
import { ackbox, balance, clearAway, scratch, soundFile } from '../fakes/house.ts';

describe('a box whose headend is away', () => {
  const data = scratch();
  const folders = { box: join(data, 'box'), headend: join(data, 'headend'), library: join(data, 'library') };
  let ports: { readonly http: number; readonly rtsp: number };
  let url = '';
  let box: LoneBox;
  let headend: LoneHeadend;

  beforeAll(async () => {
    ports = { http: await freePort(), rtsp: await freePort() };
    url = `https://127.0.0.1:${ports.http}`;
    await soundFile(folders.library, 'song.flac', 30, 440);
    expect(await ackbox('ingest', '--data', folders.headend, folders.library)).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await box.end();
    await headend.end();
    clearAway(data);
  });

  test('says so while nobody answers its first call, and goes on by itself when the headend comes', { timeout: 40_000 }, async () => {
    box = new LoneBox(folders.box, url);
    await box.says(/cannot be reached \(ECONNREFUSED\); check that it runs, and the network/);
    headend = new LoneHeadend(folders.headend, ports);
    const code = (await box.says(/^code +(\S+)/m))[1] ?? '';
    await approveByCode({ url, headendFolder: folders.headend, code });
    await box.says(/^screen /m);
    await box.watch.until('a song to choose', (view) => (view.cash === 'accepting' && view.catalogueSize === 1 ? true : null));
    expect(box.said).not.toMatch(/^\s+at /m);
  });

  test('stalls in words when the headend is killed in the middle of a song, and plays on when it is back', { timeout: 60_000 }, async () => {
    const { watch } = box;
    await watch.coin();
    await watch.press('intent.ok');
    await watch.until('the pre-listen', (view) => (view.playback === 'preListen' ? true : null));
    await watch.press('intent.ok');
    await watch.until('two seconds of the song', (view) => (view.playback === 'playing.flowing' && (view.nowPlaying?.play.heardMs ?? 0) > 2_000 ? true : null));
    await headend.kill();
    const stalled = await watch.until('the stall', (view) => (view.playback === 'playing.stalled' ? view : null));
    expect(stalled.sentence).toBe('Waiting for the network; what is not heard is not charged.');
    const heardMs = stalled.nowPlaying?.play.heardMs ?? 0;
    headend = new LoneHeadend(folders.headend, ports);
    await watch.until('more of the song', (view) =>
      (view.nowPlaying?.play.heardMs ?? 0) > heardMs + 1_000 && view.playback === 'playing.flowing' ? true : null,
    );
    await watch.press('intent.skip');
    await watch.until('the receipt', (view) => (view.playback === 'browse' ? view.lastReceipt : null));
    const { ledger, outbox } = await watch.deliveredTotals();
    const operator = await headend.operator();
    expect(ledger).toMatchObject({ problem: null, heldMinor: '0', cashBoxMinor: '100' });
    expect(Number(ledger.earnedMinor)).toBeGreaterThan(0);
    expect(balance(operator, 'earned')).toBe(ledger.earnedMinor);
    expect(outbox.quarantined).toBe(0);
  });

  test('a box that knows its headend starts without it: it takes no coin, says why, and goes on when the headend comes', { timeout: 60_000 }, async () => {
    await box.end();
    await headend.end();
    box = new LoneBox(folders.box, url);
    const view = await box.watch.until('the box alone', (shown) => (shown.playback === 'browse' ? shown : null));
    expect(view).toMatchObject({ connectivity: 'offline', cash: 'inhibited', sentence: 'The headend can not be reached. No coins are taken until it can.' });
    headend = new LoneHeadend(folders.headend, ports);
    await box.watch.until('coins taken again', (shown) => (shown.connectivity === 'online' && shown.cash === 'accepting' ? true : null));
  });
});
