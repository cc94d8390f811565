import { ok, type Result } from '../../src/units/result.ts';
import type { RtspResponse } from '../../src/wire/rtsp.ts';
import type { LinkFault, MediaLink, RtspAsk } from './media-link.ts';
import { type ConnectionSettings, RtspConnection } from './rtsp-connection.ts';

/** Channels of the frames: RTP, RTCP. */
const [RTP, RTCP] = [0, 1];

/**
 * Media in frames of the RTSP connection, for venues whose network lets no UDP through. The frames hold the same SRTP and SRTCP
 * packets as datagrams would, also inside TLS: one path to prove, and keys that end at the stream and not at the socket.
 */
export class FramedLink implements MediaLink {
  readonly rtpPort = 0;
  readonly framed = true;
  readonly #connection: RtspConnection;
  #onRtp: (packet: Uint8Array) => void = () => {};
  #onRtcp: (packet: Uint8Array) => void = () => {};

  private constructor(connection: RtspConnection) {
    this.#connection = connection;
    connection.onFrame((channel, payload) => {
      if (channel === RTP) this.#onRtp(payload);
      else if (channel === RTCP) this.#onRtcp(payload);
    });
  }

  static async open(url: string, settings: ConnectionSettings): Promise<Result<MediaLink, LinkFault>> {
    const connection = await RtspConnection.open(url, settings);
    return connection.ok ? ok(new FramedLink(connection.value)) : connection;
  }

  ask(request: RtspAsk): Promise<Result<RtspResponse, LinkFault>> {
    return this.#connection.ask(request);
  }

  setPeerPorts(): void {}

  /** There is no way to be opened. */
  sendRtp(): void {}

  sendRtcp(packet: Uint8Array): void {
    this.#connection.sendFrame(RTCP, packet);
  }

  onRtp(listener: (packet: Uint8Array) => void): void {
    this.#onRtp = listener;
  }

  onRtcp(listener: (packet: Uint8Array) => void): void {
    this.#onRtcp = listener;
  }

  onLost(listener: (reason: string) => void): void {
    this.#connection.onLost(listener);
  }

  close(): void {
    this.#connection.close();
  }
}
