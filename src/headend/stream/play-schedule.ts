import { leadRoomPackets, soundLeadPackets } from '../../domain/credit/stream-lead.ts';
import type { CreditTerms } from '../../domain/credit/terms.ts';
import { limits } from '../../limits.ts';
import { PACKET_MS, packetsIn } from '../../units/time.ts';

/** How far a stream may be ahead of its listener, in packets of `packetMs`. */
export interface Ahead {
  readonly packetMs: number;
  /** Sent at once. */
  readonly prebuffer: number;
  /** Grown to while it plays; not less than the prebuffer. */
  readonly lead: number;
  /** How much faster than it plays it is sent until the lead is there. */
  readonly growthPerMille: number;
}

/** Of a plain stream: who knows no ackpay sends no feedback that could ask for anything again. */
export function plainAhead(prebufferMs: number): Ahead {
  const prebuffer = Math.max(1, Math.ceil(prebufferMs / PACKET_MS));
  return { packetMs: PACKET_MS, prebuffer, lead: prebuffer, growthPerMille: limits.leadGrowthPerMille };
}

/** Of a paid stream: the lead gives a lost packet time to come again (ruling 19); how much of it, a box may ask for. */
export function paidAhead(terms: CreditTerms, leadMs: number = limits.streamLeadMs): Ahead {
  return { ...plainAhead(terms.prebufferMs), lead: soundLeadPackets(terms, leadMs) };
}

/**
 * Of a film: a picture that needs much comes late behind its clock, so the lead is larger, and is there soon: less than a second
 * lies between PLAY and the first picture.
 * @param terms null for a plain stream
 */
export function filmAhead(packetMs: number, terms: CreditTerms | null): Ahead {
  const prebuffer = Math.max(1, Math.ceil((terms?.prebufferMs ?? limits.filmPrebufferMs) / packetMs));
  const room = terms === null ? Number.POSITIVE_INFINITY : leadRoomPackets(terms, packetMs);
  const lead = Math.max(prebuffer, Math.min(packetsIn(limits.filmLeadMs, packetMs), room));
  return { packetMs, prebuffer, lead, growthPerMille: limits.filmLeadGrowthPerMille };
}

/**
 * When packets of one PLAY are due: a burst of the prebuffer at once, then a little faster than it plays until the lead is
 * there, then at that pace. Computed from the start and never from the packet before, so that lateness does not add up.
 */
export class PlaySchedule {
  #ahead: Ahead;
  /** So much of the lead was asked for at once. */
  #floor = 0;
  #startMs: number;
  /** Packets sent before the start. */
  #base = 0;

  constructor(nowMs: number, ahead: Ahead) {
    this.#startMs = nowMs;
    this.#ahead = ahead;
  }

  /** Before anything is sent: what is due with the time passes from here on. */
  startAt(nowMs: number): void {
    this.#startMs = nowMs;
  }

  /** The most that goes out at one time. */
  get burstPackets(): number {
    return this.#ahead.prebuffer;
  }

  /** How many packets should have gone out by now. */
  due(nowMs: number): number {
    const { packetMs, prebuffer, lead, growthPerMille } = this.#ahead;
    const elapsedMs = Math.max(0, nowMs - this.#startMs);
    const grown = Math.floor((elapsedMs * growthPerMille) / 1_000 / packetMs);
    return this.#base + Math.floor(elapsedMs / packetMs) + Math.min(lead, Math.max(prebuffer + grown, this.#floor));
  }

  /** True where all that was sent will have been heard: the stream was held up, and the listener's buffer has run dry. */
  isBehind(sent: number, nowMs: number): boolean {
    return nowMs - this.playedOutMs(sent) >= this.#ahead.packetMs;
  }

  /** After it was held up the stream does not race after lost time: it goes on as if `sent` packets were just in time, with a new burst. */
  rebase(sent: number, nowMs: number): void {
    this.#startMs = nowMs;
    this.#base = sent;
    this.#floor = 0;
  }

  /** Another lead from now on: what is more goes out at once, what is less is waited for. */
  aim(ahead: Ahead): void {
    this.#ahead = ahead;
    this.#floor = ahead.lead;
  }

  /** When packet number `sent` of this PLAY will have been heard, by a listener who started at once. */
  playedOutMs(sent: number): number {
    return this.#startMs + (sent - this.#base) * this.#ahead.packetMs;
  }
}
