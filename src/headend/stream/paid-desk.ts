import type { FencedWork } from '../../domain/credit/agree-paid.ts';
import type { CarriedCounts } from '../../domain/credit/monitor-state.ts';
import { slotsUsed } from '../../domain/credit/sequence-reserve.ts';
import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { SessionProgress } from '../../ports/headend-stores.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { wordAt } from '../../units/bytes.ts';
import { LEAD_PARAMETER, type RtspRequest } from '../../wire/rtsp.ts';
import { formatNptRange, formatRtpInfo, formatTransport, type TransportSpec } from '../../wire/rtsp-headers.ts';
import type { PaymentRegistry } from '../payment-registry.ts';
import { leaseReport } from '../session-lease.ts';
import type { AdmittedSession, StreamView } from '../stream-port.ts';
import type { DatagramPair } from './datagram-socket.ts';
import { framePath, type MediaPath, NO_PATH, UdpPath, type UdpPeers } from './media-path.ts';
import type { Pacer } from './pacer.ts';
import type { LiveSources } from './packet-source.ts';
import { refusePaidRequest } from './paid-admission.ts';
import { PayStream } from './pay-stream.ts';
import { type Peer, peerAt } from './peer.ts';
import { namedSession, newRtspSessionId, optionsReply, rangeStart, sessionHeader } from './rtsp-replies.ts';
import type { RtspClient, RtspReply } from './rtsp-server.ts';
import { chooseTransport, type TransportChoice } from './transport-header.ts';
import { describeWork } from './work-description.ts';

export interface PaidDeskDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly segments: SegmentStore;
  readonly live?: LiveSources;
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
  /** By UDP: the ports of the box. */
  peers: UdpPeers | null;
  /** In frames: the channels of the connection `client`. */
  channels: readonly [number, number] | null;
  /** Of what the box sends, where it told: finds it behind a NAT. */
  boxSsrc: number | null;
  client: RtspClient | null;
  lastCseq: number;
  lastAskedMs: number;
}

/** RTSP for boxes: every request authenticated, one live epoch a session, the stream outliving a broken connection. */
export class PaidDesk {
  readonly #deps: PaidDeskDeps;
  readonly #sessions = new Map<string, PaidRtspSession>();
  /** Of what boxes send; those of different addresses can be the same. */
  readonly #bySsrc = new Map<number, PaidRtspSession[]>();
  /** What fenced epochs left, oldest first; lost with the process, when the rows must do. */
  readonly #carried = new Map<string, CarriedCounts>();

  constructor(deps: PaidDeskDeps) {
    this.#deps = deps;
  }

  admit(admitted: AdmittedSession): void {
    const { sid } = admitted.row;
    const before = this.#sessions.get(sid);
    if (before !== undefined && before.admitted.epoch >= admitted.epoch) return;
    if (before !== undefined) void this.fence(sid);
    const idle = { stream: null, rtspSession: null, peers: null, channels: null, boxSsrc: null, client: null, lastCseq: -1 };
    this.#sessions.set(sid, { admitted, carried: this.#carried.get(sid), ...idle, lastAskedMs: monotonicMs(this.#deps.clock) });
  }

