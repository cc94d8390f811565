import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { CatalogueStore, StoredRendition, StoredWork } from '../../ports/headend-stores.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { asId } from '../../units/ids.ts';
import { packetMsOf } from '../../units/time.ts';
import { decodeRtcp, splitCompound } from '../../wire/rtcp.ts';
import type { RtspRequest } from '../../wire/rtsp.ts';
import { formatNptRange, formatRtpInfo, formatTransport } from '../../wire/rtsp-headers.ts';
import type { DatagramPair } from './datagram-socket.ts';
import type { Pacer } from './pacer.ts';
import type { Peer } from './peer.ts';
import { PlainStream } from './plain-stream.ts';
import { PreListenQuota, strangerPackets } from './pre-listen.ts';
import { namedSession, newRtspSessionId, optionsReply, rangeStart, sessionHeader } from './rtsp-replies.ts';
import type { RtspClient, RtspReply } from './rtsp-server.ts';
import { chooseTransport, type TransportChoice } from './transport-header.ts';
import { describeWork } from './work-description.ts';

export interface PlainDeskDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly catalogue: Pick<CatalogueStore, 'work' | 'rendition'>;
  readonly segments: SegmentStore;
  readonly pacer: Pacer;
  readonly datagrams: DatagramPair;
}

interface PlainRtspSession {
  readonly id: string;
  readonly client: RtspClient;
  readonly work: StoredWork;
  readonly stream: PlainStream;
  readonly rtcpPeer: Peer | null;
  /** Channel of its interleaved RTCP; null over UDP. */
  readonly rtcpChannel: number | null;
  readonly leavePacer: () => void;
  lastHeardMs: number;
}

/** RTSP for clients that know no ackpay: free works whole, of priced ones the pre-listen, then 402 Payment Required. */
export class PlainDesk {
  readonly #deps: PlainDeskDeps;
  readonly #sessions = new Map<string, PlainRtspSession>();
  readonly #quota = new PreListenQuota();

  constructor(deps: PlainDeskDeps) {
    this.#deps = deps;
  }

