import type { LinkFault, MediaLink, OpenLink, RtspAsk } from '../../../device/media/media-link.ts';
import type { Peer } from '../../../src/headend/stream/peer.ts';
import type { RtspClient } from '../../../src/headend/stream/rtsp-server.ts';
import type { HeadendError } from '../../../src/ports/headend-api.ts';
import { err, fault, ok, type Result } from '../../../src/units/result.ts';
import type { RtspRequest, RtspResponse } from '../../../src/wire/rtsp.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { EveningClock } from './evening-clock.ts';
import type { HeadendLife } from './headend-life.ts';
import type { Reaper } from './kill-plan.ts';
import type { Life } from './life.ts';

export interface Weather {
  /** Share of HTTP requests, and as many answers, that are lost. */
  readonly callLoss: number;
  /** Share of datagrams that are lost, either way. */
  readonly datagramLoss: number;
  readonly delayMs: number;
  /** Further delay at most: datagrams overtake each other. */
  readonly jitterMs: number;
}

export const FAIR: Weather = { callLoss: 0, datagramLoss: 0, delayMs: 10, jitterMs: 0 };
export const FOUL: Weather = { callLoss: 0.03, datagramLoss: 0.01, delayMs: 10, jitterMs: 30 };

/** How long a caller waits for an answer that was lost (a connection that was reset, not the full time-out). */
const LOST_CALL_MS = 1_200;
const UNREACHABLE: HeadendError = { code: 'unreachable', problem: 'unreachable', message: 'The headend does not answer.', retryAfterMs: null };

interface NetworkParts {
  readonly clock: EveningClock;
  readonly random: SeededRandom;
  readonly weather: Weather;
  readonly reaper: Reaper;
  readonly onBroken: (error: unknown) => void;
  /** A datagram of the RTP port reaches the box. */
  readonly onDelivered: (bytes: Uint8Array, rtcp: boolean) => void;
}

/** What lies between box and headend. What is under way stays under way when one of them dies. */
export class EveningNetwork {
  readonly #parts: NetworkParts;
  readonly #links = new Map<number, EveningLink>();
  #nextPort = 20_000;
  headend: HeadendLife | null = null;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  get clock(): EveningClock {
    return this.#parts.clock;
  }

  delayMs(): number {
    const { random, weather } = this.#parts;
    return weather.delayMs + random.fraction() * weather.jitterMs;
  }

