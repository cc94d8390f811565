import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { connect, isIPv6, type Socket } from 'node:net';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { fault, ok, type Result } from '../../src/units/result.ts';
import { type RtspResponse, serializeRequest } from '../../src/wire/rtsp.ts';
import { RtspParser } from '../../src/wire/rtsp-parser.ts';
import type { LinkFault, MediaLink, RtspAsk } from './media-link.ts';

const PORT_TRIES = 32;

type Answer = (answer: Result<RtspResponse, LinkFault>) => void;
type Hear = (datagram: Uint8Array) => void;

/** RTSP over TCP with a pair of adjacent UDP ports; answers are matched to requests by CSeq. */
export class UdpLink implements MediaLink {
  readonly rtpPort: number;
  readonly #tcp: Socket;
  readonly #rtp: UdpSocket;
  readonly #rtcp: UdpSocket;
  readonly #peer: string;
  readonly #clock: Clock;
  readonly #parser = new RtspParser();
  readonly #open = new Map<string, Answer>();
  #peerPorts: readonly [number, number] | null = null;
  #onRtp: Hear = () => {};
  #onRtcp: Hear = () => {};
  #onLost: (reason: string) => void = () => {};
  #over = false;

  private constructor(tcp: Socket, pair: readonly [UdpSocket, UdpSocket], clock: Clock) {
    this.#tcp = tcp;
    this.#clock = clock;
    [this.#rtp, this.#rtcp] = pair;
    this.#peer = plainAddress(tcp.remoteAddress ?? '');
    this.rtpPort = this.#rtp.address().port;
    tcp.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    tcp.on('error', (error) => this.#lose(error.message));
    tcp.on('close', () => this.#lose('the headend closed the connection'));
    this.#rtp.on('message', (bytes, from) => this.#hear(bytes, from, this.#onRtp));
    this.#rtcp.on('message', (bytes, from) => this.#hear(bytes, from, this.#onRtcp));
    for (const socket of pair) socket.on('error', (error) => this.#lose(error.message));
  }

  static async open(url: string, clock: Clock): Promise<Result<MediaLink, LinkFault>> {
    const { hostname, port } = new URL(url);
    const tcp = await openTcp(hostname.replace(/^\[|\]$/g, ''), Number(port === '' ? 554 : port), clock);
    if (tcp === null) return fault('unreachable', `Nothing answers at ${url}; is the headend running?`);
    const pair = await openPortPair(isIPv6(plainAddress(tcp.remoteAddress ?? '')) ? 'udp6' : 'udp4');
    if (pair !== null) return ok(new UdpLink(tcp, pair, clock));
    tcp.destroy();
    return fault('unreachable', 'No two adjacent UDP ports are free on this box.');
  }

  ask(request: RtspAsk): Promise<Result<RtspResponse, LinkFault>> {
    if (this.#over) return Promise.resolve(fault('lost', 'The connection to the headend is gone.'));
    const cseq = String(request.headers.CSeq);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limits.rtspTimeoutMs, () => this.#answer(cseq, fault('timeout', `The headend did not answer ${request.method}.`)));
      this.#open.set(cseq, (answer) => {
        cancel();
        resolve(answer);
      });
      this.#tcp.write(serializeRequest(request));
    });
  }

  setPeerPorts(rtpPort: number, rtcpPort: number): void {
    this.#peerPorts = [rtpPort, rtcpPort];
  }

  sendRtp(datagram: Uint8Array): void {
    if (!this.#over && this.#peerPorts !== null) this.#rtp.send(datagram, this.#peerPorts[0], this.#peer);
  }

  sendRtcp(datagram: Uint8Array): void {
    if (!this.#over && this.#peerPorts !== null) this.#rtcp.send(datagram, this.#peerPorts[1], this.#peer);
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
    this.#lose('closed');
  }

  /** Nobody but the RTSP peer is listened to (ruling 23). */
  #hear(bytes: Uint8Array, from: RemoteInfo, listener: Hear): void {
    if (plainAddress(from.address) === this.#peer) listener(bytes);
  }

  #onBytes(bytes: Uint8Array): void {
    const { items, fault: broken } = this.#parser.push(bytes);
    for (const item of items) if (item.kind === 'response') this.#answer(item.headers.get('cseq') ?? '', ok(item));
    if (broken !== null) this.#lose(broken.message);
  }

  #answer(cseq: string, answer: Result<RtspResponse, LinkFault>): void {
    const waiting = this.#open.get(cseq);
    this.#open.delete(cseq);
    waiting?.(answer);
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#tcp.destroy();
    this.#rtp.close();
    this.#rtcp.close();
    for (const cseq of [...this.#open.keys()]) this.#answer(cseq, fault('lost', `The connection to the headend is gone: ${reason}.`));
    this.#onLost(reason);
  }
}

function openTcp(host: string, port: number, clock: Clock): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const give = (result: Socket | null): void => {
      cancel();
      socket.removeAllListeners();
      if (result === null) {
        socket.on('error', () => {});
        socket.destroy();
      }
      resolve(result);
    };
    const cancel = clock.after(limits.rtspTimeoutMs, () => give(null));
    socket.once('connect', () => give(socket));
    socket.once('error', () => give(null));
  });
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

/** `::ffff:127.0.0.1` and `127.0.0.1` are one peer. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, '');
}
