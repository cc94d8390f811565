import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { SessionDesk } from '../../device/checkout/session-desk.ts';
import { StreamedPlays } from '../../device/checkout/streamed-plays.ts';
import { MpvPlayer } from '../../device/media/mpv-player.ts';
import { residentBytes } from '../../device/media/process-memory.ts';
import { UdpLink } from '../../device/media/udp-link.ts';
import type { PlaybackEvent } from '../../device/session/events.ts';
import { createStreamHouse } from '../../src/headend/stream/stream-house.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { BookFolder, coin } from '../fakes/book-folder.ts';
import { makeOpusWork } from '../fakes/opus-work.ts';
import { VirtualHeadend } from '../fakes/virtual-headend.ts';

const home = mkdtempSync(join(tmpdir(), 'ackbox-play-'));
const folder = new BookFolder();
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  folder.remove();
});

it('plays and pays a real work over real sockets through a real mpv, and both ledgers agree', async () => {
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (event: string) => void warnings.push(event) };
  const headend = new VirtualHeadend(systemClock);
  const random = systemRandom;
  const stream = await createStreamHouse({
    clock: systemClock,
    random,
    log,
    registry: headend.book,
    catalogue: headend.book,
    segments: headend.segments,
    host: '127.0.0.1',
    rtspPort: 0,
    rtpPort: 0,
  });
  const rtspUrl = stream.rtspUrl('127.0.0.1');
  headend.start({ ...stream, rtspUrl: () => rtspUrl });
  const { signer } = generateDeviceKey();
  const outlet = headend.enrol(signer.publicKey, 'jukebox');
  const work = await makeOpusWork('w00000000000000000000000000000001', 4, false, headend.segments);
  headend.book.putWork(work, 'source');
  const book = folder.open({ clock: systemClock });
  const identity = {
    account: outlet.account,
    outlet: outlet.outlet,
    location: outlet.location,
    currency: 'EUR',
    headendPublicKey: headend.signer.publicKey,
    caPem: '',
    headendUrl: '',
  };
  const player = new MpvPlayer({ folder: home, output: 'null', clock: systemClock }, log);
  await player.attach();
  const desk = new SessionDesk({ api: headend.api(), identity: () => identity, clock: systemClock, random });
  const openLink = (url: string) => UdpLink.open(url, systemClock);
  const plays = new StreamedPlays({ clock: systemClock, random, log, book, signer, desk, openLink, player, work: () => work });

  await book.insertCoin(coin(1));
  await book.enqueue({ playId: 'p1', workId: work.id, title: work.title, artist: work.artist, quoteMinor: 100n });
  await book.takeNext();
  const startedMs = performance.now();
  const at = new Map<string, number>();
  let over: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    over = resolve;
  });
  const runner = await plays.start({ playId: 'p1', work, trial: false }, (event: PlaybackEvent) => {
    at.set(event.type, performance.now() - startedMs);
    if (event.type === 'play.finished' || event.type === 'play.failed') over();
  });
  await done;
  expect(residentBytes(player.pid ?? 0)).toBeGreaterThan(1_000_000);
  const outcome = await runner.end('finished');
  expect([...at.keys()]).toEqual(['play.opened', 'play.sound', 'play.finished', 'play.settled']);
  expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n, heardMs: 4_000 });
  expect(outcome.view).toMatchObject({ paidPackets: work.packets, audibleGaps: 0, concealedPackets: 0, lostPackets: 0 });
  const { records } = await book.pendingRecords(100);
  const statement = records.find((record) => record.kind === 'receipt');
  expect(headend.bill(statement?.body ?? '')).toMatchObject({ agreed: true, chargedMinor: 100n });
  expect(warnings).toEqual([]);
  console.log(`ms from start to sound: ${Math.round(at.get('play.sound') ?? -1)}`);
  await player.close('quit');
  await book.close();
  await stream.close();
  headend.remove();
});