  #loses(share: number): boolean {
    return share > 0 && this.#parts.random.fraction() < share;
  }

  /** One HTTP request and its answer. */
  call<T>(box: Life, name: string, serve: (headend: HeadendLife) => Promise<Result<T, HeadendError>>): Promise<Result<T, HeadendError>> {
    const { clock, weather } = this.#parts;
    return new Promise((resolve) => {
      const answer = (result: Result<T, HeadendError>, delayMs: number): void => {
        clock.after(delayMs, () => (box.alive ? resolve(result) : undefined));
      };
      const silence = (): void => answer(err(UNREACHABLE), LOST_CALL_MS);
      if (this.#loses(weather.callLoss)) silence();
      else clock.after(this.delayMs(), () => void this.#serve(name, serve).then((result) => (result === null ? silence() : answer(result, this.delayMs()))));
    });
  }

  /** @returns null where no answer comes back */
  async #serve<T>(name: string, serve: (headend: HeadendLife) => Promise<Result<T, HeadendError>>): Promise<Result<T, HeadendError> | null> {
    const { headend } = this;
    if (headend === null) return err(UNREACHABLE);
    try {
      const result = await serve(headend);
      this.#parts.reaper.pass('headend', headend.life, `before the answer to ${name}`);
      return this.#loses(this.#parts.weather.callLoss) ? null : result;
    } catch (error) {
      if (headend.life.alive) this.#parts.onBroken(error);
      return null;
    }
  }

  opener(box: Life): OpenLink {
    return () =>
      new Promise((resolve) => {
        this.clock.after(2 * this.delayMs(), () => {
          if (!box.alive) return;
          resolve(this.headend === null ? fault('unreachable', 'Nothing answers.') : ok(this.#connect(box, this.headend)));
        });
      });
  }

  #connect(box: Life, headend: HeadendLife): EveningLink {
    this.#nextPort += 2;
    const link = new EveningLink(this, box, headend, this.#nextPort);
    this.#links.set(link.rtpPort, link);
    return link;
  }

  forget(link: EveningLink): void {
    this.#links.delete(link.rtpPort);
  }

  /** Every connection of a headend that died breaks. */
  breakLinks(): void {
    for (const link of [...this.#links.values()]) link.breakOff();
  }

  toBox(bytes: Uint8Array, to: Peer, rtcp: boolean): void {
    if (this.#loses(this.#parts.weather.datagramLoss)) return;
    this.clock.after(this.delayMs(), () => {
      const link = this.#links.get(rtcp ? to.port - 1 : to.port);
      if (link === undefined || !link.hears) return;
      this.#parts.onDelivered(bytes, rtcp);
      link.hear(bytes, rtcp);
    });
  }

  toHeadend(bytes: Uint8Array, fromPort: number): void {
    if (this.#loses(this.#parts.weather.datagramLoss)) return;
    this.clock.after(this.delayMs(), () => this.atHeadend((headend) => headend.hearRtcp(bytes, { address: 'box', port: fromPort })));
  }

  /** Runs something at the headend, if one is there; a kill inside is the end of that headend only. */
  atHeadend<T>(run: (headend: HeadendLife) => T): T | null {
    const { headend } = this;
    if (headend === null) return null;
    try {
      return run(headend);
    } catch (error) {
      if (headend.life.alive) this.#parts.onBroken(error);
      return null;
    }
  }
}

/** One RTSP connection with its pair of UDP ports. */
class EveningLink implements MediaLink {
  readonly rtpPort: number;
  readonly #network: EveningNetwork;
  readonly #box: Life;
  readonly #headend: HeadendLife;
  readonly #client: RtspClient & { receivedBytes: number };
  #onRtp: (datagram: Uint8Array) => void = () => {};
  #onRtcp: (datagram: Uint8Array) => void = () => {};
  #onLost: (reason: string) => void = () => {};
  #state: 'open' | 'broken' | 'closed' = 'open';

  constructor(network: EveningNetwork, box: Life, headend: HeadendLife, rtpPort: number) {
    this.#network = network;
    this.#box = box;
    this.#headend = headend;
    this.rtpPort = rtpPort;
    this.#client = { peerAddress: 'box', localAddress: 'headend', receivedBytes: 0, sendFrame: () => false };
    box.whenDead(() => this.close());
  }

  get hears(): boolean {
    return this.#box.alive && this.#state === 'open';
  }

  ask(request: RtspAsk): Promise<Result<RtspResponse, LinkFault>> {
    return new Promise((resolve) => {
      const answer = (result: Result<RtspResponse, LinkFault>): void => {
        this.#network.clock.after(this.#network.delayMs(), () => (this.#box.alive ? resolve(result) : undefined));
      };
      this.#network.clock.after(this.#network.delayMs(), () => {
        const response = this.#state === 'open' ? this.#network.atHeadend((headend) => this.#serve(headend, request)) : null;
        answer(response === null ? fault('lost', 'The connection is gone.') : ok(response));
      });
    });
  }

  #serve(headend: HeadendLife, { method, uri, headers: list }: RtspAsk): RtspResponse | null {
    if (headend !== this.#headend) return null;
    const headers = new Map(Object.entries(list).map(([name, value]) => [name.toLowerCase(), String(value)]));
    const request: RtspRequest = { kind: 'request', method, uri, headers, body: new Uint8Array() };
    this.#client.receivedBytes += 400;
    const reply = headend.paid.answer(request, this.#client, headers.get('ackpay-session') ?? '');
    reply.afterwards?.();
    const answered = new Map(Object.entries(reply.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
    return { kind: 'response', status: reply.status, reason: '', headers: answered, body: new Uint8Array() };
  }

  setPeerPorts(): void {}

  sendRtp(): void {}

  sendRtcp(datagram: Uint8Array): void {
    if (this.hears) this.#network.toHeadend(datagram, this.rtpPort + 1);
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

  hear(bytes: Uint8Array, rtcp: boolean): void {
    if (rtcp) this.#onRtcp(bytes);
    else this.#onRtp(bytes);
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#network.forget(this);
    this.#network.clock.after(this.#network.delayMs(), () => this.#network.atHeadend((headend) => headend.paid.gone(this.#client)));
  }

  /** The other end died: its kernel says so. */
  breakOff(): void {
    if (this.#state !== 'open') return;
    this.#state = 'broken';
    this.#network.forget(this);
    this.#network.clock.after(this.#network.delayMs(), () => (this.#box.alive ? this.#onLost('reset by peer') : undefined));
  }
}
