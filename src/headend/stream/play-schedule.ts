import { PACKET_MS } from '../../units/time.ts';

/**
 * When packets of one PLAY are due: a burst of the prebuffer at once, then one every 20 ms from the first, computed from the start
 * and never from the packet before, so that lateness does not add up.
 */
export class PlaySchedule {
  readonly #prebufferPackets: number;
  #startMs: number;

  constructor(nowMs: number, prebufferMs: number) {
    this.#startMs = nowMs;
    this.#prebufferPackets = Math.max(1, Math.ceil(prebufferMs / PACKET_MS));
  }

  /** How many packets should have gone out by now. */
  due(nowMs: number): number {
    return this.#prebufferPackets + Math.max(0, Math.floor((nowMs - this.#startMs) / PACKET_MS));
  }

  /** True where more than the prebuffer is overdue: the stream was held up, and the listener's buffer has run dry. */
  isBehind(sent: number, nowMs: number): boolean {
    return this.due(nowMs) - sent > this.#prebufferPackets;
  }

  /** After it was held up the stream does not race after lost time: it goes on as if `sent` packets were just in time, with a new burst. */
  rebase(sent: number, nowMs: number): void {
    this.#startMs = nowMs - sent * PACKET_MS;
  }

  /** When packet number `sent` of this PLAY will have been heard, by a listener who started at once. */
  playedOutMs(sent: number): number {
    return this.#startMs + sent * PACKET_MS;
  }
}
