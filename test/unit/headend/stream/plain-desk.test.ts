import { beforeEach, describe, expect, test } from 'vitest';
import { Pacer } from '../../../../src/headend/stream/pacer.ts';
import { PlainDesk } from '../../../../src/headend/stream/plain-desk.ts';
import { limits } from '../../../../src/limits.ts';
import { decodeRtcp, encodeRtcp, splitCompound } from '../../../../src/wire/rtcp.ts';
import { decodeRtp } from '../../../../src/wire/rtp.ts';
import { isRtx, unwrapRtx } from '../../../../src/wire/rtx.ts';
import { parseDescribe } from '../../../../src/wire/sdp.ts';
import { FakeDatagrams, FakeRtspClient, finish, headerOf, request } from '../../../fakes/desk-scene.ts';
import { MemoryCatalogue } from '../../../fakes/memory-catalogue.ts';
import { MemorySegments } from '../../../fakes/memory-segments.ts';
import { payloadOf, workOf } from '../../../fakes/paid-scene.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const URL_OF_PRICED = 'rtsp://10.0.0.1/works/priced';
const URL_OF_FREE = 'rtsp://10.0.0.1/works/free';
const UDP = { Transport: 'RTP/AVP;unicast;client_port=6000-6001' };
const TRIAL_PACKETS = limits.trialMs / limits.packetMs;

let clock: VirtualClock;
let datagrams: FakeDatagrams;
let desk: PlainDesk;
let client: FakeRtspClient;

beforeEach(async () => {
  clock = new VirtualClock();
  datagrams = new FakeDatagrams();
  client = new FakeRtspClient();
  const segments = new MemorySegments();
  const catalogue = new MemoryCatalogue();
  const put = async (id: string, packets: number, free: boolean): Promise<void> => {
    const names = await segments.putWork(Array.from({ length: packets }, (_, index) => payloadOf(index)));
    catalogue.putWork({ ...workOf(packets, names, free), id }, id);
  };
  await put('priced', 5_000, false);
  await put('short', 600, false);
  await put('tiny', 2, false);
  await put('free', 300, true);
  const log = { info: () => {}, warn: () => {} };
  desk = new PlainDesk({ clock, random: new SeededRandom(1), log, catalogue, segments, pacer: new Pacer(clock), datagrams });
});

const ask = (method: string, uri: string, headers: Readonly<Record<string, string>> = {}) =>
  finish(desk.answer(request(method, uri, headers), client, uri.slice(uri.lastIndexOf('/') + 1)));

function setUp(uri: string, transport: Readonly<Record<string, string>> = UDP): string {
  const reply = ask('SETUP', uri, transport);
  expect(reply.status).toBe(200);
  return headerOf(reply, 'Session');
}

function packets(): { readonly index: number; readonly sequence: number }[] {
  const decoded = datagrams.rtp.map(({ bytes }) => decodeRtp(bytes)).map((packet) => (packet.ok ? packet.value : null));
  const first = decoded[0]?.timestamp ?? 0;
  return decoded.map((packet) => ({ index: (((packet?.timestamp ?? 0) - first + 2 ** 32) % 2 ** 32) / 960, sequence: packet?.sequence ?? -1 }));
}

function byes(): number {
  return datagrams.rtcp.flatMap(({ bytes }) => {
    const split = splitCompound(bytes);
    return split.ok ? split.value.map(decodeRtcp).filter((packet) => packet.ok && packet.value.type === 'bye') : [];
  }).length;
}

