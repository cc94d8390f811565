import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { lookup as resolveName } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { limits } from '../../limits.ts';
import { assert } from '../../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** Where a datagram came from, or goes to. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

export type DatagramReceiver = (bytes: Uint8Array, from: Peer) => void;

/** The two UDP sockets of the headend (RTP on an even port, RTCP on the next), shared by all streams. */
export interface DatagramPair {
  readonly rtpPort: number;
  readonly rtcpPort: number;
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
 * @returns `port-taken` where the asked pair, or 50 random ones, could not be had
 */
export async function openDatagramPair(host: string, rtpPort: number): Promise<Result<DatagramPair, Fault<'port-taken'>>> {
  const attempts = rtpPort === 0 ? PAIR_ATTEMPTS : 1;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const pair = await tryPair(host, rtpPort);
    if (pair !== null) return ok(pair);
  }
  const what = rtpPort === 0 ? 'No pair of UDP ports is free' : `UDP port ${rtpPort} or ${rtpPort + 1} is taken or not allowed`;
  return fault('port-taken', `${what} on ${host}; stop the other program, or choose another RTP port.`);
}

async function tryPair(host: string, rtpPort: number): Promise<DatagramPair | null> {
  const rtp = await bind(host, rtpPort);
  if (rtp === null) return null;
  const port = rtp.address().port;
  const rtcp = port % 2 === 0 ? await bind(host, port + 1) : null;
  if (rtcp === null) {
    await closeSocket(rtp);
    return null;
  }
  return pairOf(rtp, rtcp, port);
}

function bind(host: string, port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup });
    socket.once('error', () => {
      socket.close();
      resolve(null);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/** Peers are addresses already: asking Node's resolver for each of them puts every datagram off to another turn of the event loop. */
const lookup: SocketOptions['lookup'] = (host, options, answer) => {
  const family = isIP(host);
  if (family === 0) resolveName(host, options, answer);
  else answer(null, host, family);
};

function pairOf(rtp: Socket, rtcp: Socket, rtpPort: number): DatagramPair {
  // A peer that went away answers with ICMP; that is its affair, and credit stops the stream.
  for (const socket of [rtp, rtcp]) socket.on('error', () => {});
  const send = (socket: Socket, bytes: Uint8Array, to: Peer): void => {
    assert(bytes.length <= limits.datagramBytes, 'a datagram must fit the path');
    // Without a callback Node makes no promise about each datagram, and needs none: credit counts what is acknowledged.
    socket.send(bytes, to.port, to.address);
  };
  return {
    rtpPort,
    rtcpPort: rtpPort + 1,
    sendRtp: (bytes, to) => send(rtp, bytes, to),
    sendRtcp: (bytes, to) => send(rtcp, bytes, to),
    onRtp: (receive) => void rtp.on('message', (bytes, from) => receive(bytes, { address: from.address, port: from.port })),
    onRtcp: (receive) => void rtcp.on('message', (bytes, from) => receive(bytes, { address: from.address, port: from.port })),
    close: async () => {
      await Promise.all([closeSocket(rtp), closeSocket(rtcp)]);
    },
  };
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}
