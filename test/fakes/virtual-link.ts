import type { MediaLink, OpenLink, RtspAsk } from '../../device/media/media-link.ts';
import type { Peer } from '../../src/headend/stream/peer.ts';
import type { RtspClient } from '../../src/headend/stream/rtsp-server.ts';
import { limits } from '../../src/limits.ts';
import { type Clock, sleep } from '../../src/ports/clock.ts';
import { fault, ok, type Result } from '../../src/units/result.ts';
import type { RtspResponse } from '../../src/wire/rtsp.ts';
import type { VirtualHeadend } from './virtual-headend.ts';

/** The network between a box and a virtual headend: delay, loss, reordering, cuts. One connection at a time. */
export class VirtualNetwork {
  delayMs = 10;
  /** Extra delay of a datagram to the box, or null where it is lost. */
  media: (bytes: Uint8Array) => number | null = () => 0;
  /** As `media`, for what the headend says beside the stream. */
  news: (bytes: Uint8Array) => number | null = () => 0;
  feedback: (bytes: Uint8Array) => boolean = () => true;
  connections = 0;
  /** Of the box. Once it is another one, what goes to or comes from the old one is lost without a word. */
  address = 'box';
  /** Header lines of requests that never arrive, as with a headend that is too old for them; lower case. */
  unknownHeaders: readonly string[] = [];
  readonly #clock: Clock;
  readonly #headend: VirtualHeadend;
  #link: VirtualLink | null = null;

  constructor(clock: Clock, headend: VirtualHeadend) {
    this.#clock = clock;
    this.#headend = headend;
    headend.onRtp = (bytes, to) => this.#toBox(bytes, to, false);
    headend.onRtcp = (bytes, to) => this.#toBox(bytes, to, true);
  }

  /** Connections of one run of the app, which end with its clock. */
  openFor(clock: Clock): OpenLink {
    return async () => {
      await sleep(clock, this.delayMs);
      if (this.#headend.down) return fault('unreachable', 'Nothing answers.');
      this.connections += 1;
      this.#link = new VirtualLink(this, clock, this.#headend, 20_000 + 2 * this.connections);
      return ok(this.#link);
    };
  }

  /** The app was killed: its sockets are gone. */
  forgetApp(): void {
    this.#link?.close();
    this.#link = null;
  }

  /** The TCP connection breaks. */
  cut(reason = 'reset by peer'): void {
    this.#link?.lose(reason);
  }

  #toBox(bytes: Uint8Array, to: Peer, rtcp: boolean): void {
    const link = this.#link;
    const extraMs = rtcp ? this.news(bytes) : this.media(bytes);
    if (link === null || extraMs === null || this.#headend.down || to.address !== this.address) return;
    this.#clock.after(this.delayMs + extraMs, () => link.hear(bytes, to.port, rtcp));
  }
}

class VirtualLink implements MediaLink {
  readonly rtpPort: number;
  readonly #network: VirtualNetwork;
  readonly #clock: Clock;
  readonly #headend: VirtualHeadend;
  readonly #client: RtspClient & { receivedBytes: number };
  #onRtp: (datagram: Uint8Array) => void = () => {};
  #onRtcp: (datagram: Uint8Array) => void = () => {};
  #onLost: (reason: string) => void = () => {};
  #over = false;

  constructor(network: VirtualNetwork, clock: Clock, headend: VirtualHeadend, rtpPort: number) {
    this.#network = network;
    this.#clock = clock;
    this.#headend = headend;
    this.rtpPort = rtpPort;
    this.#client = { peerAddress: network.address, localAddress: 'headend', receivedBytes: 0, sendFrame: () => false };
  }

  get #moved(): boolean {
    return this.#client.peerAddress !== this.#network.address;
  }

  async ask(request: RtspAsk): Promise<Result<RtspResponse, ReturnType<typeof fault<'lost' | 'timeout'>>['error']>> {
    await sleep(this.#clock, this.#network.delayMs);
    if (this.#over) return fault('lost', 'The connection is gone.');
    if (this.#headend.down || this.#moved) {
      await sleep(this.#clock, limits.rtspTimeoutMs);
      return fault('timeout', 'No answer.');
    }
    this.#client.receivedBytes += 400;
    const known = Object.entries(request.headers).filter(([name]) => !this.#network.unknownHeaders.includes(name.toLowerCase()));
    const { response, afterwards } = this.#headend.rtsp({ ...request, headers: Object.fromEntries(known) }, this.#client);
    await sleep(this.#clock, this.#network.delayMs);
    afterwards();
    return ok(response);
  }

  setPeerPorts(): void {}

  sendRtp(): void {}

  sendRtcp(datagram: Uint8Array): void {
    if (this.#over || this.#moved || !this.#network.feedback(datagram)) return;
    const from = { address: this.#client.peerAddress, port: this.rtpPort + 1 };
    this.#clock.after(this.#network.delayMs, () => this.#headend.rtcpArrives(datagram, from));
  }

  onRtp(listener: (datagram: Uint8Array) => void): void {
    this.#onRtp = listener;
  }

  onRtcp(listener: (datagram: Uint8Array) => void): void {
    this.#onRtcp = listener;
  }

  onLost(listener: (reason: string) => void): void {
    this.#onLost = listener;
  }

  close(): void {
    this.#over = true;
  }

  hear(bytes: Uint8Array, port: number, rtcp: boolean): void {
    if (this.#over) return;
    if (rtcp && port === this.rtpPort + 1) this.#onRtcp(bytes);
    if (!rtcp && port === this.rtpPort) this.#onRtp(bytes);
  }

  lose(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#onLost(reason);
  }
}
