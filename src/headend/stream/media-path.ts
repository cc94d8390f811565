import type { DatagramPair } from './datagram-socket.ts';
import type { Peer } from './peer.ts';
import type { RtspClient } from './rtsp-server.ts';

/** The way media takes to one box. What is given to it is good during the call only: whoever keeps it makes a copy. */
export interface MediaPath {
  sendRtp(bytes: Uint8Array): void;
  sendRtcp(bytes: Uint8Array): void;
  /** False where the box does not keep up with its connection: nothing new is sent until it does. */
  ready(): boolean;
}

/** Where a box hears and speaks by UDP. The ports follow it through a NAT; the address is always that of its RTSP connection. */
export interface UdpPeers {
  rtp: Peer;
  rtcp: Peer;
}

/** Before SETUP, and after the connection that carried it broke: the stream waits. */
export const NO_PATH: MediaPath = { sendRtp: () => {}, sendRtcp: () => {}, ready: () => false };

export class UdpPath implements MediaPath {
  readonly #datagrams: DatagramPair;
  readonly #peers: UdpPeers;

  constructor(datagrams: DatagramPair, peers: UdpPeers) {
    this.#datagrams = datagrams;
    this.#peers = peers;
  }

  sendRtp(bytes: Uint8Array): void {
    this.#datagrams.sendRtp(bytes, this.#peers.rtp);
  }

  sendRtcp(bytes: Uint8Array): void {
    this.#datagrams.sendRtcp(bytes, this.#peers.rtcp);
  }

  ready(): boolean {
    return true;
  }
}

/**
 * Frames of the RTSP connection (RFC 2326, 10.12). A packet that finds the connection full waits here, and with it the stream: its
 * slot is used and must go out. As `ready` is asked before each one, no more than a burst of repeats can wait. RTCP is not kept:
 * all of it is said again.
 */
export function framePath(client: RtspClient, [rtp, rtcp]: readonly [number, number]): MediaPath {
  const waiting: Uint8Array[] = [];
  const ready = (): boolean => {
    while (waiting[0] !== undefined && client.sendFrame(rtp, waiting[0])) waiting.shift();
    return waiting.length === 0;
  };
  return {
    sendRtp: (bytes) => {
      if (!ready() || !client.sendFrame(rtp, bytes)) waiting.push(bytes.slice());
    },
    sendRtcp: (bytes) => void client.sendFrame(rtcp, bytes),
    ready,
  };
}
