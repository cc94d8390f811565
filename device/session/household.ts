import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { Currency } from '../../src/units/money.ts';
import type { Fault } from '../../src/units/result.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { IntentEvent } from './events.ts';
import type { PlayView } from './play-port.ts';
import { type SpendingHost, SpendingWatch } from './spending-watch.ts';
import { ViewerDesk, type ViewerHost } from './viewer-desk.ts';
import { WatchGuard, type WatchHost } from './watch-guard.ts';

export interface HouseholdHost extends Omit<ViewerHost, 'book'>, Pick<WatchHost, 'screen'> {
  readonly book: ViewerHost['book'] & SpendingHost['book'] & WatchHost['book'];
  readonly clock: Clock;
  readonly currency: Currency;
  /** What plays, and what the chart says of it. */
  readonly play: () => { readonly view: PlayView | null; readonly playback: string; readonly standby: boolean };
}

/** What the sleep key goes through, in minutes. */
const SLEEP_STEPS = [30, 60, 90, 0];

/** What a set-top knows of its people: who watches, what may be spent, and whether anybody is there. A venue's box has none of it. */
export class Household {
  readonly viewers: ViewerDesk;
  readonly guard: WatchGuard;
  readonly #spending: SpendingWatch;
  readonly #host: HouseholdHost;
  #touchedMs: number;

  constructor(host: HouseholdHost) {
    this.#host = host;
    this.viewers = new ViewerDesk(host);
    this.guard = new WatchGuard(host);
    this.#spending = new SpendingWatch(host);
    this.#touchedMs = monotonicMs(host.clock);
  }

  async start(): Promise<void> {
    this.#touchedMs = monotonicMs(this.#host.clock);
    await this.guard.load();
    await this.viewers.start();
  }

  /** @returns whether the intent is dealt with: it said that somebody is there, or who */
  takes(event: IntentEvent): boolean {
    this.#touchedMs = monotonicMs(this.#host.clock);
    if (this.#host.play().standby) return this.#wake(event);
    if (this.guard.answers()) return true;
    if (event.type === 'intent.power') {
      this.guard.standBy();
      return true;
    }
    if (event.type !== 'intent.sleep') return this.viewers.takes(event);
    const left = this.guard.sleepLeftMinutes() ?? 0;
    this.sleepIn(SLEEP_STEPS.find((minutes) => minutes > left) ?? 0);
    return true;
  }

  /** The key that wakes it means nothing else, unless it names what is wanted. */
  #wake(event: IntentEvent): boolean {
    this.#host.raise({ type: 'power.wake' });
    return event.type !== 'intent.ok' || event.workId === undefined;
  }

  /** @param minutes 0 takes the timer away */
  sleepIn(minutes: number): void {
    this.guard.sleepIn(minutes);
    const message = minutes === 0 ? 'The sleep timer is off.' : `What plays stops in ${minutes} minutes.`;
    this.#host.raise({ type: 'notice.say', code: minutes === 0 ? 'sleep-off' : 'sleep-set', message });
  }

  async refuses(work: CatalogueWork): Promise<Fault | null> {
    return this.viewers.refuses(work) ?? (await this.#spending.refuses(work));
  }

  /** Several times a second while something plays. */
  lookAtPlay(play: PlayView, work: CatalogueWork | null): void {
    this.#spending.look(play, work);
  }

  /** Every few seconds. */
  lookAround(): void {
    const idleMs = monotonicMs(this.#host.clock) - this.#touchedMs;
    const { view, playback } = this.#host.play();
    this.viewers.idle(idleMs, playback);
    const sounds = playback === 'playing.flowing' || playback === 'playing.stalled';
    this.#host.later(() => this.guard.look(idleMs, sounds ? (view?.playId ?? null) : null));
  }
}
