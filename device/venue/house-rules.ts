import { ladderText, PLAIN_LADDER, type PriceLadder, parseLadder } from '../../src/domain/cash/price-ladder.ts';
import { calendarText, parseCalendar } from '../../src/domain/queue/calendar-text.ts';
import { type ContentFilter, type FilteredWork, hiddenBy } from '../../src/domain/queue/content-filter.ts';
import { ALWAYS_OPEN, isCrossfade, type VenueCalendar } from '../../src/domain/queue/venue-calendar.ts';
import { NO_VOLUMES, readVolumes, type VolumeRange, type Volumes, volumesText, withRange } from '../../src/domain/queue/zone-volume.ts';
import { openZone, type Zone } from '../../src/domain/rating/zone.ts';
import type { Fault, Result } from '../../src/units/result.ts';
import type { Book } from '../stores/book-port.ts';
import { LADDER_SETTING } from '../stores/coin-bonus.ts';

export const CALENDAR_SETTING = 'venue-calendar';
/** `20-80` or `20-80,terrace:20-60`: how loud the box is at least and at most, where no period of the calendar says otherwise. */
export const VOLUME_LIMITS_SETTING = 'volume-limits';
/** Seconds that works sound into each other, where no period of the calendar says otherwise; empty: they are not joined. */
const CROSSFADE_SETTING = 'crossfade-seconds';
const FILTERS_SETTING = 'content-filters';
/** IANA name of the zone of the clock on the venue's wall; absent: the one of the machine. */
export const TIME_ZONE_SETTING = 'time-zone';

/** What the venue decided, as the book keeps it and with what could not be read left out and said. */
export class HouseRules {
  readonly #book: Pick<Book, 'getSetting' | 'putSetting'>;
  #calendar = ALWAYS_OPEN;
  #filters: readonly ContentFilter[] = [];
  #ladder = PLAIN_LADDER;
  #volumes = NO_VOLUMES;
  #crossfade: number | null = null;

  constructor(book: Pick<Book, 'getSetting' | 'putSetting'>) {
    this.#book = book;
  }

  /** @returns sentences about what could not be read: a venue that lost its filters must know */
  async load(): Promise<readonly string[]> {
    const names = [CALENDAR_SETTING, FILTERS_SETTING, LADDER_SETTING, VOLUME_LIMITS_SETTING, CROSSFADE_SETTING];
    const [calendar, filters, ladder, volume, crossfade] = await Promise.all(names.map((name) => this.#book.getSetting(name)));
    const problems: string[] = [];
    const read = <Value>(name: string, fallback: Value, reading: () => Value): Value => {
      try {
        return reading();
      } catch (error) {
        problems.push(`The ${name} of this box cannot be read (${error instanceof Error ? error.message : String(error)}): enter it again.`);
        return fallback;
      }
    };
    this.#calendar = read('calendar', ALWAYS_OPEN, () => must(parseCalendar(calendar || '[]')));
    this.#filters = read('list of filters', [], () => JSON.parse(filters || '[]') as readonly ContentFilter[]);
    this.#ladder = read('price ladder', PLAIN_LADDER, () => must(parseLadder(ladder ?? '')));
    this.#volumes = readVolumes(volume ?? '') ?? NO_VOLUMES;
    this.#crossfade = crossfade && isCrossfade(Number(crossfade)) ? Number(crossfade) : null;
    return problems;
  }

  get calendar(): VenueCalendar {
    return this.#calendar;
  }

  get filters(): readonly ContentFilter[] {
    return this.#filters;
  }

  get ladder(): PriceLadder {
    return this.#ladder;
  }

  /** Whenever no period says otherwise; where it says nothing, as loud as anybody likes. */
  get volumes(): Volumes {
    return this.#volumes;
  }

  /** Seconds, whenever no period says otherwise; null: works are not joined. */
  get crossfade(): number | null {
    return this.#crossfade;
  }

  hiddenBy(work: FilteredWork): ContentFilter | null {
    return hiddenBy(this.#filters, work);
  }

  /** Durable before it holds. */
  async putCalendar(calendar: VenueCalendar): Promise<void> {
    await this.#book.putSetting(CALENDAR_SETTING, calendarText(calendar));
    this.#calendar = calendar;
  }

  async putFilters(filters: readonly ContentFilter[]): Promise<void> {
    await this.#book.putSetting(FILTERS_SETTING, JSON.stringify(filters));
    this.#filters = filters;
  }

  /** @param zone null: everywhere, as far as a zone has no range of its own */
  async putVolume(zone: string | null, range: VolumeRange): Promise<void> {
    const volumes = withRange(this.#volumes, zone, range);
    await this.#book.putSetting(VOLUME_LIMITS_SETTING, volumesText(volumes));
    this.#volumes = volumes;
  }

  async putCrossfade(seconds: number | null): Promise<void> {
    await this.#book.putSetting(CROSSFADE_SETTING, seconds === null ? '' : String(seconds));
    this.#crossfade = seconds;
  }

  async putLadder(ladder: PriceLadder): Promise<void> {
    await this.#book.putSetting(LADDER_SETTING, ladderText(ladder));
    this.#ladder = ladder;
  }

  /** The zone of the clock on the wall, by its IANA name. */
  async putZone(name: string): Promise<Result<Zone, Fault>> {
    const zone = openZone(name);
    if (zone.ok) await this.#book.putSetting(TIME_ZONE_SETTING, name);
    return zone;
  }

  /** Of the clock on the wall. */
  async zone(): Promise<Zone> {
    const name = (await this.#book.getSetting(TIME_ZONE_SETTING)) || Intl.DateTimeFormat().resolvedOptions().timeZone;
    const zone = openZone(name);
    return zone.ok ? zone.value : must(openZone('UTC'));
  }
}

function must<Value>(result: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: { readonly message: string } }): Value {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
