import { beforeEach, describe, expect, test } from 'vitest';
import { Pacer } from '../../src/headend/stream/pacer.ts';
import { PaidDesk } from '../../src/headend/stream/paid-desk.ts';
import type { SessionKeys } from '../../src/platform/crypto/session-keys.ts';
import { rtspAuth } from '../../src/platform/rtsp-auth.ts';
import { FakeDatagrams, FakeRtspClient, finish, headerOf, request } from '../fakes/desk-scene.ts';
import { PaidScene } from '../fakes/paid-scene.ts';

const UDP = 'RTP/SAVPF;unicast;client_port=6000-6001;ssrc=B0C50001';
const box = new FakeRtspClient('10.0.0.2');
const thief = new FakeRtspClient('10.9.9.9');
let scene: PaidScene;
let desk: PaidDesk;
let datagrams: FakeDatagrams;
let rtspSession: string;
let uri: string;
let sid: string;

beforeEach(async () => {
  scene = await PaidScene.open();
  sid = scene.session.row.sid;
  uri = `rtsp://10.0.0.1/sessions/${sid}`;
  datagrams = new FakeDatagrams();
  const { clock, random, segments, registry } = scene;
  desk = new PaidDesk({ clock, random, log: { info: () => {}, warn: () => {} }, segments, registry, pacer: new Pacer(clock), datagrams });
  desk.admit(scene.session);
  rtspSession = headerOf(ask('SETUP', 1, { Transport: UDP }), 'Session').split(';')[0] ?? '';
  ask('PLAY', 2, { Session: rtspSession });
  await scene.clock.advance(200);
});

interface Asker {
  readonly client?: FakeRtspClient;
  readonly keys?: SessionKeys;
  readonly auth?: string;
}

function ask(method: string, cseq: number, own: Readonly<Record<string, string>>, { client = box, keys = scene.session.keys, auth }: Asker = {}) {
  const proof = auth ?? rtspAuth(keys.rtsp, { method, uri, cseq, body: new Uint8Array(0) });
  const named = { CSeq: String(cseq), Require: 'ackpay.v1', 'Ackpay-Session': sid, 'Ackpay-Epoch': '0', 'Ackpay-Auth': proof };
  return finish(desk.answer(request(method, uri, { ...named, ...own }), client, sid));
}

async function sentToThief(): Promise<number> {
  await scene.clock.advance(1_000);
  return [...datagrams.rtp, ...datagrams.rtcp].filter(({ to }) => to.address === thief.peerAddress).length + thief.frames.length;
}

describe('ruling 23: who holds the session id, but not the keys', () => {
  test('stolen session ids move, pause or end nothing', async () => {
    const { keys } = (await PaidScene.open()).session;
    for (const asker of [
      { client: thief, keys },
      { client: thief, auth: '00'.repeat(32) },
      { client: thief, auth: 'no hex' },
    ]) {
      for (const method of ['SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'DESCRIBE', 'GET_PARAMETER']) {
        expect(ask(method, 900, { Session: rtspSession, Transport: UDP }, asker).status).toBe(403);
      }
    }
    expect(await sentToThief()).toBe(0);
    expect(desk.view(sid)?.packetsSent).toBeGreaterThan(20);
  });

  test('a request that was heard on the way is good once, and for its own method only', async () => {
    const auth = rtspAuth(scene.session.keys.rtsp, { method: 'PAUSE', uri, cseq: 3, body: new Uint8Array(0) });
    expect(ask('TEARDOWN', 3, { Session: rtspSession }, { client: thief, auth }).status).toBe(403);
    expect(ask('PAUSE', 4, { Session: rtspSession }, { client: thief, auth }).status).toBe(403);
    expect(ask('PAUSE', 3, { Session: rtspSession }, { auth }).status).toBe(200);
    expect(ask('PAUSE', 3, { Session: rtspSession }, { client: thief, auth }).status).toBe(403);
  });

  test('nobody, not even the box, can send the media to another address', async () => {
    const elsewhere = { Transport: `${UDP};destination=${thief.peerAddress}` };
    expect(ask('SETUP', 3, elsewhere).status).toBe(403);
    expect(await sentToThief()).toBe(0);
  });
});

describe('ruling 22: epochs', () => {
  test('a stale epoch speaks no more, even with its own right keys', async () => {
    const next = await PaidScene.open({ epoch: 1 });
    desk.admit(next.session);
    expect(ask('PLAY', 10, { Session: rtspSession }).status).toBe(454);
    const sent = datagrams.rtp.length;
    await scene.clock.advance(1_000);
    expect(datagrams.rtp.length).toBe(sent);
  });

  test('keys of one epoch do not open the next', async () => {
    const next = await PaidScene.open({ epoch: 1 });
    desk.admit(next.session);
    expect(ask('SETUP', 10, { Transport: UDP, 'Ackpay-Epoch': '1' }, { keys: scene.session.keys }).status).toBe(403);
    expect(ask('SETUP', 10, { Transport: UDP, 'Ackpay-Epoch': '1' }, { keys: next.session.keys }).status).toBe(200);
  });
});
