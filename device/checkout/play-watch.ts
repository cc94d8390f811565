import { limits } from '../../src/limits.ts';
import { type Clock, every, monotonicMs } from '../../src/ports/clock.ts';
import type { Fault } from '../../src/units/result.ts';
import type { PlaySession } from './play-session.ts';
import { STREAM_STARVED, STREAM_UNUSABLE } from './refusal-words.ts';
import { isHeldByLosses, StarvationWatch } from './starvation-watch.ts';

const WATCH_MS = 100;

interface Watched {
  /** Null while nobody wants to hear it: paused, waiting for its turn, or over. */
  readonly session: () => PlaySession | null;
  readonly isPaid: () => boolean;
  readonly sounds: () => boolean;
  /** The play is to be ended. */
  readonly fail: (fault: Fault) => void;
}

/** Looks several times a second whether what a listener waits for still comes. */
export class PlayWatch {
  readonly #watched: Watched;
  readonly #starvation = new StarvationWatch();
  readonly #clock: Clock;
  #lookedAtMs: number;
  /** Since then the headend says that packets are under way, and none comes. */
  #lackSinceMs: number;
  /** Each resume lends the packets under way anew: so the next one waits longer, until sound comes. */
  #lackMaxMs: number = limits.linkSilenceMs;
  readonly stop: () => void;

  constructor(clock: Clock, watched: Watched) {
    this.#clock = clock;
    this.#watched = watched;
    this.#lookedAtMs = monotonicMs(clock);
    this.#lackSinceMs = this.#lookedAtMs;
    this.stop = every(clock, WATCH_MS, () => this.#look());
  }

  #look(): void {
    const nowMs = monotonicMs(this.#clock);
    const passedMs = nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    const session = this.#watched.session();
    const epoch = session?.epoch ?? null;
    if (session === null || epoch === null) return;
    if (this.#watched.sounds()) this.#lackMaxMs = limits.linkSilenceMs;
    const comes = epoch.mediaAtMs > this.#lackSinceMs || epoch.strangeForMs(nowMs) > 0;
    if (comes || !this.#lacksMedia(session)) this.#lackSinceMs = nowMs;
    if (this.#watched.isPaid() && !session.suppressed && this.#starves(session, passedMs)) this.#watched.fail(STREAM_STARVED);
    if (epoch.strangeForMs(nowMs) > limits.strangeMaxMs) this.#watched.fail(STREAM_UNUSABLE);
    // A connection on which nothing arrives is lost, whatever TCP thinks.
    if (nowMs - epoch.heardAtMs > limits.linkSilenceMs) session.drop('nothing arrives any more');
    else if (nowMs - this.#lackSinceMs > this.#lackMaxMs) this.#reconnect(session);
  }

  #reconnect(session: PlaySession): void {
    this.#lackMaxMs = Math.min(2 * this.#lackMaxMs, limits.packetSilenceMaxMs);
    session.drop('no packets arrive any more');
  }

  /** The way of the packets can be gone alone, such as one port of a NAT: what the headend repeats is soon used up, a resume is not. */
  #lacksMedia({ window, ledger }: PlaySession): boolean {
    return this.#watched.isPaid() && !this.#watched.sounds() && window !== null && window.nextSequence > ledger.top;
  }

  #starves({ terms, window }: PlaySession, passedMs: number): boolean {
    return this.#starvation.pass(passedMs, this.#watched.sounds(), window !== null && isHeldByLosses(terms.credit, window));
  }
}
