import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionDesk } from '../../device/checkout/session-desk.ts';
import { StreamedPlays } from '../../device/checkout/streamed-plays.ts';
import { createLinkOpener, type MediaTransport } from '../../device/media/link-opener.ts';
import { RtspConnection } from '../../device/media/rtsp-connection.ts';
import type { PlaybackEvent } from '../../device/session/events.ts';
import type { PlayOutcome } from '../../device/session/play-port.ts';
import { createStreamHouse } from '../../src/headend/stream/stream-house.ts';
import type { StreamHouse } from '../../src/headend/stream-port.ts';
import { openTrust } from '../../src/headend/trust/headend-trust.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import { BookFolder, coin } from '../fakes/book-folder.ts';
import { FakePlayer } from '../fakes/fake-player.ts';
import { VirtualHeadend } from '../fakes/virtual-headend.ts';

const HOST = '127.0.0.1';
/** Another address of this machine: what is reached through it sends its datagrams from elsewhere, so that none is accepted. */
const VENUE_ROUTER = '127.0.0.2';
const PACKETS = 200;

const folder = mkdtempSync(join(tmpdir(), 'ackbox-transports-'));
const headend = new VirtualHeadend(systemClock);
const { signer } = generateDeviceKey();
const said: string[] = [];
const log = { info: () => {}, warn: (event: string) => void said.push(event) };
let house: StreamHouse;
let router: Server;
let caPem = '';
let work: StoredWork;
let rtspPort = 0;

beforeAll(async () => {
  const trust = await openTrust({ folder, names: [HOST], nowMs: Date.now(), random: systemRandom });
  if (!trust.ok) throw new Error(trust.error.message);
  caPem = trust.value.caPem;
  const tls = { certificatePem: trust.value.serverCertificatePem, keyPem: trust.value.serverKeyPem };
  const ports = { host: HOST, rtspPort: 0, rtpPort: 0, tls };
  const stores = { registry: headend.book, catalogue: headend.book, segments: headend.segments };
  house = await createStreamHouse({ clock: systemClock, random: systemRandom, log, ...stores, ...ports });
  rtspPort = Number(new URL(house.rtspUrl(HOST)).port);
  router = createServer((socket) => {
    const onward = connect(rtspPort, HOST);
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => void router.listen(rtspPort, VENUE_ROUTER, resolve));
  work = await headend.addWork(PACKETS);
});

afterAll(async () => {
  router.close();
  await house.close();
  headend.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function playWhole(
  transport: MediaTransport,
  through: string,
): Promise<{ readonly outcome: PlayOutcome; readonly billed: unknown; readonly epoch: number }> {
  headend.start({ ...house, rtspUrl: () => house.rtspUrl(through) });
  const { publicKey } = signer;
  const outlet = headend.outlet ?? headend.enrol(publicKey, 'jukebox');
  const books = new BookFolder();
  const book = books.open({ clock: systemClock });
  const { account, location } = outlet;
  const parties = { account, outlet: outlet.outlet, location, currency: 'EUR', headendPublicKey: headend.signer.publicKey };
  const identity = { ...parties, caPem, headendUrl: '' };
  const desk = new SessionDesk({ api: headend.api(), identity: () => identity, clock: systemClock, random: systemRandom });
  const openLink = createLinkOpener({ transport, clock: systemClock, log, caPem: () => caPem });
  const player = new FakePlayer(systemClock);
  const plays = new StreamedPlays({ clock: systemClock, random: systemRandom, log, book, signer, desk, openLink, player, work: () => work });
  const playId = `play-${transport}-${through}`;
  await book.insertCoin(coin(1));
  await book.enqueue({ playId, workId: work.id, title: work.title, artist: work.artist, quoteMinor: 100n });
  await book.takeNext();
  let over: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    over = resolve;
  });
  const runner = await plays.start({ playId, work, trial: false }, (event: PlaybackEvent) => {
    if (event.type === 'play.finished' || event.type === 'play.failed') over();
  });
  await done;
  const epoch = (await house.views())[0]?.epoch ?? -1;
  const outcome = await runner.end('finished');
  const { records } = await book.pendingRecords(100);
  const billed = headend.bill(records.find((record) => record.kind === 'receipt')?.body ?? '');
  await book.close();
  books.remove();
  return { outcome, billed, epoch };
}

describe('a whole paid song', () => {
  it.each(['udp', 'tcp', 'tls'] as const)('travels by %s, is paid and billed alike, and has no gap', async (transport) => {
    const { outcome, billed, epoch } = await playWhole(transport, HOST);
    expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n });
    expect(outcome.view).toMatchObject({ paidPackets: PACKETS, audibleGaps: 0, concealedPackets: 0, lostPackets: 0 });
    expect(billed).toMatchObject({ agreed: true, chargedMinor: 100n });
    expect([epoch, said]).toEqual([0, []]);
  });

  it('goes on in frames of the RTSP connection where no datagram gets through, and no unit is paid twice', async () => {
    const { outcome, billed, epoch } = await playWhole('udp', VENUE_ROUTER);
    expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n });
    expect(outcome.view).toMatchObject({ paidPackets: PACKETS, audibleGaps: 0 });
    expect(billed).toMatchObject({ agreed: true, chargedMinor: 100n });
    expect([epoch, said]).toEqual([1, ['udp-blocked']]);
  });
});

describe('RTSP in TLS', () => {
  it('is refused by a box that pinned another authority', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'ackbox-other-'));
    const other = await openTrust({ folder: elsewhere, names: [HOST], nowMs: Date.now(), random: systemRandom });
    if (!other.ok) throw new Error(other.error.message);
    const opened = await RtspConnection.open(house.rtspUrl(HOST), { clock: systemClock, caPem: other.value.caPem });
    expect(opened.ok ? 'trusted' : opened.error.code).toBe('unreachable');
    rmSync(elsewhere, { recursive: true, force: true });
  });
});
