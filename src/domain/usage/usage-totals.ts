import { type DomainOccurrence, measureOutlet, type RecordOutcome, type RecordReason } from './domain-time.ts';
import { type NavigationPath, tracePaths } from './navigation.ts';
import type { ProcessingRecord } from './processing-record.ts';
import { orderOutlet } from './record-order.ts';
import { findGaps, type SequenceGap } from './sequence-gaps.ts';

/** Sums over outlets. Units: milliseconds. Every accepted record stands in `posted` or under its reason. */
export interface UsageTotals {
  readonly msOf: ReadonlyMap<string, number>;
  readonly occurrencesOf: ReadonlyMap<string, number>;
  readonly posted: number;
  readonly reasons: ReadonlyMap<RecordReason, number>;
  /** How often each path was walked; a path is its places joined by ` > `. */
  readonly paths: ReadonlyMap<string, number>;
  readonly gaps: readonly SequenceGap[];
}

/** Adds outlet by outlet, so that only one outlet's records need to be in memory. */
export class UsageTally {
  readonly #msOf = new Map<string, number>();
  readonly #occurrencesOf = new Map<string, number>();
  readonly #reasons = new Map<RecordReason, number>();
  readonly #paths = new Map<string, number>();
  readonly #gaps: SequenceGap[] = [];
  #posted = 0;

  addOutlet(records: readonly ProcessingRecord[]): void {
    const ordered = orderOutlet(records);
    const { outcomes, occurrences } = measureOutlet(ordered);
    for (const outcome of outcomes) this.#addOutcome(outcome);
    for (const { domain } of occurrences satisfies readonly DomainOccurrence[]) count(this.#occurrencesOf, domain, 1);
    for (const path of tracePaths(ordered)) count(this.#paths, nameOf(path), 1);
    this.#gaps.push(...findGaps(ordered));
  }

  totals(): UsageTotals {
    return { msOf: this.#msOf, occurrencesOf: this.#occurrencesOf, posted: this.#posted, reasons: this.#reasons, paths: this.#paths, gaps: this.#gaps };
  }

  #addOutcome({ domains, ms, reason }: RecordOutcome): void {
    // A domain that was listed and left again at once was used for 0 s: it stands in the sums all the same.
    for (const domain of domains) count(this.#msOf, domain, ms);
    if (reason === null) this.#posted += 1;
    else count(this.#reasons, reason, 1);
  }
}

function nameOf(path: NavigationPath): string {
  return path.places.join(' > ');
}

function count<Key>(sums: Map<Key, number>, key: Key, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
