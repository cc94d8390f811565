import { type Rational, ZERO } from '../../units/rational.ts';
import type { Fault, Result } from '../../units/result.ts';
import type { AttributesInForce } from './attributes.ts';
import { ALL_COLUMNS, COLUMN_NAMES, type ColumnName } from './columns.ts';
import type { CycleBill } from './cycle-bill.ts';
import { firedWords, postingWords, priceWords } from './explain-words.ts';
import type { AttributeName } from './formula-ast.ts';
import type { Firing } from './periods.ts';
import type { PreparedEntry, PreparedModel } from './prepared-model.ts';
import { type LicenceHistory, type RatedHistory, type RatingFault, rateHistory } from './rate-history.ts';
import type { Posting, RatingObserver } from './rating-observer.ts';

/** One amount of one column, exact, in major units. */
export interface ExplainedLine {
  readonly atMs: number;
  /** null where no event brought it about; its id is empty where the history gives none. */
  readonly event: { readonly id: string; readonly startMs: number } | null;
  readonly amount: Rational;
  readonly words: string;
}

export interface ExplainedColumn {
  readonly column: ColumnName;
  /** Sum of the lines, before the one rounding (I-ROUND). */
  readonly exact: Rational;
  readonly lines: readonly ExplainedLine[];
}

/** A bill with every amount that stands in it. The lines of a column add up to it exactly, but for its one rounding. */
export interface ExplainedCycle {
  readonly bill: CycleBill;
  readonly columns: readonly ExplainedColumn[];
  /** What changed prices, granted discounts or made offers, in order. */
  readonly firings: readonly { readonly atMs: number; readonly words: string }[];
}

/** Rates a history and says why, down to the events and the passages of the model. The bills are those of rateHistory. */
export function explainHistory(
  model: PreparedModel,
  history: LicenceHistory,
): Result<{ readonly rated: RatedHistory; readonly cycles: readonly ExplainedCycle[] }, Fault<RatingFault>> {
  const book = new ExplanationBook(model);
  const rated = rateHistory(model, history, book);
  return rated.ok ? { ok: true, value: { rated: rated.value, cycles: book.cycles } } : rated;
}

interface OpenPages {
  readonly columns: ExplainedLine[][];
  readonly firings: { readonly atMs: number; readonly words: string }[];
}

class ExplanationBook implements RatingObserver {
  readonly cycles: ExplainedCycle[] = [];
  readonly #model: PreparedModel;
  readonly #open = new Map<number, OpenPages>();
  /** Ten thousand uses at one price are explained with the same words. */
  #lastFirings: readonly Firing[] | null = null;
  #lastPrices = new Map<AttributeName, string>();

  constructor(model: PreparedModel) {
    this.#model = model;
  }

  posted(posting: Posting): void {
    const { reason } = posting;
    const event = 'eventId' in reason ? { id: reason.eventId, startMs: reason.eventStartMs } : null;
    const line = { atMs: posting.atMs, event, amount: posting.amount, words: this.#words(posting) };
    this.#pages(posting.cycleIndex).columns[posting.column]?.push(line);
  }

  fired(cycleIndex: number, atMs: number, entry: PreparedEntry, attributes: AttributesInForce): void {
    this.#pages(cycleIndex).firings.push({ atMs, words: firedWords(entry, attributes, this.#model.source.currency ?? '') });
  }

  closed(cycleIndex: number, bill: CycleBill, exact: readonly Rational[]): void {
    const { columns, firings } = this.#pages(cycleIndex);
    this.#open.delete(cycleIndex);
    const explained = columns.map((lines, index) => {
      return { column: COLUMN_NAMES[index] ?? 'fixed_rate_use_cost', exact: exact[index] ?? ZERO, lines };
    });
    this.cycles.push({ bill, columns: explained.filter(({ lines }) => lines.length > 0), firings });
  }

  #pages(cycleIndex: number): OpenPages {
    const known = this.#open.get(cycleIndex);
    if (known) return known;
    const pages = { columns: Array.from({ length: ALL_COLUMNS }, () => []), firings: [] };
    this.#open.set(cycleIndex, pages);
    return pages;
  }

  #words(posting: Posting): string {
    if (posting.firings !== this.#lastFirings) {
      this.#lastFirings = posting.firings;
      this.#lastPrices = new Map();
    }
    return postingWords(posting, (name) => {
      const words = this.#lastPrices.get(name) ?? priceWords(this.#model.source, name, posting.attributes, posting.firings);
      this.#lastPrices.set(name, words);
      return words;
    });
  }
}