  answer(request: RtspRequest, client: RtspClient, workId: string): RtspReply {
    if (request.method === 'OPTIONS') return optionsReply;
    const work = this.#deps.catalogue.work(asId(workId));
    // A stranger has no terms, and a channel no end at which they would be over.
    if (work === null || work.retired || work.channel !== undefined) return { status: 404 };
    if (request.method === 'DESCRIBE') return this.#describe(request, work, client);
    const id = namedSession(request);
    if (request.method === 'SETUP') return id === null ? this.#setUp(request, client, work) : { status: 459 };
    const session = id === null ? undefined : this.#sessions.get(id);
    if (session === undefined || session.client !== client) return { status: 454 };
    session.lastHeardMs = monotonicMs(this.#deps.clock);
    return this.#control(request, session);
  }

  /**
   * A datagram on the RTCP port. Anything at all shows that someone is there; a NACK asks for repair. Nothing else has an effect.
   */
  onRtcp(bytes: Uint8Array, from: Peer): void {
    for (const session of this.#sessions.values()) {
      if (session.rtcpPeer?.port === from.port && session.rtcpPeer.address === from.address) this.#hear(bytes, session);
    }
  }

  /** The same in a frame of the RTSP connection. */
  onFrame(channel: number, bytes: Uint8Array, client: RtspClient): void {
    for (const session of this.#sessions.values()) if (session.client === client && session.rtcpChannel === channel) this.#hear(bytes, session);
  }

  isInUse(client: RtspClient): boolean {
    return [...this.#sessions.values()].some((session) => session.client === client && session.stream.state === 'playing');
  }

  /** A stranger's streams end with its connection. */
  gone(client: RtspClient): void {
    for (const session of [...this.#sessions.values()]) if (session.client === client) this.#end(session);
  }

  /** Ends streams that nobody has asked for since `limits.rtspSessionIdleMs`. */
  sweep(): void {
    const nowMs = monotonicMs(this.#deps.clock);
    for (const session of [...this.#sessions.values()]) {
      if (session.stream.state !== 'playing' && nowMs - session.lastHeardMs > limits.rtspSessionIdleMs) this.#end(session);
    }
  }

  close(): void {
    for (const session of [...this.#sessions.values()]) this.#end(session);
  }

  #hear(bytes: Uint8Array, session: PlainRtspSession): void {
    session.lastHeardMs = monotonicMs(this.#deps.clock);
    const packets = splitCompound(bytes);
    for (const packet of packets.ok ? packets.value : []) {
      const nack = decodeRtcp(packet);
      if (nack.ok && nack.value.type === 'nack' && nack.value.media === session.stream.ssrc) session.stream.repeat(nack.value.lost);
    }
  }

  /** True where nothing of this work is left for this client but to buy it. */
  #mustPay(work: StoredWork, client: RtspClient): boolean {
    if (work.free) return false;
    return strangerPackets(work) === 0 || this.#quota.isUsedUp(client.peerAddress, work.id, monotonicMs(this.#deps.clock));
  }

  #describe(request: RtspRequest, work: StoredWork, client: RtspClient): RtspReply {
    if (this.#mustPay(work, client)) return { status: 402 };
    const accept = request.headers.get('accept');
    if (accept !== undefined && !/application\/sdp|\*\/\*/i.test(accept)) return { status: 406 };
    const base = `${request.uri.replace(/\/$/, '')}/`;
    const body = new TextEncoder().encode(describeWork(work, strangerPackets(work), client.localAddress));
    return { status: 200, headers: { 'Content-Base': base, 'Content-Type': 'application/sdp' }, body };
  }

  #setUp(request: RtspRequest, client: RtspClient, work: StoredWork): RtspReply {
    const choice = chooseTransport(request.headers.get('transport') ?? '');
    if (choice === 'destination') return { status: 403 };
    if (this.#mustPay(work, client)) return { status: 402 };
    if (choice === 'unsupported' || choice.profile.startsWith('RTP/SAVP')) return { status: 461 };
    if (this.#sessions.size >= limits.plainStreamsMax) return { status: 453 };
    const stream = new PlainStream({
      ...this.#deps,
      work,
      rendition: this.#renditionOf(work),
      takesRtx: choice.profile === 'RTP/AVPF',
      ...this.#sending(choice, client),
    });
    const session: PlainRtspSession = {
      id: newRtspSessionId(this.#deps.random),
      client,
      work,
      stream,
      rtcpPeer: choice.kind === 'udp' ? { address: client.peerAddress, port: choice.clientPort[1] } : null,
      rtcpChannel: choice.kind === 'interleaved' ? choice.channels[1] : null,
      leavePacer: this.#deps.pacer.join(stream).leave,
      lastHeardMs: monotonicMs(this.#deps.clock),
    };
    this.#sessions.set(session.id, session);
    const { rtpPort, rtcpPort } = this.#deps.datagrams;
    const agreed =
      choice.kind === 'udp'
        ? { lower: 'UDP' as const, clientPort: choice.clientPort, serverPort: [rtpPort, rtcpPort] as const }
        : { lower: 'TCP' as const, interleaved: choice.channels };
    const transport = formatTransport({ profile: choice.profile, ...agreed, ssrc: stream.ssrc });
    return { status: 200, headers: { Transport: transport, Session: sessionHeader(session.id) } };
  }

  /** What most can show: H.264 where there is one. */
  #renditionOf(work: StoredWork): StoredRendition | null {
    const shown = work.video?.renditions ?? [];
    const name = (shown.find(({ codec }) => codec === 'h264') ?? shown[0])?.name;
    return name === undefined ? null : this.#deps.catalogue.rendition(asId(work.id), name);
  }

  #sending(choice: TransportChoice, client: RtspClient): { sendRtp: (bytes: Uint8Array) => boolean; sendRtcp: (bytes: Uint8Array) => void } {
    if (choice.kind === 'interleaved') {
      const [rtp, rtcp] = choice.channels;
      return { sendRtp: (bytes) => client.sendFrame(rtp, bytes), sendRtcp: (bytes) => void client.sendFrame(rtcp, bytes) };
    }
    const address = client.peerAddress;
    const [rtp, rtcp] = choice.clientPort;
    const { datagrams } = this.#deps;
    const sendRtp = (bytes: Uint8Array): boolean => {
      datagrams.sendRtp(bytes, { address, port: rtp });
      return true;
    };
    return { sendRtp, sendRtcp: (bytes) => datagrams.sendRtcp(bytes, { address, port: rtcp }) };
  }

  #control(request: RtspRequest, session: PlainRtspSession): RtspReply {
    const headers = { Session: sessionHeader(session.id) };
    if (request.method === 'TEARDOWN') {
      this.#end(session);
      return { status: 200, headers };
    }
    // PAUSE costs nothing, and GStreamer pauses before it closes: an error there would make a clean end look like a failure.
    if (session.stream.state === 'trial-over' && request.method !== 'PAUSE') return { status: 402, headers };
    if (request.method === 'PLAY') return this.#play(request, session);
    if (request.method === 'PAUSE') {
      session.stream.pause();
      return { status: 200, headers };
    }
    if (request.method === 'GET_PARAMETER' || request.method === 'SET_PARAMETER') return { status: 200, headers };
    return { status: 501, headers };
  }

  #play(request: RtspRequest, session: PlainRtspSession): RtspReply {
    const { stream, work } = session;
    const packetMs = packetMsOf(work);
    const from = rangeStart(request, packetMs);
    const end = strangerPackets(work);
    if (from === null) return { status: 457 };
    if (from !== 'nowhere' && from >= end) return { status: from < work.packets ? 402 : 457 };
    if (stream.state === 'failed' || stream.state === 'ended') return { status: 455 };
    if (!work.free && (from !== 'nowhere' || stream.state === 'ready')) {
      if (this.#mustPay(work, session.client)) return { status: 402, headers: { Session: sessionHeader(session.id) } };
      this.#quota.note(session.client.peerAddress, work.id, monotonicMs(this.#deps.clock));
    }
    const start = stream.play(from);
    return {
      status: 200,
      headers: {
        Session: sessionHeader(session.id),
        Range: formatNptRange({ fromMs: start.packetIndex * packetMs, toMs: end * packetMs }),
        'RTP-Info': formatRtpInfo({ uri: request.uri, sequence: start.sequence, rtpTimestamp: start.timestamp }),
      },
      afterwards: () => stream.tick(monotonicMs(this.#deps.clock)),
    };
  }

  #end(session: PlainRtspSession): void {
    session.leavePacer();
    session.stream.close();
    this.#sessions.delete(session.id);
  }
}
