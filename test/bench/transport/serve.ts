// Real streams, monitor, MAC, registry on a real book, real sockets; one process, one thread.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PaymentRegistry } from '../../../src/headend/payment-registry.ts';
import { openSenderBook } from '../../../src/headend/sender/sender-book.ts';
import { openHeadendBook } from '../../../src/headend/stores/headend-book.ts';
import { type DatagramPair, openDatagramPair } from '../../../src/headend/stream/datagram-socket.ts';
import { Pacer } from '../../../src/headend/stream/pacer.ts';
import { PaidDesk } from '../../../src/headend/stream/paid-desk.ts';
import type { Peer } from '../../../src/headend/stream/peer.ts';
import { limits } from '../../../src/limits.ts';
import { useNativeCrypto, useNativeEd25519 } from '../../../src/platform/fast-crypto.ts';
import { openNativeLibrary } from '../../../src/platform/native/native-library.ts';
import { helpersGiveWay } from '../../../src/platform/priority.ts';
import { rtspAuth } from '../../../src/platform/rtsp-auth.ts';
import { createSrtpReceiver, createSrtpSender } from '../../../src/platform/srtp.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../src/platform/system-random.ts';
import { monotonicMs, sleep } from '../../../src/ports/clock.ts';
import { fromHex } from '../../../src/units/bytes.ts';
import { encodeRtcp } from '../../../src/wire/rtcp.ts';
import { encodeRtp } from '../../../src/wire/rtp.ts';
import { parseRtpInfo, parseTransport } from '../../../src/wire/rtsp-headers.ts';
import { FakeRtspClient, finish, headerOf, request } from '../../fakes/desk-scene.ts';
import { MemorySegments } from '../../fakes/memory-segments.ts';
import { enrolKey } from '../../unit/headend/stores/book-fixture.ts';
import { stolenSeconds } from '../process-stat.ts';
import { bareLateness } from './bare-pace.ts';
import { benchPayloads, benchSession, benchWork, boxSsrc, type RunWish, type ServerFigures, type StreamStarted } from './bench-session.ts';
import { PaceMeter } from './pace-meter.ts';

const HOST = '127.0.0.1';
/** Code is compiled by then, the lead has grown, and each stream has its place on the wheel. */
const SETTLE_MS = 6_000;
/** For what is measured alone: packets of each of many streams, as the caches of one stream would flatter. */
const ROUNDS = 60;
const DATAGRAMS = 40_000;
const DATAGRAMS_A_TURN = 40;

type BenchSession = ReturnType<typeof benchSession>;

/** SETUP and PLAY as the box asks for them, without the TCP connection. */
function begin(desk: PaidDesk, session: BenchSession, index: number, ports: { readonly rtp: number; readonly rtcp: number }): StreamStarted {
  const client = new FakeRtspClient(HOST);
  const uri = `rtsp://bench/sessions/${session.row.sid}`;
  const ask = (method: string, cseq: number, own: Readonly<Record<string, string>>) => {
    const auth = rtspAuth(session.keys.rtsp, { method, uri, cseq, body: new Uint8Array(0) });
    const named = { CSeq: String(cseq), Require: 'ackpay.v1', 'Ackpay-Session': session.row.sid, 'Ackpay-Epoch': '0', 'Ackpay-Auth': auth };
    return finish(desk.answer(request(method, uri, { ...named, ...own }), client, session.row.sid));
  };
  const ssrc = boxSsrc(index).toString(16);
  const setup = ask('SETUP', 1, { Transport: `RTP/SAVPF;unicast;client_port=${ports.rtp}-${ports.rtp + 1};ssrc=${ssrc}` });
  const play = ask('PLAY', 2, { Session: headerOf(setup, 'Session').split(';')[0] ?? '' });
  const info = parseRtpInfo(headerOf(play, 'RTP-Info'));
  const media = parseTransport(headerOf(setup, 'Transport'))[0]?.ssrc ?? 0;
  return { kind: 'started', index, ssrc: media, timestampOrigin: info.ok ? (info.value.rtpTimestamp ?? 0) : 0, rtcpPort: ports.rtcp };
}

function microsSince(before: NodeJS.CpuUsage, times: number): number {
  const spent = process.cpuUsage(before);
  return Math.round((100 * (spent.user + spent.system)) / times) / 100;
}

/** What SRTP costs a paid packet here, in the same process: the packet, and its tenth of a WINDOW sealed and of an ACK opened. */
function srtpMicros(sessions: readonly BenchSession[], payload: Uint8Array): number {
  const parts = sessions.map(({ keys }) => ({
    sender: createSrtpSender(keys.srtpToDevice, 1),
    box: createSrtpSender(keys.srtpToHeadend, 1),
    receiver: createSrtpReceiver(keys.srtpToHeadend),
  }));
  const packets = Array.from({ length: ROUNDS }, (_, at) => encodeRtp({ payloadType: 97, marker: false, sequence: at, timestamp: at, ssrc: 1, payload }));
  const window = encodeRtcp({ type: 'bye', ssrcs: [1], reason: 'x'.repeat(120) });
  const acks = parts.map(({ box }) => Array.from({ length: ROUNDS / 10 }, () => box.protectRtcp(window.subarray(0, 60))));
  const before = process.cpuUsage();
  for (const [at, packet] of packets.entries()) {
    for (const [index, { sender, receiver }] of parts.entries()) {
      sender.protectRtp(packet);
      if (at % 10 !== 0) continue;
      sender.protectRtcp(window);
      receiver.unprotectRtcp(acks[index]?.[at / 10] ?? window);
    }
  }
  return microsSince(before, ROUNDS * Math.max(1, parts.length));
}

