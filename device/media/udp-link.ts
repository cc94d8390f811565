import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { fault, ok, type Result } from '../../src/units/result.ts';
import type { RtspResponse } from '../../src/wire/rtsp.ts';
import type { LinkFault, MediaLink, RtspAsk } from './media-link.ts';
import { plainAddress, RtspConnection } from './rtsp-connection.ts';

const PORT_TRIES = 32;

type Hear = (datagram: Uint8Array) => void;

/** RTSP over TCP with a pair of adjacent UDP ports beside it. */
export class UdpLink implements MediaLink {
  readonly rtpPort: number;
  readonly #connection: RtspConnection;
  readonly #rtp: UdpSocket;
  readonly #rtcp: UdpSocket;
  readonly #clock: Clock;
  readonly #onBlocked: () => void;
  #peerPorts: readonly [number, number] | null = null;
  #onRtp: Hear = () => {};
  #onRtcp: Hear = () => {};
  #onLost: (reason: string) => void = () => {};
  #heard = false;
  #cancelProof: () => void = () => {};
  #over = false;

  private constructor(connection: RtspConnection, pair: readonly [UdpSocket, UdpSocket], clock: Clock, onBlocked: () => void) {
    this.#connection = connection;
    this.#clock = clock;
    this.#onBlocked = onBlocked;
    [this.#rtp, this.#rtcp] = pair;
    this.rtpPort = this.#rtp.address().port;
    connection.onLost((reason) => this.#lose(reason));
    this.#rtp.on('message', (bytes, from) => this.#hearRtp(bytes, from));
    this.#rtcp.on('message', (bytes, from) => this.#hear(bytes, from, this.#onRtcp));
    for (const socket of pair) socket.on('error', (error) => this.#lose(error.message));
  }

  /** @param onBlocked a stream was promised, and within `limits.udpProofMs` no datagram came: something on the way lets none through */
  static async open(url: string, clock: Clock, onBlocked: () => void = () => {}): Promise<Result<MediaLink, LinkFault>> {
    const connection = await RtspConnection.open(url, { clock, caPem: null });
    if (!connection.ok) return connection;
    const pair = await openPortPair(isIPv6(connection.value.peer) ? 'udp6' : 'udp4');
    if (pair !== null) return ok(new UdpLink(connection.value, pair, clock, onBlocked));
    connection.value.close();
    return fault('unreachable', 'No two adjacent UDP ports are free on this box.');
  }

  async ask(request: RtspAsk): Promise<Result<RtspResponse, LinkFault>> {
    const answer = await this.#connection.ask(request);
    if (request.method === 'PLAY' && answer.ok && answer.value.status === 200) this.#expectProof();
    if (request.method === 'PAUSE') this.#cancelProof();
    return answer;
  }

  setPeerPorts(rtpPort: number, rtcpPort: number): void {
    this.#peerPorts = [rtpPort, rtcpPort];
  }

  sendRtp(datagram: Uint8Array): void {
    if (!this.#over && this.#peerPorts !== null) this.#rtp.send(datagram, this.#peerPorts[0], this.#connection.peer);
  }

  sendRtcp(datagram: Uint8Array): void {
    if (!this.#over && this.#peerPorts !== null) this.#rtcp.send(datagram, this.#peerPorts[1], this.#connection.peer);
  }

  onRtp(listener: Hear): void {
    this.#onRtp = listener;
  }

  onRtcp(listener: Hear): void {
    this.#onRtcp = listener;
  }

  onLost(listener: (reason: string) => void): void {
    this.#onLost = listener;
  }

  close(): void {
    this.#onLost = () => {};
    this.#connection.close();
    this.#lose('closed');
  }

  #expectProof(): void {
    this.#cancelProof();
    if (this.#heard) return;
    this.#cancelProof = this.#clock.after(limits.udpProofMs, () => {
      if (this.#heard || this.#over) return;
      this.#onBlocked();
      this.#lose('no packet comes by UDP');
    });
  }

  #hearRtp(bytes: Uint8Array, from: RemoteInfo): void {
    this.#heard ||= plainAddress(from.address) === this.#connection.peer;
    this.#hear(bytes, from, this.#onRtp);
  }

  /** Nobody but the RTSP peer is listened to (ruling 23). */
  #hear(bytes: Uint8Array, from: RemoteInfo, listener: Hear): void {
    if (plainAddress(from.address) === this.#connection.peer) listener(bytes);
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelProof();
    this.#rtp.close();
    this.#rtcp.close();
    this.#connection.close();
    this.#onLost(reason);
  }
}

/** An even port for RTP and the odd one above it for RTCP (RFC 3550, 11). */
async function openPortPair(type: 'udp4' | 'udp6'): Promise<readonly [UdpSocket, UdpSocket] | null> {
  for (let attempt = 0; attempt < PORT_TRIES; attempt += 1) {
    const first = await bind(type, 0);
    if (first === null) return null;
    const port = first.address().port;
    const second = await bind(type, port % 2 === 0 ? port + 1 : port - 1);
    if (second !== null) return port % 2 === 0 ? [first, second] : [second, first];
    first.close();
  }
  return null;
}

function bind(type: 'udp4' | 'udp6', port: number): Promise<UdpSocket | null> {
  return new Promise((resolve) => {
    const socket = createSocket(type);
    socket.once('error', () => resolve(null));
    socket.bind(port, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
