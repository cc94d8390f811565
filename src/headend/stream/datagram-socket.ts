import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { lookup as resolveName } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { limits } from '../../limits.ts';
import type { NativeLibrary } from '../../platform/native/native-library.ts';
import { assert } from '../../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { bindDescriptor } from './bound-descriptor.ts';
import type { Peer } from './peer.ts';
import { ReceiveBatch } from './receive-batch.ts';
import { SendBatch } from './send-batch.ts';

/** Bytes are good during the call only. */
export type DatagramReceiver = (bytes: Uint8Array, from: Peer) => void;

/** The two UDP sockets of the headend (RTP on an even port, RTCP on the next), shared by all streams. */
export interface DatagramPair {
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** Bytes are read during the call only. */
  sendRtp(bytes: Uint8Array, to: Peer): void;
  sendRtcp(bytes: Uint8Array, to: Peer): void;
  onRtp(receive: DatagramReceiver): void;
  onRtcp(receive: DatagramReceiver): void;
  close(): Promise<void>;
}

const PAIR_ATTEMPTS = 50;

/**
 * Binds an even port and the one above it (RFC 3550, 11).
 * @param rtpPort the even port, or 0 for any free pair
 * @param library sends and takes many datagrams by one system call, with IPv4 addresses; without it Node makes one of each
 * @returns `port-taken` where the asked pair, or 50 random ones, could not be had
 */
export async function openDatagramPair(
  host: string,
  rtpPort: number,
  library: NativeLibrary | null = null,
): Promise<Result<DatagramPair, Fault<'port-taken'>>> {
  const attempts = rtpPort === 0 ? PAIR_ATTEMPTS : 1;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const pair = await tryPair(host, rtpPort, library);
    if (pair !== null) return ok(pair);
  }
  const what = rtpPort === 0 ? 'No pair of UDP ports is free' : `UDP port ${rtpPort} or ${rtpPort + 1} is taken or not allowed`;
  return fault('port-taken', `${what} on ${host}; stop the other program, or choose another RTP port.`);
}

async function tryPair(host: string, rtpPort: number, library: NativeLibrary | null): Promise<DatagramPair | null> {
  const rtp = await bind(host, rtpPort, library);
  if (rtp === null) return null;
  const { port } = rtp.socket.address();
  const rtcp = port % 2 === 0 ? await bind(host, port + 1, library) : null;
  if (rtcp === null) {
    await closePort(rtp);
    return null;
  }
  return pairOf(rtp, rtcp, port);
}

/** A socket, and what sends and takes for it where that is not the socket itself. */
interface Port {
  readonly socket: Socket;
  readonly batch: SendBatch | null;
  readonly arrivals: ReceiveBatch | null;
}

function bind(host: string, port: number, library: NativeLibrary | null): Promise<Port | null> {
  const descriptor = library === null ? 'not-here' : bindDescriptor(library, host, port);
  if (descriptor === 'taken') return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup, recvBufferSize: limits.receiveBufferBytes });
    const bound = (): void => {
      socket.removeAllListeners('error');
      const refused = (bytes: Uint8Array, to: Peer): void => socket.send(bytes, to.port, to.address);
      if (library === null || descriptor === 'not-here') resolve({ socket, batch: null, arrivals: null });
      else resolve({ socket, batch: new SendBatch(library, descriptor, refused), arrivals: new ReceiveBatch(library, descriptor) });
    };
    socket.once('error', () => {
      socket.close();
      resolve(null);
    });
    if (descriptor === 'not-here') socket.bind(port, host, bound);
    else socket.bind({ fd: descriptor }, bound);
  });
}

/** Peers are addresses already: asking Node's resolver for each of them puts every datagram off to another turn of the event loop. */
const lookup: SocketOptions['lookup'] = (host, options, answer) => {
  const family = isIP(host);
  if (family === 0) resolveName(host, options, answer);
  else answer(null, host, family);
};

function pairOf(rtp: Port, rtcp: Port, rtpPort: number): DatagramPair {
  // A peer that went away answers with ICMP; that is its affair, and credit stops the stream.
  for (const { socket } of [rtp, rtcp]) socket.on('error', () => {});
  const send = ({ socket, batch }: Port, bytes: Uint8Array, to: Peer): void => {
    assert(bytes.length <= limits.datagramBytes, 'a datagram must fit the path');
    if (batch?.add(bytes, to) === true) return;
    // Without a callback Node makes no promise about each datagram, and needs none: credit counts what is acknowledged.
    // It may have to keep them, where the network is slow.
    socket.send(bytes.slice(), to.port, to.address);
  };
  const listen = ({ socket, arrivals }: Port, receive: DatagramReceiver): void => {
    socket.on('message', (bytes, from) => {
      receive(bytes, { address: from.address, port: from.port });
      arrivals?.drain(receive);
    });
  };
  return {
    rtpPort,
    rtcpPort: rtpPort + 1,
    sendRtp: (bytes, to) => send(rtp, bytes, to),
    sendRtcp: (bytes, to) => send(rtcp, bytes, to),
    onRtp: (receive) => listen(rtp, receive),
    onRtcp: (receive) => listen(rtcp, receive),
    close: async () => {
      await Promise.all([closePort(rtp), closePort(rtcp)]);
    },
  };
}

function closePort({ socket, batch, arrivals }: Port): Promise<void> {
  batch?.close();
  arrivals?.close();
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}
