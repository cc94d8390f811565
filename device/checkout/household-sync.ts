import { limits } from '../../src/limits.ts';
import { type Clock, every } from '../../src/ports/clock.ts';
import type { HouseholdApi } from '../../src/ports/household-api.ts';
import type { Log } from '../../src/ports/log.ts';
import type { HouseholdAnswer, HouseholdChange } from '../../src/wire/household-api.ts';
import type { Book } from '../stores/book-port.ts';

export interface HouseholdSyncParts {
  readonly api: HouseholdApi;
  readonly book: Pick<Book, 'getSetting' | 'putSetting' | 'viewers' | 'spendingCaps' | 'putSpendingCap' | 'putSpentElsewhere'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the headend has heard of this box: by pseudonym, as JSON. */
const TOLD_SETTING = 'household-told';
/** The clock on the wall of the household; absent: that of the machine. */
const TIME_ZONE_SETTING = 'time-zone';

interface Told {
  readonly capMinor: string | null;
  readonly person: Exclude<HouseholdChange['person'], undefined>;
}

/**
 * Tells the other boxes of the account, through the headend, who has a name here and what may be spent, and learns what they spent. Without the
 * headend each box keeps to what it knows: its own caps, its own day, and what it heard last of the others.
 */
export class HouseholdSync {
  readonly #parts: HouseholdSyncParts;
  #stop: () => void = () => {};
  #looking: Promise<void> | null = null;
  #again = false;
  #known: HouseholdAnswer['people'] = [];

  constructor(parts: HouseholdSyncParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#stop = every(this.#parts.clock, limits.accountLookMs, () => void this.look());
  }

  stop(): void {
    this.#stop();
  }

  /** People of the account that have a name at another box. */
  elsewhere(): HouseholdAnswer['people'] {
    return this.#known;
  }

  /** After a change here, and now and then. One at a time; asked meanwhile, it looks once more. */
  look(): Promise<void> {
    this.#again = this.#looking !== null;
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookOn(): Promise<void> {
    do {
      this.#again = false;
      await this.#exchange().catch((error: unknown) => {
        this.#parts.log.warn('household-not-told', { message: error instanceof Error ? error.message : String(error) });
      });
    } while (this.#again);
  }

  async #exchange(): Promise<void> {
    const { api, book, log } = this.#parts;
    const [here, told] = [await this.#here(), readTold(await book.getSetting(TOLD_SETTING))];
    const zone = (await book.getSetting(TIME_ZONE_SETTING)) || Intl.DateTimeFormat().resolvedOptions().timeZone;
    const answer = await api.household({ zone, changes: changesOf(told, here) });
    if (!answer.ok) return log.info('household-not-told', { code: answer.error.code, message: answer.error.message });
    this.#known = answer.value.people.filter(({ consumer }) => here.get(consumer)?.person == null);
    await this.#adopt(answer.value, here);
  }

  /** Account and guests have caps alone. */
  async #here(): Promise<ReadonlyMap<string, Told>> {
    const { book } = this.#parts;
    const people = new Map((await book.viewers()).map(({ viewerId, name, pin, belowAge }) => [viewerId, { name, locked: pin !== null, belowAge }]));
    const caps = await book.spendingCaps();
    return new Map(caps.map(({ who, capMinor }) => [who, { capMinor: capMinor?.toString() ?? null, person: people.get(who) ?? null }]));
  }

  /** A cap that was changed at another box holds here too, and one that the headend has lost is told again; what was changed here meanwhile is told at the next look. */
  async #adopt({ caps, day, elsewhere }: HouseholdAnswer, sent: ReadonlyMap<string, Told>): Promise<void> {
    const { book } = this.#parts;
    const agreed = new Map(caps.map(({ who, capMinor }) => [who, capMinor]));
    const now = await this.#here();
    for (const [who, { capMinor }] of sent) {
      const next = agreed.get(who);
      if (next !== undefined && next !== capMinor && now.get(who)?.capMinor === capMinor) await book.putSpendingCap(who, next === null ? null : BigInt(next));
    }
    await book.putSpentElsewhere(
      day,
      elsewhere.map(({ who, spentMinor }) => ({ who, spentMinor: BigInt(spentMinor) })),
    );
    const told = [...sent].map(([who, { person }]) => [who, { person, capMinor: agreed.get(who) ?? null }] as const);
    await book.putSetting(TOLD_SETTING, JSON.stringify(Object.fromEntries(told)));
  }
}

function readTold(text: string | null): ReadonlyMap<string, Told> {
  return new Map(Object.entries(JSON.parse(text || '{}') as Readonly<Record<string, Told>>));
}

/** What is another than the headend heard; of who is gone, that he is. A cap that never was needs no word. */
function changesOf(told: ReadonlyMap<string, Told>, here: ReadonlyMap<string, Told>): HouseholdChange[] {
  const changes: HouseholdChange[] = [...told].filter(([who, { person }]) => !here.has(who) && person !== null).map(([who]) => ({ who, person: null }));
  for (const [who, { capMinor, person }] of here) {
    const before = told.get(who);
    const cap = capMinor === (before?.capMinor ?? null) ? {} : { capMinor };
    const named = person === null || JSON.stringify(person) === JSON.stringify(before?.person) ? {} : { person };
    if ('capMinor' in cap || 'person' in named) changes.push({ who, ...cap, ...named });
  }
  return changes;
}
