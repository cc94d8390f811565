import type { CarriedCounts } from '../../domain/credit/monitor-state.ts';
import { slotsUsed } from '../../domain/credit/sequence-reserve.ts';
import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { PACKET_MS } from '../../units/time.ts';
import type { RtspRequest } from '../../wire/rtsp.ts';
import { formatNptRange, formatRtpInfo, formatTransport } from '../../wire/rtsp-headers.ts';
import type { PaymentRegistry } from '../payment-registry.ts';
import type { AdmittedSession, StreamView } from '../stream-port.ts';
import type { DatagramPair, Peer } from './datagram-socket.ts';
import type { Pacer } from './pacer.ts';
import { refusePaidRequest } from './paid-admission.ts';
import { PayStream } from './pay-stream.ts';
import { namedSession, newRtspSessionId, optionsReply, rangeStart, sessionHeader } from './rtsp-replies.ts';
import type { RtspClient, RtspReply } from './rtsp-server.ts';
import { chooseTransport } from './transport-header.ts';
import { describeWork } from './work-description.ts';

export interface PaidDeskDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly segments: SegmentStore;
  readonly registry: PaymentRegistry;
  readonly pacer: Pacer;
  readonly datagrams: DatagramPair;
}

/** One admitted epoch. The stream exists from the first SETUP on. */
interface PaidRtspSession {
  readonly admitted: AdmittedSession;
  readonly carried: CarriedCounts | undefined;
  stream: PayStream | null;
  rtspSession: string | null;
  rtp: Peer | null;
  rtcp: Peer | null;
  client: RtspClient | null;
  lastCseq: number;
  lastAskedMs: number;
}

/** RTSP for boxes: every request authenticated, one live epoch a session, the stream outliving a broken connection. */
export class PaidDesk {
  readonly #deps: PaidDeskDeps;
  readonly #sessions = new Map<string, PaidRtspSession>();
  readonly #byRtcpPeer = new Map<string, PaidRtspSession>();
  /** What fenced epochs left, oldest first; lost with the process, when the rows must do. */
  readonly #carried = new Map<string, CarriedCounts>();

  constructor(deps: PaidDeskDeps) {
    this.#deps = deps;
  }

  admit(admitted: AdmittedSession): void {
    const { sid } = admitted.row;
    const before = this.#sessions.get(sid);
    if (before !== undefined && before.admitted.epoch >= admitted.epoch) return;
    if (before !== undefined) this.fence(sid);
    const idle = { stream: null, rtspSession: null, rtp: null, rtcp: null, client: null, lastCseq: -1 };
    this.#sessions.set(sid, { admitted, carried: this.#carried.get(sid), ...idle, lastAskedMs: monotonicMs(this.#deps.clock) });
  }

  /** Stops the epoch in force, forgets its keys, and makes its counts durable before it returns. */
  fence(sid: string): void {
    const session = this.#sessions.get(sid);
    if (session !== undefined) this.#remove(session);
    this.#deps.registry.flush();
  }

