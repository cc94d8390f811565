import type { Fault, Result } from '../../src/units/result.ts';
import type { HeaderList, RtspResponse } from '../../src/wire/rtsp.ts';

export interface RtspAsk {
  readonly method: string;
  readonly uri: string;
  readonly headers: HeaderList;
  readonly body?: Uint8Array;
}

export type LinkFault = Fault<'unreachable' | 'lost' | 'timeout' | 'garbled'>;

/**
 * One connection to the headend's streaming half: RTSP over TCP or TLS, and beside it a pair of UDP ports, or the frames of that
 * connection. Only datagrams of the RTSP peer's address get through (ruling 23). A simulation gives its own.
 */
export interface MediaLink {
  /** Even; RTCP is received one above. 0 where media is framed. */
  readonly rtpPort: number;
  /** Media travels in frames of the RTSP connection, on channels 0 and 1. */
  readonly framed?: boolean;
  ask(request: RtspAsk): Promise<Result<RtspResponse, LinkFault>>;
  /** The ports the headend named in SETUP. */
  setPeerPorts(rtpPort: number, rtcpPort: number): void;
  /** To the headend's RTP port: opens the way through a NAT, and shows the headend where it leads. */
  sendRtp(datagram: Uint8Array): void;
  sendRtcp(datagram: Uint8Array): void;
  onRtp(listener: (datagram: Uint8Array) => void): void;
  onRtcp(listener: (datagram: Uint8Array) => void): void;
  /** The TCP connection ended, or a socket failed. Called at most once, never after `close`. */
  onLost(listener: (reason: string) => void): void;
  close(): void;
}

/** @param url `rtsp://host:port/` as the headend gave it */
export type OpenLink = (url: string) => Promise<Result<MediaLink, LinkFault>>;