  /** Stops the epoch in force, forgets its keys, and makes its counts durable before it resolves with what only memory knows. */
  async fence(sid: string): Promise<FencedWork | null> {
    const session = this.#sessions.get(sid);
    if (session !== undefined) this.#remove(session);
    await this.#deps.registry.flush();
    const { lostPaid, paidRanges = [], exposed = [] } = this.#carried.get(sid) ?? {};
    return lostPaid === undefined ? null : { lostPaid, paidRanges, exposed };
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

  /**
   * A datagram on the RTCP port; false where it belongs to no paid session. Behind a NAT it comes from another port than
   * the box announced: the session is found by the SSRC, and once the datagram proved authentic the stream follows to that port.
   * The address must be that of the RTSP connection all the same (ruling 23).
   */
  onRtcp(bytes: Uint8Array, from: Peer): boolean {
    return this.#onDatagram('rtcp', bytes, from);
  }

  /** A datagram on the RTP port: RTCP as well, by which a box shows where it is to be reached. */
  onRtp(bytes: Uint8Array, from: Peer): boolean {
    return this.#onDatagram('rtp', bytes, from);
  }

  /** A frame of an RTSP connection; false where it belongs to no paid session. */
  onFrame(channel: number, bytes: Uint8Array, client: RtspClient): boolean {
    for (const session of this.#sessions.values()) {
      if (session.client !== client || session.channels?.includes(channel) !== true) continue;
      session.stream?.onRtcp(bytes);
      return true;
    }
    return false;
  }

  isInUse(client: RtspClient): boolean {
    return [...this.#sessions.values()].some((session) => session.client === client);
  }

  /** A broken connection ends nothing at once: the box may come back. */
  gone(client: RtspClient): void {
    for (const session of this.#sessions.values()) {
      if (session.client !== client) continue;
      session.client = null;
      if (session.channels !== null) session.stream?.route(NO_PATH);
    }
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

  live(): ReadonlySet<string> {
    return new Set(this.#sessions.keys());
  }

  views(): readonly StreamView[] {
    return [...this.#sessions.values()].map(viewOf);
  }

  close(): void {
    for (const session of [...this.#sessions.values()]) this.#remove(session);
  }

  #onDatagram(port: keyof UdpPeers, bytes: Uint8Array, from: Peer): boolean {
    const session = this.#bySsrc.get(ssrcOf(bytes))?.find(({ peers }) => peers?.rtcp.address === from.address);
    if (session === undefined || session.peers === null) return false;
    const authentic = session.stream?.onRtcp(bytes) === true;
    if (authentic && session.peers[port].port !== from.port) session.peers[port] = peerAt(from.address, from.port);
    return true;
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
      void this.#deps.registry.flush();
      return { status: 200, headers };
    }
    if (method === 'SET_PARAMETER') return setParameter(request, session.stream, headers);
    if (method === 'GET_PARAMETER') return { status: 200, headers };
    return { status: 501, headers };
  }

  /** By UDP to the RTSP peer's own address only. A SETUP again (after a lost connection) moves the stream. */
  #setUp(request: RtspRequest, session: PaidRtspSession, client: RtspClient): RtspReply {
    const choice = chooseTransport(request.headers.get('transport') ?? '');
    if (choice === 'destination') return { status: 403 };
    if (choice === 'unsupported' || !choice.profile.startsWith('RTP/SAVP')) return { status: 461 };
    // By its SSRC alone a box is found whose ports a NAT has changed.
    if (choice.kind === 'udp' && choice.ssrc === null) return { status: 400 };
    this.#forgetSsrc(session);
    const { path, ...way } = this.#takeWay(choice, session, client);
    const redundant = redundancyAsked(request, session.admitted);
    session.stream ??= this.#openStream(session, redundant);
    session.stream.route(path);
    session.rtspSession ??= newRtspSessionId(this.#deps.random);
    const transport = formatTransport({ profile: choice.profile, ...way, ssrc: session.stream.ssrc });
    const headers = { Transport: transport, Session: sessionHeader(session.rtspSession), ...(redundant > 0 && { 'Ackpay-Red': redundant }) };
    return { status: 200, headers };
  }

  /** @returns the way, and what the Transport header says about it */
  #takeWay(
    choice: TransportChoice,
    session: PaidRtspSession,
    client: RtspClient,
  ): { readonly path: MediaPath } & Partial<TransportSpec> & Pick<TransportSpec, 'lower'> {
    const { datagrams } = this.#deps;
    if (choice.kind === 'interleaved') {
      session.peers = null;
      session.channels = choice.channels;
      return { path: framePath(client, choice.channels), lower: 'TCP', interleaved: choice.channels };
    }
    const address = client.peerAddress;
    const peers = { rtp: peerAt(address, choice.clientPort[0]), rtcp: peerAt(address, choice.clientPort[1]) };
    session.peers = peers;
    session.channels = null;
    session.boxSsrc = choice.ssrc;
    if (choice.ssrc !== null) this.#noteSsrc(session, choice.ssrc, address);
    return { path: new UdpPath(datagrams, peers), lower: 'UDP', clientPort: choice.clientPort, serverPort: [datagrams.rtpPort, datagrams.rtcpPort] };
  }

  #openStream(session: PaidRtspSession, redundantPackets: number): PayStream {
    return new PayStream({
      ...this.#deps,
      session: session.admitted,
      redundantPackets,
      ...(session.carried === undefined ? {} : { carried: session.carried }),
      receivedBytes: () => session.client?.receivedBytes ?? 0,
      onEnd: () => {
        this.#remove(session);
        void this.#deps.registry.flush();
      },
    });
  }

  /** The newest one of an address is the one that is found by it. */
  #noteSsrc(session: PaidRtspSession, ssrc: number, address: string): void {
    const others = this.#bySsrc.get(ssrc)?.filter((other) => other !== session && other.peers?.rtcp.address !== address) ?? [];
    this.#bySsrc.set(ssrc, [...others, session]);
  }

  #forgetSsrc(session: PaidRtspSession): void {
    const { boxSsrc } = session;
    if (boxSsrc === null) return;
    const others = this.#bySsrc.get(boxSsrc)?.filter((other) => other !== session) ?? [];
    if (others.length > 0) this.#bySsrc.set(boxSsrc, others);
    else this.#bySsrc.delete(boxSsrc);
  }

  #remove(session: PaidRtspSession): void {
    const { sid } = session.admitted.row;
    if (this.#sessions.get(sid) === session) this.#sessions.delete(sid);
    this.#forgetSsrc(session);
    if (session.stream === null) {
      this.#deps.registry.accumulate({ sid, progress: () => neverSent(session.admitted), committed: () => {}, fenced: () => {} });
      return;
    }
    this.#carried.delete(sid);
    this.#carried.set(sid, session.stream.stop());
    session.stream = null;
    const oldest = this.#carried.keys().next();
    if (this.#carried.size > limits.openSessionsTotal && oldest.done !== true) this.#carried.delete(oldest.value);
  }
}

/** An epoch that was never set up lent nothing: its lease goes back whole. */
function neverSent(admitted: AdmittedSession): SessionProgress {
  const { sid, counts, paidRanges, lostPaid, nextSequence } = admitted.row;
  return { sid, epoch: admitted.epoch, counts, paidRanges, lostPaid, nextSequence, ...leaseReport(admitted, true, 0) };
}

/** A body without the one parameter that there is (RFC 2326, 10.9) names it; none is a sign of life. */
function setParameter(request: RtspRequest, stream: PayStream, headers: { readonly Session: string }): RtspReply {
  const text = new TextDecoder().decode(request.body).trim();
  const lead = new RegExp(`^${LEAD_PARAMETER}: *([0-9]{1,5})$`, 'i').exec(text)?.[1];
  if (lead !== undefined) stream.setLead(Number(lead));
  else if (text !== '')
    return { status: 451, headers: { ...headers, 'Content-Type': 'text/parameters' }, body: new TextEncoder().encode(`${LEAD_PARAMETER}\r\n`) };
  return { status: 200, headers };
}

/** How many earlier packets of sound may go along with each one (RFC 2198): what the box can read of it, at most ours. */
function redundancyAsked(request: RtspRequest, { work }: AdmittedSession): number {
  const asked = request.headers.get('ackpay-red')?.trim() ?? '';
  return work.video === undefined && /^[1-9]$/.test(asked) ? Math.min(Number(asked), limits.redundancyMaxPackets) : 0;
}

/** The sender's SSRC, which SRTCP leaves in clear; -1 where there is none. */
function ssrcOf(bytes: Uint8Array): number {
  return bytes.length < 8 ? -1 : wordAt(bytes, 4);
}

function describe(request: RtspRequest, session: PaidRtspSession, client: RtspClient): RtspReply {
  const { terms, work, row } = session.admitted;
  const { credit, trial, confirmModes } = terms;
  const ackpay = { session: { sid: row.sid, termsHash: row.termsHash }, credit, trial, ...(confirmModes && { confirmModes }) };
  const body = new TextEncoder().encode(describeWork(work, work.packets, client.localAddress, ackpay));
  return { status: 200, headers: { 'Content-Base': `${request.uri.replace(/\/$/, '')}/`, 'Content-Type': 'application/sdp' }, body };
}

/** `rtptime` is the timestamp of packet 0 of the work, wherever the Range begins: the box knows each packet's place by it. */
function play(request: RtspRequest, stream: PayStream, { terms }: AdmittedSession, headers: { readonly Session: string }): RtspReply {
  const from = rangeStart(request, terms.packetMs);
  if (from === null || (from !== 'nowhere' && from >= terms.packets)) return { status: 457, headers };
  const start = stream.play(from);
  if (start === null) return { status: 402, headers };
  return {
    status: 200,
    headers: {
      ...headers,
      Range: formatNptRange({ fromMs: start.packetIndex * terms.packetMs, toMs: null }),
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