/** What a datagram costs when nothing is done but to send it, by the same socket, in the same process: no sender can be cheaper. */
async function bareSendMicros(pair: DatagramPair, payloads: readonly Uint8Array[], to: Peer): Promise<number> {
  const datagrams = payloads.slice(0, DATAGRAMS_A_TURN).map((payload) => new Uint8Array(payload.length + 28));
  const before = process.cpuUsage();
  for (let sent = 0; sent < DATAGRAMS; sent += DATAGRAMS_A_TURN) {
    for (const datagram of datagrams) pair.sendRtp(datagram, to);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  return microsSince(before, DATAGRAMS);
}

/** Streams begin, settle and are measured; the figures go to the process of the crowd. */
export async function serve(wish: RunWish & { readonly rtpPort: number; readonly publicKey: string }): Promise<void> {
  // As the sender does.
  helpersGiveWay(limits.collectorNiceness);
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-bench-'));
  const clock = systemClock;
  const devicePublicKey = fromHex(wish.publicKey) ?? new Uint8Array(32);
  const book = openHeadendBook(join(folder, 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
  const outlet = enrolKey(book, devicePublicKey);
  const segments = new MemorySegments();
  const payloads = benchPayloads(wish);
  const work = benchWork(wish.packets, await segments.putWork(payloads));
  book.putWork(work, 'bench');
  const log = { info: () => {}, warn: (event: string) => void process.stderr.write(`${event}\n`) };
  // As the sender of a headend has it.
  const commits = openSenderBook(folder, { clock, random: systemRandom });
  const registry = new PaymentRegistry({ store: commits, clock, log });
  const library = wish.native ? await openNativeLibrary() : null;
  if (wish.native && (library === null || !useNativeCrypto(library) || !(await useNativeEd25519())))
    throw new Error('the native way is not to be had on this machine');
  const opened = await openDatagramPair(systemClock, HOST, 0, library);
  if (!opened.ok) throw new Error(opened.error.message);
  const meter = new PaceMeter(wish.seconds);
  const datagrams = wish.paced ? meter.watch(opened.value) : opened.value;
  const desk = new PaidDesk({ clock, random: systemRandom, log, segments, registry, pacer: new Pacer(clock), datagrams });
  datagrams.onRtcp((bytes, from) => void desk.onRtcp(bytes, from));
  const sessions = Array.from({ length: wish.streams }, (_, index) => benchSession(index, outlet, work, devicePublicKey, wish.srtp));
  process.send?.({ kind: 'outlet', outlet: { ...outlet, publicKey: [] } });
  await new Promise((resolve) => process.once('message', resolve));
  for (const [index, session] of sessions.entries()) {
    book.openSession(session.row);
    desk.admit(session);
    const started = begin(desk, session, index, { rtp: wish.rtpPort, rtcp: datagrams.rtcpPort });
    meter.add(started.ssrc);
    process.send?.(started);
    if (index % 10 === 9) await sleep(systemClock, 30);
  }
  await sleep(systemClock, SETTLE_MS);
  const measured = await measure(wish, desk, meter);
  desk.close();
  await registry.close();
  await commits.close();
  const payload = payloads[0] ?? new Uint8Array(1);
  const to = { address: HOST, port: wish.rtpPort };
  const bareLateMs = wish.paced ? await bareLateness(opened.value, wish.streams, payloads, to) : null;
  const alone = { bareLateMs, srtpMicros: srtpMicros(sessions, payload), bareSendMicros: await bareSendMicros(opened.value, payloads, to) };
  const figures: ServerFigures = { kind: 'figures', ...measured, ...alone };
  await new Promise<void>((resolve) => void process.send?.(figures, undefined, undefined, () => resolve()));
  book.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

async function measure(wish: RunWish, desk: PaidDesk, meter: PaceMeter): Promise<Omit<ServerFigures, 'kind' | 'srtpMicros' | 'bareSendMicros' | 'bareLateMs'>> {
  const totals = (): { sent: number; paid: number } =>
    desk.views().reduce((sum, view) => ({ sent: sum.sent + view.packetsSent, paid: sum.paid + view.packetsPaid }), { sent: 0, paid: 0 });
  const processor = cpus().length - 1;
  const [before, cpuBefore, startedMs, stolenBefore] = [totals(), process.cpuUsage(), monotonicMs(systemClock), stolenSeconds(processor)];
  meter.begin();
  await sleep(systemClock, wish.seconds * 1_000);
  meter.end();
  const [after, cpu, seconds] = [totals(), process.cpuUsage(cpuBefore), (monotonicMs(systemClock) - startedMs) / 1_000];
  const times = { seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, stolenSeconds: stolenSeconds(processor) - stolenBefore };
  const counted = { packetsSent: after.sent - before.sent, packetsPaid: after.paid - before.paid };
  return { ...times, ...counted, ...(wish.paced ? meter.lateness() : { lateMs: null, burstPackets: null }) };
}
