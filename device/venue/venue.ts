import type { ContentFilter } from '../../src/domain/queue/content-filter.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { CatalogueView } from '../session/box-parts.ts';
import { HouseRules } from './house-rules.ts';
import { VenueCatalogue } from './venue-catalogue.ts';
import { type KeeperParts, VenueKeeper } from './venue-keeper.ts';

export type VenueParts = Omit<KeeperParts, 'rules'> & {
  readonly catalogue: CatalogueView;
  /** Works were hidden or shown. */
  readonly catalogueChanged: () => void;
};

/** What a venue decides for its box: rules, and who keeps them. */
export class Venue {
  readonly rules: HouseRules;
  readonly keeper: VenueKeeper;
  readonly catalogue: VenueCatalogue;
  readonly #parts: VenueParts;

  constructor(parts: VenueParts) {
    this.#parts = parts;
    this.rules = new HouseRules(parts.book);
    this.keeper = new VenueKeeper({ ...parts, rules: this.rules });
    this.catalogue = new VenueCatalogue(parts.catalogue, this.rules);
  }

  nowMs(): number {
    return this.#parts.clock.wallMs();
  }

  /** What the clock on the wall shows, as milliseconds without a zone. */
  async wallMs(): Promise<number> {
    const zone = await this.rules.zone();
    return this.nowMs() + zone.offsetAt(this.nowMs());
  }

  async putFilters(filters: readonly ContentFilter[]): Promise<void> {
    await this.rules.putFilters(filters);
    this.#parts.catalogueChanged();
  }

  /** How long works sound into each other now; null: they are not joined. */
  crossfadeMs(): number | null {
    const seconds = this.keeper.crossfadeSeconds;
    return seconds === null ? null : seconds * 1_000;
  }

  /** A work by id or part of its title, hidden or not. */
  findAnywhere(wanted: string): CatalogueWork | null {
    const works = this.catalogue.everything();
    return works.find(({ id }) => id === wanted) ?? works.find(({ title }) => title.toLowerCase().includes(wanted.toLowerCase())) ?? null;
  }
}
