import type { CatalogueWork } from '../../src/wire/http-api.ts';

/** The work that a press of OK would mean: a place in the list of works, whatever the list becomes. */
export class WorkFocus {
  readonly #works: () => readonly CatalogueWork[];
  readonly #changed: () => void;
  #index = 0;

  constructor(works: () => readonly CatalogueWork[], changed: () => void) {
    this.#works = works;
    this.#changed = changed;
  }

  get index(): number {
    return this.#index;
  }

  work(): CatalogueWork | null {
    return this.#works()[this.#index] ?? null;
  }

  /** Around the ends. */
  move(step: number): void {
    const count = this.#works().length;
    this.#index = count === 0 ? 0 : (this.#index + step + count) % count;
    this.#changed();
  }

  /** The list is another one now. */
  clamp(): void {
    this.#index = Math.min(this.#index, Math.max(0, this.#works().length - 1));
    this.#changed();
  }
}
