import type { Fault, Result } from '../../src/units/result.ts';
import type { HeaderList, RtspResponse } from '../../src/wire/rtsp.ts';

export interface RtspAsk {
  readonly method: string;
  readonly uri: string;
  readonly headers: HeaderList;
}

export type LinkFault = Fault<'unreachable' | 'lost' | 'timeout' | 'garbled'>;

/**
 * One connection to the headend's streaming half: RTSP over TCP, and a pair of UDP ports beside it. Only datagrams of the RTSP
 * peer's address get through (ruling 23). A simulation gives its own.
 */
export interface MediaLink {
  /** Even; RTCP is received one above. */
  readonly rtpPort: number;
  ask(request: RtspAsk): Promise<Result<RtspResponse, LinkFault>>;
  /** The ports the headend named in SETUP. */
  setPeerPorts(rtpPort: number, rtcpPort: number): void;
  /** Opens the way through a firewall; carries no information. */
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
