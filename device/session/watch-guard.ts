import { judgeWatch, type WatchVerdict } from '../../src/domain/access/watch-limits.ts';
import { limits } from '../../src/limits.ts';
import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { Book } from '../stores/book-port.ts';
import type { BoxEvent } from './events.ts';

/** Hours without a key, as text; `0`: it is never asked; absent: limits.stillWatchingMs. */
const STILL_WATCHING_SETTING = 'still-watching-hours';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Whether a screen is connected; `unknown` where the machine can not say. */
export type ScreenState = 'there' | 'gone' | 'unknown';

export interface WatchHost {
  readonly clock: Clock;
  readonly book: Pick<Book, 'getSetting' | 'putSetting' | 'noteEnd'>;
  readonly screen: () => Promise<ScreenState>;
  readonly raise: (event: BoxEvent) => void;
}

type Stop = Exclude<WatchVerdict, 'plays-on' | 'asks'>;
const WORDS: Readonly<Record<Stop, string>> = {
  'nobody-watches': 'Nobody pressed a key for a long time: it was stopped, and nothing more is charged.',
  'sleep-timer': 'The sleep timer stopped it; nothing more is charged.',
  'screen-gone': 'The television is off or unplugged: it was stopped, and nothing more is charged.',
};
const ASK_WORDS = 'Are you still watching? Any key goes on; without one it stops.';

/** Stops what nobody watches: after hours without a key, when the sleep timer ends, and when the screen is gone. */
export class WatchGuard {
  readonly #host: WatchHost;
  #askAfterMs: number | null = limits.stillWatchingMs;
  #sleepAtMs: number | null = null;
  #asking = false;
  /** A machine without a screen plays on: only one that was seen can be gone. */
  #screenSeen = false;

  constructor(host: WatchHost) {
    this.#host = host;
  }

  async load(): Promise<void> {
    const hours = await this.#host.book.getSetting(STILL_WATCHING_SETTING);
    if (hours !== null) this.#askAfterMs = Number(hours) === 0 ? null : Number(hours) * HOUR_MS;
  }

  async askAfterHours(hours: number): Promise<void> {
    await this.#host.book.putSetting(STILL_WATCHING_SETTING, String(hours));
    await this.load();
  }

  /** @param minutes 0 takes the timer away */
  sleepIn(minutes: number): void {
    this.#sleepAtMs = minutes === 0 ? null : monotonicMs(this.#host.clock) + minutes * MINUTE_MS;
  }

  /** Whole minutes; null where no timer is set. */
  sleepLeftMinutes(): number | null {
    return this.#sleepAtMs === null ? null : Math.max(0, Math.ceil((this.#sleepAtMs - monotonicMs(this.#host.clock)) / MINUTE_MS));
  }

  /** A dark screen and silence. What plays ends as any stop does, and what waits goes on after the next key. */
  standBy(): void {
    this.#sleepAtMs = null;
    this.#host.raise({ type: 'power.sleep' });
    this.#host.raise({ type: 'intent.stop' });
  }

  /** @returns whether a key only said that somebody is there */
  answers(): boolean {
    const asked = this.#asking;
    this.#asking = false;
    if (asked) this.#host.raise({ type: 'notice.over' });
    return asked;
  }

  /** Now and then. @param playId of what plays and is not paused; null where nothing does */
  async look(idleMs: number, playId: string | null): Promise<void> {
    const state = await this.#host.screen();
    const gone = this.#screenSeen && state === 'gone';
    this.#screenSeen ||= state === 'there';
    if (playId === null) {
      this.#asking = false;
      if (this.#sleepAtMs !== null && this.#sleepAtMs <= monotonicMs(this.#host.clock)) this.standBy();
      return;
    }
    const sleepInMs = this.#sleepAtMs === null ? null : this.#sleepAtMs - monotonicMs(this.#host.clock);
    const verdict = judgeWatch({ idleMs, askAfterMs: this.#askAfterMs, sleepInMs, screen: gone ? 'gone' : 'there' });
    if (verdict === 'asks') this.#ask();
    else if (verdict !== 'plays-on') await this.#stop(verdict, playId);
  }

  #ask(): void {
    this.#asking = true;
    this.#host.raise({ type: 'notice.say', code: 'still-watching', message: ASK_WORDS });
  }

  async #stop(why: Stop, playId: string): Promise<void> {
    this.#asking = false;
    await this.#host.book.noteEnd(playId, why);
    this.#host.raise({ type: 'notice.say', code: why, message: WORDS[why] });
    // A television that is off needs no dark screen, and shows again what it showed when it comes back.
    if (why === 'screen-gone') this.#host.raise({ type: 'intent.stop' });
    else this.standBy();
  }
}
