import { timeText } from '../../src/domain/queue/calendar-text.ts';
import { type PeriodKind, periodsAt, type RunningPeriod } from '../../src/domain/queue/venue-calendar.ts';
import { type RangeNow, rangeAt } from '../../src/domain/queue/zone-volume.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { every } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { CLOSED_REASON } from '../session/evening-end.ts';
import type { BoxEvent } from '../session/events.ts';
import { OUT_OF_SERVICE_SETTING } from '../session/service-region.ts';
import { endEvening, putInService, putOutOfService } from '../session/service-switch.ts';
import type { Book } from '../stores/book-port.ts';
import { BONUS_SETTING, FREE_SETTING } from '../stores/coin-bonus.ts';
import type { HouseRules } from './house-rules.ts';

/** A paid song is given back this soon after closing at the latest, with room for the writes. */
const LOOK_MS = 5_000;
/** Which closed or event period was begun: staff that opens again within it is not overruled, and a box that starts again in it knows. */
const BEGUN_SETTING = 'venue-period-begun';
/** The reason that this keeper gave for being out of service: what somebody else closed stays closed. */
const GIVEN_SETTING = 'venue-period-reason';

export interface KeeperParts {
  readonly rules: HouseRules;
  readonly book: Book;
  readonly clock: Clock;
  readonly log: Log;
  readonly raise: (event: BoxEvent) => void;
  /** The volume of each zone stays in what this says of it, null where it says nothing; null is the zone of a box that has only one. */
  readonly holdVolume: (rangeOf: (zone: string | null) => RangeNow | null) => void;
  /** Music of the house, where nobody has chosen anything for a while. */
  readonly playBackground: () => Promise<void>;
  /** Money went back, or coins are worth more or less from now on. */
  readonly changed: () => Promise<void>;
}

/** Does what the calendar of the venue says, at the time it says so, however often the box was restarted in between. */
export class VenueKeeper {
  readonly #parts: KeeperParts;
  #looking: Promise<void> = Promise.resolve();
  #stop: () => void = () => {};
  /** Of what lasts now. */
  #crossfade: number | null = null;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Resolves when what lasts now holds: before anything is sold. */
  async start(): Promise<void> {
    await this.look();
    this.#stop = every(this.#parts.clock, LOOK_MS, () => void this.look());
  }

  async stop(): Promise<void> {
    this.#stop();
    await this.#looking;
  }

  /** Seconds that works sound into each other now; null: they are not joined. */
  get crossfadeSeconds(): number | null {
    return this.#crossfade ?? this.#parts.rules.crossfade;
  }

  /** One look at the clock. One after the other; a look that fails is made again at the next. */
  look(): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#apply())
      .catch((error: unknown) => this.#parts.log.warn('calendar-not-kept', { message: error instanceof Error ? error.message : String(error) }));
    return this.#looking;
  }

  async #apply(): Promise<void> {
    const { book, rules, holdVolume, playBackground } = this.#parts;
    const running = await this.#running();
    const of = (kind: PeriodKind): RunningPeriod | null => running.find(({ period }) => period.kind === kind) ?? null;
    const shut = of('closed') ?? of('event');
    const begun = (await book.getSetting(BEGUN_SETTING)) ?? '';
    const now = shut === null ? '' : `${shut.period.name}@${shut.startDay}`;
    if (now !== begun) await (shut === null ? this.#reopen() : this.#shut(shut, now));
    const bonus = of('bonus');
    await this.#set(BONUS_SETTING, bonus === null ? '' : String(bonus.period.bonusPercent));
    await this.#set(FREE_SETTING, of('free') === null ? '' : 'yes');
    if (shut === null && of('background') !== null) await playBackground();
    this.#crossfade = running.find(({ period }) => period.crossfadeSeconds !== undefined)?.period.crossfadeSeconds ?? null;
    holdVolume((zone) => rangeAt(running, rules.volumes, zone));
  }

  /** Most venues have no calendar: then nobody asks for the zone, whose data is megabytes. */
  async #running(): Promise<readonly RunningPeriod[]> {
    const { rules, clock } = this.#parts;
    if (rules.calendar.periods.length === 0) return [];
    const zone = await rules.zone();
    const nowMs = clock.wallMs();
    return periodsAt(rules.calendar, nowMs + zone.offsetAt(nowMs));
  }

  /** What it says is written last: a kill in the middle does it all again. */
  async #shut({ period, endsAtWallMs }: RunningPeriod, now: string): Promise<void> {
    const { book, changed } = this.#parts;
    const reason = period.kind === 'closed' ? CLOSED_REASON : `${period.name} until ${timeText(endsAtWallMs)}: what you paid for waits`;
    await book.putSetting(GIVEN_SETTING, reason);
    if (period.kind === 'closed') await endEvening(this.#parts);
    else await putOutOfService(this.#parts, reason);
    await book.putSetting(BEGUN_SETTING, now);
    await changed();
  }

  async #reopen(): Promise<void> {
    const { book } = this.#parts;
    const [given, reason] = await Promise.all([book.getSetting(GIVEN_SETTING), book.getSetting(OUT_OF_SERVICE_SETTING)]);
    if (reason !== null && reason !== '' && reason === given) await putInService(this.#parts);
    await book.putSetting(BEGUN_SETTING, '');
  }

  /** Where the book reads it, in the transaction that it is for. */
  async #set(name: string, value: string): Promise<void> {
    const { book, changed } = this.#parts;
    if (value === ((await book.getSetting(name)) ?? '')) return;
    await book.putSetting(name, value);
    await changed();
  }
}
