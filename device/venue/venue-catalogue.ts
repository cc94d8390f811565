import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { CatalogueView } from '../session/box-parts.ts';
import type { HouseRules } from './house-rules.ts';

/** The catalogue as this venue wants it seen. What was bought before it was hidden is still played: `work` knows everything. */
export class VenueCatalogue implements CatalogueView {
  readonly #all: CatalogueView;
  readonly #rules: HouseRules;
  #shown: { readonly of: readonly CatalogueWork[]; readonly filters: unknown; readonly works: readonly CatalogueWork[] } | null = null;

  constructor(all: CatalogueView, rules: HouseRules) {
    this.#all = all;
    this.#rules = rules;
  }

  works(): readonly CatalogueWork[] {
    const [of, filters] = [this.#all.works(), this.#rules.filters];
    if (this.#shown?.of !== of || this.#shown.filters !== filters)
      this.#shown = { of, filters, works: filters.length === 0 ? of : of.filter((work) => this.#rules.hiddenBy(work) === null) };
    return this.#shown.works;
  }

  work(id: string): CatalogueWork | null {
    return this.#all.work(id);
  }

  offered(id: string): CatalogueWork | null {
    const work = this.#all.offered(id);
    return work === null || this.#rules.hiddenBy(work) !== null ? null : work;
  }

  /** Another one when a filter changes: whoever keeps a list of works asks again. */
  version(): string {
    const newest = this.#rules.filters.at(-1)?.id ?? 0;
    return newest === 0 ? this.#all.version() : `${this.#all.version()}+${this.#rules.filters.length}.${newest}`;
  }

  everything(): readonly CatalogueWork[] {
    return this.#all.works();
  }
}
