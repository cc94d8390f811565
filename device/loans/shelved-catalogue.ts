import { quoteOf } from '../../src/domain/licence/loan-terms.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { CatalogueView } from '../session/box-parts.ts';
import type { LoanShelf, ShelvedLoan } from './loan-shelf.ts';

/**
 * The catalogue with what lies on this box: a title that plays from here costs what its signed terms say, and one that is checked out
 * stays, though the headend may have retired it.
 */
export class ShelvedCatalogue implements CatalogueView {
  readonly #catalogue: CatalogueView;
  readonly #shelf: LoanShelf;
  #from: readonly CatalogueWork[] = [];
  #shown: readonly CatalogueWork[] = [];
  #stale = true;

  constructor(catalogue: CatalogueView, shelf: LoanShelf) {
    this.#catalogue = catalogue;
    this.#shelf = shelf;
    shelf.onChange(() => {
      this.#stale = true;
    });
  }

  works(): readonly CatalogueWork[] {
    const works = this.#catalogue.works();
    if (!this.#stale && works === this.#from) return this.#shown;
    const loans = new Map(this.#playable().map((loan) => [loan.work.id, loan]));
    const retired = [...loans.values()].filter((loan) => this.#catalogue.work(loan.work.id) === null).map(asLent);
    this.#shown = loans.size === 0 ? works : [...works.map((work) => lentAs(work, loans.get(work.id))), ...retired];
    this.#from = works;
    this.#stale = false;
    return this.#shown;
  }

  work(id: string): CatalogueWork | null {
    const loan = this.#shelf.playable(id);
    const work = this.#catalogue.work(id);
    if (loan === null) return work;
    return work === null ? asLent(loan) : lentAs(work, loan);
  }

  offered(id: string): CatalogueWork | null {
    if (this.#catalogue.work(id) === null) return this.work(id);
    return this.#catalogue.offered(id) === null ? null : this.work(id);
  }

  version(): string {
    return this.#catalogue.version();
  }

  #playable(): readonly ShelvedLoan[] {
    return this.#shelf.loans().filter((loan) => this.#shelf.playable(loan.work.id) === loan);
  }
}

function lentAs(work: CatalogueWork, loan: ShelvedLoan | undefined): CatalogueWork {
  return loan?.terms == null ? work : { ...work, priceMinor: String(quoteOf(loan.terms)) };
}

function asLent(loan: ShelvedLoan): CatalogueWork {
  return lentAs(loan.work, loan);
}
