import { soundLeadPackets } from '../../src/domain/credit/stream-lead.ts';
import type { CreditTerms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { PACKET_MS } from '../../src/units/time.ts';
import type { Reception } from './reception.ts';

/** Nearly all packets come within so many times the mean deviation. */
const JITTERS = 4;
/** What was lost may be lost again: time for a second repetition. */
const REPAIRS = 2;

/**
 * How much sound is to lie between the network and the ear, as the path asks for it: what conceals, the jitter, and the time that a
 * repair takes, twice. It grows at once and shrinks by `limits.leadShrinkMsPerSecond`, so that nothing of it is heard: a longer lead is sent
 * ahead, a shorter one is played down to. Never below `limits.streamLeadMs`, the fixed lead of a path that nothing is known of:
 * a shorter one would gain nobody anything, as a work begins with the prebuffer. Never above what the terms bear. Units: milliseconds.
 */
export class LeadAim {
  readonly #terms: CreditTerms;
  #aimMs: number;
  #atMs: number | null = null;
  #toldMs: number | null = null;

  constructor(terms: CreditTerms) {
    this.#terms = terms;
    this.#aimMs = this.#within(limits.streamLeadMs);
  }

  get aimMs(): number {
    return this.#aimMs;
  }

  follow(nowMs: number, reception: Pick<Reception, 'jitterMs' | 'repairMs'>): void {
    const wantedMs = this.#within(limits.concealLeadMs + JITTERS * reception.jitterMs + REPAIRS * reception.repairMs(nowMs));
    const shrunkMs = this.#aimMs - (limits.leadShrinkMsPerSecond * (nowMs - (this.#atMs ?? nowMs))) / 1_000;
    this.#aimMs = Math.max(wantedMs, shrunkMs);
    this.#atMs = nowMs;
  }

  /**
   * What the headend is to be told now; null where nothing. The first loss is told even where it asks for no more than the usual: then
   * the lead is there at once, instead of growing slowly.
   * @param sawLoss something was missed on the way
   */
  takeNews(sawLoss: boolean): number | null {
    const newsMs = Math.round(this.#aimMs);
    const known = this.#toldMs ?? (sawLoss ? null : this.#within(limits.streamLeadMs));
    if (known !== null && Math.abs(newsMs - known) < limits.leadStepMs) return null;
    this.#toldMs = newsMs;
    return newsMs;
  }

  #within(milliseconds: number): number {
    return soundLeadPackets(this.#terms, milliseconds) * PACKET_MS;
  }
}