describe('RTSP for strangers', () => {
  test('describes a priced work as long as its pre-listen, a free one whole', () => {
    const describedSamples = (uri: string): number => {
      const parsed = parseDescribe(new TextDecoder().decode(ask('DESCRIBE', uri).body));
      return parsed.ok ? parsed.value.totalSamples : -1;
    };
    expect(describedSamples(URL_OF_PRICED)).toBe(TRIAL_PACKETS * 960 - 312);
    expect(describedSamples(URL_OF_FREE)).toBe(300 * 960 - 312);
  });

  test('streams a free work whole, then says BYE once', async () => {
    const session = setUp(URL_OF_FREE);
    expect(ask('PLAY', URL_OF_FREE, { Session: session }).status).toBe(200);
    await clock.advance(10_000);
    expect(packets().map((packet) => packet.index)).toEqual(Array.from({ length: 300 }, (_, index) => index));
    expect(byes()).toBe(1);
    expect(datagrams.rtp.every(({ to }) => to.address === client.peerAddress && to.port === 6_000)).toBe(true);
  });

  test('streams only the pre-listen of a priced work, then BYE, then 402 to whoever wants more', async () => {
    const session = setUp(URL_OF_PRICED);
    ask('PLAY', URL_OF_PRICED, { Session: session });
    await clock.advance(limits.trialMs + 5_000);
    expect(datagrams.rtp.length).toBe(TRIAL_PACKETS);
    expect(byes()).toBe(1);
    expect(ask('PAUSE', URL_OF_PRICED, { Session: session }).status).toBe(200);
    for (const method of ['GET_PARAMETER', 'PLAY']) expect(ask(method, URL_OF_PRICED, { Session: session }).status).toBe(402);
    expect(ask('TEARDOWN', URL_OF_PRICED, { Session: session }).status).toBe(200);
  });

  test('refuses to begin behind the pre-listen with 402, behind the work with 457', () => {
    const session = setUp(URL_OF_PRICED);
    expect(ask('PLAY', URL_OF_PRICED, { Session: session, Range: 'npt=31-' }).status).toBe(402);
    expect(ask('PLAY', URL_OF_PRICED, { Session: session, Range: 'npt=101-' }).status).toBe(457);
    expect(ask('PLAY', URL_OF_PRICED, { Session: session, Range: 'clock=1-' }).status).toBe(457);
  });

  test('never gives a short work away: its pre-listen is a third of it, and of two packets there is none', async () => {
    const uri = 'rtsp://10.0.0.1/works/short';
    const session = setUp(uri);
    ask('PLAY', uri, { Session: session });
    await clock.advance(20_000);
    expect(datagrams.rtp.length).toBe(200);
    expect(ask('PLAY', uri, { Session: session, Range: 'npt=4-' }).status).toBe(402);
    for (const method of ['DESCRIBE', 'SETUP']) expect(ask(method, 'rtsp://10.0.0.1/works/tiny', UDP).status).toBe(402);
  });

  test('lets an address hear a pre-listen a dozen times a day, by new sessions or by rewinding, and then asks for payment', () => {
    const session = setUp(URL_OF_PRICED);
    for (let count = 1; count < limits.plainTrialsPerWork; count += 1) {
      expect(ask('PLAY', URL_OF_PRICED, { Session: session, Range: 'npt=0-' }).status).toBe(200);
    }
    ask('PAUSE', URL_OF_PRICED, { Session: session });
    expect(ask('PLAY', URL_OF_PRICED, { Session: session }).status).toBe(200);
    expect(ask('PLAY', URL_OF_PRICED, { Session: setUp(URL_OF_PRICED) }).status).toBe(200);
    expect(ask('PLAY', URL_OF_PRICED, { Session: session, Range: 'npt=0-' }).status).toBe(402);
    for (const method of ['DESCRIBE', 'SETUP']) expect(ask(method, URL_OF_PRICED, UDP).status).toBe(402);
    expect(ask('DESCRIBE', URL_OF_FREE).status).toBe(200);
    expect(desk.answer(request('DESCRIBE', URL_OF_PRICED), new FakeRtspClient('10.0.0.3'), 'priced').status).toBe(200);
  });

  test('pauses, and plays on where it was', async () => {
    const session = setUp(URL_OF_PRICED);
    ask('PLAY', URL_OF_PRICED, { Session: session });
    await clock.advance(1_000);
    ask('PAUSE', URL_OF_PRICED, { Session: session });
    await clock.advance(5_000);
    expect(datagrams.rtp.length).toBe(58);
    ask('PLAY', URL_OF_PRICED, { Session: session });
    await clock.advance(1_000);
    const sent = packets();
    expect(sent.map((packet) => packet.index)).toEqual(sent.map((_, index) => index));
    expect(sent.every((packet, at) => at === 0 || packet.sequence === ((sent[at - 1]?.sequence ?? 0) + 1) % 65_536)).toBe(true);
  });

  test('sends interleaved where asked, and waits for a connection that is full', async () => {
    const session = setUp(URL_OF_FREE, { Transport: 'RTP/AVP/TCP;unicast;interleaved=2-3' });
    ask('PLAY', URL_OF_FREE, { Session: session });
    await clock.advance(1_000);
    client.full = true;
    await clock.advance(2_000);
    expect(client.frames.filter((frame) => frame.channel === 2).length).toBe(58);
    client.full = false;
    await clock.advance(10_000);
    expect(client.frames.filter((frame) => frame.channel === 2).length).toBe(300);
    expect(client.frames.some((frame) => frame.channel === 3)).toBe(true);
  });

  test('repeats what a client says it lost: as RTX where it set up AVPF, else as it was, and never more than a tenth', async () => {
    for (const profile of ['RTP/AVP', 'RTP/AVPF']) {
      datagrams.rtp.length = 0;
      const reply = ask('SETUP', URL_OF_FREE, { Transport: `${profile};unicast;client_port=6000-6001` });
      ask('PLAY', URL_OF_FREE, { Session: headerOf(reply, 'Session') });
      await clock.advance(2_000);
      const before = datagrams.rtp.length;
      const lost = datagrams.rtp.slice(-40).map(({ bytes }) => ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
      const media = Number.parseInt(/ssrc=([0-9A-F]+)/.exec(headerOf(reply, 'Transport'))?.[1] ?? '', 16);
      const nack = encodeRtcp({ type: 'nack', sender: 1, media, lost });
      desk.onRtcp(nack, { address: '10.9.9.9', port: 6_001 });
      desk.onRtcp(encodeRtcp({ type: 'nack', sender: 1, media: media + 7, lost }), { address: client.peerAddress, port: 6_001 });
      expect(datagrams.rtp.length).toBe(before);
      desk.onRtcp(nack, { address: client.peerAddress, port: 6_001 });
      const repeats = datagrams.rtp.slice(before).map(({ bytes }) => bytes);
      expect(repeats.length).toBe(Math.floor(before / 9));
      expect(repeats.every((bytes) => isRtx(bytes))).toBe(profile === 'RTP/AVPF');
      const originals = repeats.map((bytes) => (isRtx(bytes) ? unwrapRtx(bytes, { payloadType: 97, ssrc: media }) : { ok: true, value: bytes }));
      const first = datagrams.rtp.slice(before - 40, before - 40 + repeats.length).map(({ bytes }) => ({ ok: true, value: bytes }));
      expect(originals).toEqual(first);
      desk.gone(client);
    }
  });

  test('sends to nobody but the RTSP peer', () => {
    expect(ask('SETUP', URL_OF_FREE, { Transport: 'RTP/AVP;unicast;destination=10.9.9.9;client_port=6000-6001' }).status).toBe(403);
    expect(ask('SETUP', URL_OF_FREE, { Transport: 'RTP/AVP;multicast;client_port=6000-6001' }).status).toBe(461);
    expect(ask('SETUP', URL_OF_FREE, { Transport: 'RTP/AVP;unicast' }).status).toBe(461);
  });

  test('gives a session to nobody but its own connection', () => {
    const session = setUp(URL_OF_FREE);
    const other = new FakeRtspClient('10.0.0.3');
    expect(desk.answer(request('TEARDOWN', URL_OF_FREE, { Session: session }), other, 'free').status).toBe(454);
    expect(ask('PLAY', URL_OF_FREE, { Session: 'guess' }).status).toBe(454);
  });

  test('stops with its connection', async () => {
    const session = setUp(URL_OF_FREE);
    ask('PLAY', URL_OF_FREE, { Session: session });
    await clock.advance(1_000);
    desk.gone(client);
    const sent = datagrams.rtp.length;
    await clock.advance(5_000);
    expect(datagrams.rtp.length).toBe(sent);
    expect(clock.pending).toBe(0);
  });

  test('bounds the number of strangers', () => {
    for (let count = 0; count < limits.plainStreamsMax; count += 1) setUp(URL_OF_FREE);
    expect(ask('SETUP', URL_OF_FREE, UDP).status).toBe(453);
  });
});