  answer(request: RtspRequest, client: RtspClient, sid: string): RtspReply {
    const session = this.#sessions.get(sid);
    if (session === undefined) return { status: 454 };
    const refusal = refusePaidRequest(request, session.admitted, session.lastCseq);
    if (refusal !== null) {
      this.#deps.log.info('rtsp-refused', { sid, method: request.method, status: refusal });
      return refusal === 551 ? { status: 551, headers: { Unsupported: request.headers.get('require') ?? '' } } : { status: refusal };
    }
    session.lastCseq = Number(request.headers.get('cseq'));
    session.lastAskedMs = monotonicMs(this.#deps.clock);
    session.client = client;
    return this.#serve(request, session, client);
  }

  /** A datagram on the RTCP port; false where it belongs to no paid session. */
  onRtcp(bytes: Uint8Array, from: Peer): boolean {
    const session = this.#byRtcpPeer.get(keyOf(from));
    session?.stream?.onRtcp(bytes);
    return session !== undefined;
  }

  isInUse(client: RtspClient): boolean {
    return [...this.#sessions.values()].some((session) => session.client === client);
  }

  /** A broken connection ends nothing at once: the box may come back. */
  gone(client: RtspClient): void {
    for (const session of this.#sessions.values()) if (session.client === client) session.client = null;
  }

  /** Ends sessions that were heard of by neither RTSP nor feedback for `limits.rtspSessionIdleMs`. */
  sweep(): void {
    const nowMs = monotonicMs(this.#deps.clock);
    for (const session of [...this.#sessions.values()]) {
      const heardMs = Math.max(session.lastAskedMs, session.stream?.lastHeardMs ?? 0);
      if (nowMs - heardMs <= limits.rtspSessionIdleMs) continue;
      if (session.stream === null) this.#remove(session);
      else session.stream.end('nothing was heard of the device');
    }
  }

  view(sid: string): StreamView | null {
    const session = this.#sessions.get(sid);
    return session === undefined ? null : viewOf(session);
  }

  views(): readonly StreamView[] {
    return [...this.#sessions.values()].map(viewOf);
  }

  close(): void {
    for (const session of [...this.#sessions.values()]) this.#remove(session);
    this.#deps.registry.flush();
  }

  #serve(request: RtspRequest, session: PaidRtspSession, client: RtspClient): RtspReply {
    const { method } = request;
    if (method === 'OPTIONS') return optionsReply;
    if (method === 'DESCRIBE') return describe(request, session, client);
    if (method === 'SETUP') return this.#setUp(request, session, client);
    if (session.rtspSession === null || namedSession(request) !== session.rtspSession || session.stream === null) return { status: 454 };
    const headers = { Session: sessionHeader(session.rtspSession) };
    if (method === 'PLAY') return play(request, session.stream, session.admitted, headers);
    if (method === 'PAUSE') {
      session.stream.pause();
      return { status: 200, headers };
    }
    if (method === 'TEARDOWN') {
      this.#remove(session);
      this.#deps.registry.flush();
      return { status: 200, headers };
    }
    if (method === 'GET_PARAMETER' || method === 'SET_PARAMETER') return { status: 200, headers };
    return { status: 501, headers };
  }

  /** UDP to the RTSP peer's own address only. A SETUP again (after a lost connection) moves the stream to the new ports. */
  #setUp(request: RtspRequest, session: PaidRtspSession, client: RtspClient): RtspReply {
    const choice = chooseTransport(request.headers.get('transport') ?? '');
    if (choice === 'destination') return { status: 403 };
    if (choice === 'unsupported' || choice.kind !== 'udp') return { status: 461 };
    if (session.rtcp !== null) this.#byRtcpPeer.delete(keyOf(session.rtcp));
    session.rtp = { address: client.peerAddress, port: choice.clientPort[0] };
    session.rtcp = { address: client.peerAddress, port: choice.clientPort[1] };
    this.#byRtcpPeer.set(keyOf(session.rtcp), session);
    session.stream ??= this.#openStream(session);
    session.rtspSession ??= newRtspSessionId(this.#deps.random);
    const { rtpPort, rtcpPort } = this.#deps.datagrams;
    const transport = formatTransport({
      profile: choice.profile,
      lower: 'UDP',
      clientPort: choice.clientPort,
      serverPort: [rtpPort, rtcpPort],
      ssrc: session.stream.ssrc,
    });
    return { status: 200, headers: { Transport: transport, Session: sessionHeader(session.rtspSession) } };
  }

  #openStream(session: PaidRtspSession): PayStream {
    const { datagrams } = this.#deps;
    return new PayStream({
      ...this.#deps,
      session: session.admitted,
      ...(session.carried === undefined ? {} : { carried: session.carried }),
      sendRtp: (bytes) => {
        if (session.rtp !== null) datagrams.sendRtp(bytes, session.rtp);
      },
      sendRtcp: (bytes) => {
        if (session.rtcp !== null) datagrams.sendRtcp(bytes, session.rtcp);
      },
      receivedBytes: () => session.client?.receivedBytes ?? 0,
      onEnd: () => {
        this.#remove(session);
        this.#deps.registry.flush();
      },
    });
  }

  #remove(session: PaidRtspSession): void {
    const { sid } = session.admitted.row;
    if (this.#sessions.get(sid) === session) this.#sessions.delete(sid);
    if (session.rtcp !== null && this.#byRtcpPeer.get(keyOf(session.rtcp)) === session) this.#byRtcpPeer.delete(keyOf(session.rtcp));
    if (session.stream === null) return;
    this.#carried.delete(sid);
    this.#carried.set(sid, session.stream.stop());
    session.stream = null;
    const oldest = this.#carried.keys().next();
    if (this.#carried.size > limits.openSessionsTotal && oldest.done !== true) this.#carried.delete(oldest.value);
  }
}

function describe(request: RtspRequest, session: PaidRtspSession, client: RtspClient): RtspReply {
  const { terms, work, row } = session.admitted;
  const ackpay = { session: { sid: row.sid, termsHash: row.termsHash }, credit: terms.credit, trial: terms.trial };
  const body = new TextEncoder().encode(describeWork(work, work.packets, client.localAddress, ackpay));
  return { status: 200, headers: { 'Content-Base': `${request.uri.replace(/\/$/, '')}/`, 'Content-Type': 'application/sdp' }, body };
}

/** `rtptime` is the timestamp of packet 0 of the work, wherever the Range begins: the box knows each packet's place by it. */
function play(request: RtspRequest, stream: PayStream, { terms }: AdmittedSession, headers: { readonly Session: string }): RtspReply {
  const from = rangeStart(request);
  if (from === null || (from !== 'nowhere' && from >= terms.packets)) return { status: 457, headers };
  const start = stream.play(from);
  if (start === null) return { status: 402, headers };
  return {
    status: 200,
    headers: {
      ...headers,
      Range: formatNptRange({ fromMs: start.packetIndex * PACKET_MS, toMs: null }),
      'RTP-Info': formatRtpInfo({ uri: request.uri, sequence: start.sequence, rtpTimestamp: start.timestampOrigin }),
    },
    afterwards: () => stream.start(),
  };
}

function viewOf(session: PaidRtspSession): StreamView {
  if (session.stream !== null) return session.stream.view();
  const { row, epoch } = session.admitted;
  const acknowledged = row.counts.reduce((sum, count) => sum + count.packets, 0);
  const packetsPaid = row.counts.reduce((sum, count) => (count.billingClass === 'paid' ? sum + count.packets : sum), 0);
  const flight = { unpaidPackets: 0, maxUnpaidPackets: 0, suspended: false };
  return { sid: row.sid, packetsSent: slotsUsed(row.nextSequence, epoch), packetsAcknowledged: acknowledged, packetsPaid, ...flight, epoch };
}

function keyOf(peer: Peer): string {
  return `${peer.address} ${peer.port}`;
}
