import { beforeEach, describe, expect, test } from 'vitest';
import { Pacer } from '../../../../src/headend/stream/pacer.ts';
import { PaidDesk } from '../../../../src/headend/stream/paid-desk.ts';
import { peerAt } from '../../../../src/headend/stream/peer.ts';
import type { RtspReply } from '../../../../src/headend/stream/rtsp-server.ts';
import { limits } from '../../../../src/limits.ts';
import { generateDeviceKey } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { rtspAuth } from '../../../../src/platform/rtsp-auth.ts';
import { parseRtpInfo, parseTransport } from '../../../../src/wire/rtsp-headers.ts';
import { parseDescribe } from '../../../../src/wire/sdp.ts';
import { FakeDatagrams, FakeRtspClient, finish, headerOf, request } from '../../../fakes/desk-scene.ts';
import { PaidScene, W } from '../../../fakes/paid-scene.ts';
import { VirtualBox } from '../../../fakes/virtual-box.ts';

const UDP = { Transport: 'RTP/SAVPF;unicast;client_port=6000-6001;ssrc=B0C50001' };
const RTCP_PEER = { address: '10.0.0.2', port: 6_001 };

let scene: PaidScene;
let desk: PaidDesk;
let datagrams: FakeDatagrams;
let client: FakeRtspClient;
let cseq: number;
let sid: string;
let uri: string;

beforeEach(async () => {
  scene = await PaidScene.open();
  datagrams = new FakeDatagrams();
  client = new FakeRtspClient();
  cseq = 0;
  sid = scene.session.row.sid;
  uri = `rtsp://10.0.0.1/sessions/${sid}`;
  const log = { info: () => {}, warn: () => {} };
  const { clock, random, segments, registry } = scene;
  desk = new PaidDesk({ clock, random, log, segments, registry, pacer: new Pacer(clock), datagrams });
  desk.admit(scene.session);
});

