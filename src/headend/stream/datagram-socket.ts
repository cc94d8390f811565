import { limits } from '../../limits.ts';
import type { NativeLibrary } from '../../platform/native/native-library.ts';
import type { Clock } from '../../ports/clock.ts';
import { assert } from '../../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { NativePort } from './native-port.ts';
import { NodePort } from './node-port.ts';
import type { DatagramReceiver, Peer } from './peer.ts';
import { pollPorts } from './port-poll.ts';

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
  clock: Clock,
  host: string,
  rtpPort: number,
  library: NativeLibrary | null = null,
): Promise<Result<DatagramPair, Fault<'port-taken'>>> {
  const attempts = rtpPort === 0 ? PAIR_ATTEMPTS : 1;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const pair = await tryPair(clock, host, rtpPort, library);
    if (pair !== null) return ok(pair);
  }
  const what = rtpPort === 0 ? 'No pair of UDP ports is free' : `UDP port ${rtpPort} or ${rtpPort + 1} is taken or not allowed`;
  return fault('port-taken', `${what} on ${host}; stop the other program, or choose another RTP port.`);
}

async function tryPair(clock: Clock, host: string, rtpPort: number, library: NativeLibrary | null): Promise<DatagramPair | null> {
  const rtp = await bind(host, rtpPort, library);
  if (rtp === null) return null;
  const rtcp = rtp.port % 2 === 0 ? await bind(host, rtp.port + 1, library) : null;
  if (rtcp === null) {
    await rtp.close();
    return null;
  }
  return pairOf(clock, rtp, rtcp);
}

async function bind(host: string, port: number, library: NativeLibrary | null): Promise<NativePort | NodePort | null> {
  const native = library === null ? 'not-here' : NativePort.bind(library, host, port);
  if (native === 'taken') return null;
  return native === 'not-here' ? NodePort.bind(host, port) : native;
}

function pairOf(clock: Clock, rtp: NativePort | NodePort, rtcp: NativePort | NodePort): DatagramPair {
  const polled = pollPorts(
    clock,
    [rtp, rtcp].filter((port) => port instanceof NativePort),
  );
  const send = (port: NativePort | NodePort, bytes: Uint8Array, to: Peer): void => {
    assert(bytes.length <= limits.datagramBytes, 'a datagram must fit the path');
    polled.noteTraffic();
    port.send(bytes, to);
  };
  return {
    rtpPort: rtp.port,
    rtcpPort: rtcp.port,
    sendRtp: (bytes, to) => send(rtp, bytes, to),
    sendRtcp: (bytes, to) => send(rtcp, bytes, to),
    onRtp: (receive) => rtp.listen(receive),
    onRtcp: (receive) => rtcp.listen(receive),
    close: async () => {
      polled.stop();
      await Promise.all([rtp.close(), rtcp.close()]);
    },
  };
}
