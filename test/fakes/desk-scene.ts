import type { DatagramPair } from '../../src/headend/stream/datagram-socket.ts';
import type { Peer } from '../../src/headend/stream/peer.ts';
import type { RtspClient, RtspReply } from '../../src/headend/stream/rtsp-server.ts';
import type { RtspRequest } from '../../src/wire/rtsp.ts';

/** One RTSP connection without a socket. `full` is a TCP connection that takes no more. */
export class FakeRtspClient implements RtspClient {
  readonly peerAddress: string;
  readonly localAddress = '10.0.0.1';
  readonly frames: { readonly channel: number; readonly payload: Uint8Array }[] = [];
  receivedBytes = 1_000_000;
  full = false;

  constructor(peerAddress = '10.0.0.2') {
    this.peerAddress = peerAddress;
  }

  sendFrame(channel: number, payload: Uint8Array): boolean {
    if (!this.full) this.frames.push({ channel, payload });
    return !this.full;
  }
}

/** The UDP pair without sockets: what was sent, and to whom. */
export class FakeDatagrams implements DatagramPair {
  readonly rtpPort = 5_004;
  readonly rtcpPort = 5_005;
  readonly rtp: { readonly bytes: Uint8Array; readonly to: Peer }[] = [];
  readonly rtcp: { readonly bytes: Uint8Array; readonly to: Peer }[] = [];

  sendRtp(bytes: Uint8Array, to: Peer): void {
    this.rtp.push({ bytes, to });
  }

  sendRtcp(bytes: Uint8Array, to: Peer): void {
    this.rtcp.push({ bytes, to });
  }

  onRtp(): void {}

  onRtcp(): void {}

  async close(): Promise<void> {}
}

export function request(method: string, uri: string, headers: Readonly<Record<string, string>> = {}): RtspRequest {
  const lower = Object.entries({ CSeq: '1', ...headers }).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return { kind: 'request', method, uri, headers: new Map(lower), body: new Uint8Array(0) };
}

/** What the server does with a reply: first the answer, then what follows it. */
export function finish(reply: RtspReply): RtspReply {
  reply.afterwards?.();
  return reply;
}

export function headerOf(reply: RtspReply, name: string): string {
  return String(reply.headers?.[name] ?? '');
}