/** The headers of an honest box, of which a test may spoil some (`undefined` leaves one out). */
function ask(method: string, own: Readonly<Record<string, string>> = {}, spoilt: Readonly<Record<string, string | undefined>> = {}, text = ''): RtspReply {
  cseq += 1;
  const body = new TextEncoder().encode(text);
  const auth = rtspAuth(scene.session.keys.rtsp, { method, uri, cseq, body });
  const honest = { CSeq: String(cseq), Require: 'ackpay.v1', 'Ackpay-Session': sid, 'Ackpay-Epoch': String(scene.session.epoch), 'Ackpay-Auth': auth };
  const headers = Object.entries({ ...honest, ...own, ...spoilt }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return finish(desk.answer({ ...request(method, uri, Object.fromEntries(headers)), body }, client, sid));
}

function setUp(): { readonly Session: string } {
  const reply = ask('SETUP', UDP);
  expect(reply.status).toBe(200);
  return { Session: headerOf(reply, 'Session') };
}

describe('RTSP of a paid session', () => {
  test('announces its ports, its SSRC and a timeout, and plays from packet 0 to the peer’s own address', async () => {
    const reply = ask('SETUP', UDP);
    expect(parseTransport(headerOf(reply, 'Transport'))[0]).toMatchObject({ serverPort: [5_004, 5_005], clientPort: [6_000, 6_001] });
    expect(headerOf(reply, 'Session')).toMatch(/^[0-9a-f]{16};timeout=60$/);
    const played = ask('PLAY', { Session: headerOf(reply, 'Session'), Range: 'npt=0-' });
    expect(played.status).toBe(200);
    const info = parseRtpInfo(headerOf(played, 'RTP-Info'));
    expect(info.ok && info.value.sequence).toBe(0);
    await scene.clock.advance(2_000);
    expect(datagrams.rtp.length).toBe(W);
    expect(datagrams.rtp.every(({ to }) => to.address === '10.0.0.2' && to.port === 6_000)).toBe(true);
  });

  test('hears the box by its address and SSRC, and nobody else', async () => {
    const { Session } = setUp();
    const box = new VirtualBox(scene.session, generateDeviceKey().signer, (bytes) => void desk.onRtcp(bytes, RTCP_PEER));
    const info = parseRtpInfo(headerOf(ask('PLAY', { Session }), 'RTP-Info'));
    box.timestampOrigin = info.ok ? (info.value.rtpTimestamp ?? 0) : 0;
    await scene.clock.advance(1_000);
    for (const { bytes } of datagrams.rtcp) box.onRtcp(bytes);
    for (const { bytes } of datagrams.rtp) box.onRtp(bytes);
    expect(desk.onRtcp(new Uint8Array(60), RTCP_PEER)).toBe(false);
    expect(desk.view(sid)?.packetsPaid).toBe(0);
    box.acknowledge();
    expect(desk.view(sid)?.packetsPaid).toBe(W);
  });

  test('describes itself with the terms of the session', () => {
    const described = parseDescribe(new TextDecoder().decode(ask('DESCRIBE').body));
    expect(described.ok && described.value.ackpay).toMatchObject({ session: { sid }, credit: scene.session.terms.credit });
  });

  test('answers 401 where something is missing', () => {
    for (const name of ['Require', 'Ackpay-Session', 'Ackpay-Epoch', 'Ackpay-Auth']) expect(ask('SETUP', UDP, { [name]: undefined }).status).toBe(401);
  });

  test('answers 403 to a wrong proof, and to a request that was heard before', () => {
    expect(ask('SETUP', UDP, { 'Ackpay-Auth': '00'.repeat(32) }).status).toBe(403);
    setUp();
    cseq -= 1;
    expect(ask('SETUP', UDP).status).toBe(403);
  });

  test('answers 454 to another epoch and to an unknown session, 551 to an unknown feature', () => {
    expect(ask('SETUP', UDP, { 'Ackpay-Epoch': '7' }).status).toBe(454);
    expect(desk.answer(request('SETUP', uri), client, 'ff'.repeat(16)).status).toBe(454);
    expect(ask('SETUP', UDP, { Require: 'ackpay.v1, warp-drive' }).status).toBe(551);
  });

  test('refuses other destinations, media in clear, a box without a name and a beginning behind the end', () => {
    expect(ask('SETUP', { Transport: 'RTP/SAVPF;unicast;destination=10.9.9.9;client_port=6000-6001' }).status).toBe(403);
    expect(ask('SETUP', { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }).status).toBe(461);
    expect(ask('SETUP', { Transport: 'RTP/AVPF;unicast;client_port=6000-6001;ssrc=B0C50001' }).status).toBe(461);
    expect(ask('SETUP', { Transport: 'RTP/SAVPF;unicast;client_port=6000-6001' }).status).toBe(400);
    const session = setUp();
    expect(ask('PLAY', { ...session, Range: 'npt=60-' }).status).toBe(457);
  });

  test('agrees on copies of earlier packets only where the box says how many it reads, and on no more than ours', () => {
    const agreed = (asked: string | undefined): string | undefined => ask('SETUP', UDP, { 'Ackpay-Red': asked }).headers?.['Ackpay-Red']?.toString();
    expect([undefined, '1', '2', '9', '0', '-1', '99', 'all'].map(agreed)).toEqual([undefined, '1', '2', '2', undefined, undefined, undefined, undefined]);
  });

  test('sends as far ahead as the box asks for, within the terms, and names the one parameter there is', async () => {
    const session = setUp();
    const setParameter = (text: string): number => ask('SET_PARAMETER', session, {}, text).status;
    expect(setParameter('ackpay-lead: 800\r\n')).toBe(200);
    ask('PLAY', { ...session, Range: 'npt=0-' });
    await scene.clock.advance(100);
    // 800 ms are 40 packets, and the box has not acknowledged one.
    expect(datagrams.rtp.length).toBeGreaterThan(20);
    const refused = ask('SET_PARAMETER', session, {}, 'volume: 11\r\n');
    expect([refused.status, new TextDecoder().decode(refused.body)]).toEqual([451, 'ackpay-lead\r\n']);
    expect([setParameter(''), setParameter('ackpay-lead: 1e9'), setParameter('ackpay-lead: -5')]).toEqual([200, 451, 451]);
  });

  test('outlives its connection: the box comes back on a new one and goes on', async () => {
    const session = setUp();
    ask('PLAY', session);
    desk.gone(client);
    await scene.clock.advance(500);
    client = new FakeRtspClient('10.0.0.2');
    expect(ask('PAUSE', session).status).toBe(200);
    const sent = datagrams.rtp.length;
    await scene.clock.advance(2_000);
    expect(datagrams.rtp.length).toBe(sent);
  });

  test('ends when nothing was heard of the box for a minute, and makes its counts durable', async () => {
    ask('PLAY', setUp());
    await scene.clock.advance(limits.rtspSessionIdleMs + 1_000);
    desk.sweep();
    expect(desk.view(sid)).toBeNull();
    expect(scene.store.progress.get(scene.session.row.sid)?.nextSequence).toBe(W);
    expect(ask('SETUP', UDP).status).toBe(454);
  });

  test('lets only the newest epoch speak; fencing makes the counts of the old one durable first', async () => {
    ask('PLAY', setUp());
    await scene.clock.advance(500);
    const left = desk.fence(sid);
    expect(scene.store.progress.get(scene.session.row.sid)?.nextSequence).toBe(35);
    expect(await left).toEqual({ lostPaid: 0, paidRanges: [], exposed: [[0, 35]] });
    expect(await desk.fence('0'.repeat(32))).toBeNull();
    const next = await PaidScene.open({ epoch: 1, row: { nextSequence: 35 } });
    desk.admit(next.session);
    expect(ask('SETUP', UDP).status).toBe(454);
    desk.admit(scene.session);
    expect(desk.view(sid)?.epoch).toBe(1);
    const sent = datagrams.rtp.length;
    await scene.clock.advance(2_000);
    expect(datagrams.rtp.length).toBe(sent);
  });

  test('TEARDOWN stops the stream and stores what was acknowledged', async () => {
    const session = setUp();
    ask('PLAY', session);
    await scene.clock.advance(200);
    expect(ask('TEARDOWN', session).status).toBe(200);
    expect(desk.views()).toEqual([]);
    expect(scene.store.progress.get(scene.session.row.sid)?.nextSequence).toBe(19);
    expect(scene.clock.pending).toBe(0);
  });
});

/** A box that plays, and what reaches it so far. */
function playing(transport: Readonly<Record<string, string>>, say: (bytes: Uint8Array) => void): VirtualBox {
  const session = { Session: headerOf(ask('SETUP', transport), 'Session') };
  const box = new VirtualBox(scene.session, generateDeviceKey().signer, say);
  const info = parseRtpInfo(headerOf(ask('PLAY', session), 'RTP-Info'));
  box.timestampOrigin = info.ok ? (info.value.rtpTimestamp ?? 0) : 0;
  return box;
}

describe('a box behind a NAT', () => {
  const NAT = { address: '10.0.0.2', port: 40_001 };

  test('is found by its SSRC, and the stream follows to the port that its authentic packets come from', async () => {
    const box = playing(UDP, (bytes) => void desk.onRtcp(bytes, NAT));
    await scene.clock.advance(200);
    for (const { bytes } of datagrams.rtp) box.onRtp(bytes);
    for (const { bytes } of datagrams.rtcp) box.onRtcp(bytes);
    box.acknowledge();
    await scene.clock.advance(400);
    expect(datagrams.rtcp.at(-1)?.to).toEqual(peerAt(NAT.address, NAT.port));
    expect(datagrams.rtp.at(-1)?.to.port).toBe(6_000);
    expect(desk.view(sid)?.packetsPaid).toBeGreaterThan(0);
  });

  test('moves the media as well, by a packet to the RTP port', async () => {
    const box = playing(UDP, (bytes) => void desk.onRtp(bytes, { address: '10.0.0.2', port: 40_000 }));
    await scene.clock.advance(200);
    for (const { bytes } of datagrams.rtp) box.onRtp(bytes);
    for (const { bytes } of datagrams.rtcp) box.onRtcp(bytes);
    box.acknowledge();
    await scene.clock.advance(200);
    expect(datagrams.rtp.at(-1)?.to).toEqual(peerAt('10.0.0.2', 40_000));
  });

  test('is not moved by what is not authentic, or comes from another address', async () => {
    let last = new Uint8Array(0);
    const box = playing(UDP, (bytes) => {
      last = bytes.slice();
    });
    await scene.clock.advance(200);
    for (const { bytes } of datagrams.rtp) box.onRtp(bytes);
    for (const { bytes } of datagrams.rtcp) box.onRtcp(bytes);
    box.acknowledge();
    const spoilt = last.map((byte, at) => (at === last.length - 6 ? byte ^ 1 : byte));
    expect(desk.onRtcp(spoilt, NAT)).toBe(true);
    expect(desk.onRtcp(last, { ...NAT, address: '10.9.9.9' })).toBe(false);
    await scene.clock.advance(400);
    expect(datagrams.rtcp.every(({ to }) => to.port === 6_001)).toBe(true);
    expect(desk.view(sid)?.packetsPaid).toBe(0);
  });
});

describe('a box that takes frames of its connection', () => {
  const FRAMES = { Transport: 'RTP/SAVPF/TCP;unicast;interleaved=4-5;ssrc=B0C50001' };
  const media = (): readonly Uint8Array[] => client.frames.filter(({ channel }) => channel === 4).map(({ payload }) => payload);

  test('pays like any other, and gets no datagram', async () => {
    const box = playing(FRAMES, (bytes) => void desk.onFrame(5, bytes, client));
    await scene.clock.advance(200);
    for (const { channel, payload } of client.frames) {
      if (channel === 4) box.onRtp(payload);
      else box.onRtcp(payload);
    }
    box.acknowledge();
    expect(desk.view(sid)?.packetsPaid).toBe(box.packets.length);
    expect(box.packets.length).toBeGreaterThan(10);
    expect([datagrams.rtp.length, datagrams.rtcp.length]).toEqual([0, 0]);
    expect(desk.onFrame(5, new Uint8Array(40), new FakeRtspClient('10.0.0.2'))).toBe(false);
  });

  test('that reads too slowly stops the stream, loses no slot, and costs no memory', async () => {
    playing(FRAMES, () => {});
    await scene.clock.advance(100);
    client.full = true;
    const sent = media().length;
    await scene.clock.advance(2_000);
    expect(desk.view(sid)?.packetsSent).toBe(sent + 1);
    client.full = false;
    await scene.clock.advance(40);
    const sequences = media().map((bytes) => ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
    expect(sequences.length).toBeGreaterThan(sent + 1);
    expect(sequences).toEqual(sequences.map((_, at) => at));
  });

  test('is sent nothing once that connection is gone', async () => {
    playing(FRAMES, () => {});
    await scene.clock.advance(100);
    const [sent, frames] = [desk.view(sid)?.packetsSent, client.frames.length];
    desk.gone(client);
    await scene.clock.advance(1_000);
    expect([desk.view(sid)?.packetsSent, client.frames.length]).toEqual([sent, frames]);
  });
});
