import type { Finding, FindingCode, Findings, Repair, RepairRule } from './finding.ts';
import type { SourceText } from './source-text.ts';

/** Of each kind; a hostile document shall not fill a screen or a log. */
const KEPT = 100;

/** Collects what is found while a document is read. */
export class ReadingReport {
  readonly #source: SourceText;
  readonly #errors: Finding[] = [];
  readonly #warnings: Finding[] = [];
  readonly #repairs: Repair[] = [];

  constructor(source: SourceText) {
    this.#source = source;
  }

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  error(offset: number, code: FindingCode, rule: string, message: string): void {
    if (this.#errors.length < KEPT) this.#errors.push({ code, rule, message, ...this.#source.positionOf(offset) });
  }

  warn(offset: number, code: FindingCode, rule: string, message: string): void {
    if (this.#warnings.length < KEPT) this.#warnings.push({ code, rule, message, ...this.#source.positionOf(offset) });
  }

  /** Never bounded away to nothing: a document with more repairs than are kept is refused by its reader. */
  repair(offset: number, code: RepairRule, message: string): void {
    if (this.#repairs.length < KEPT)
      this.#repairs.push({ code, rule: `A-${code.slice(1)}`, message: `${code} ${message}`, ...this.#source.positionOf(offset) });
    else this.error(offset, 'syntax', 'XML', `more than ${KEPT} repairs are needed; this is no pricing model to guess about: correct it by hand`);
  }

  /** In the order of the document. */
  findings(): Findings {
    return { errors: this.#errors.toSorted(byPlace), warnings: this.#warnings.toSorted(byPlace), repairs: this.#repairs.toSorted(byPlace) };
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
}

function byPlace(left: Place, right: Place): number {
  return left.line - right.line || left.column - right.column;
}
