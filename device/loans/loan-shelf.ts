import type { LoanTerms } from '../../src/domain/licence/loan-terms.ts';
import { openBytes } from '../../src/platform/crypto/seal.ts';
import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { formatMoney, money } from '../../src/units/money.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import { parseLoanTerms } from '../../src/wire/loan-text.ts';
import { PacketMap } from '../../src/wire/packet-map.ts';
import type { LoanBook, LoanRow } from '../stores/loan-port.ts';
import type { LoanFiles } from './loan-files.ts';
import type { LoanKeys } from './loan-keys.ts';
import type { LoanState, LoanView, RenewalQuery } from './loan-view.ts';

export interface ShelvedLoan extends LoanRow {
  /** Null where the terms can not be read or honoured: then it stays closed. */
  readonly terms: LoanTerms | null;
  readonly held: ReadonlySet<number>;
}

/** Content of one loan, opened for one use. */
export interface LoanReader {
  readonly loan: ShelvedLoan;
  readonly terms: LoanTerms;
  readonly termsText: string;
  /** Which packet lies in which segment. */
  readonly map: PacketMap;
  /** False as soon as the key is gone: returned, revoked, expired in continuous mode, breached. */
  isOpen(): boolean;
  read(number: number): Promise<Result<Uint8Array, Fault<'loan-closed' | 'loan-damaged'>>>;
  /** Once, at the end of the use. */
  close(): Promise<void>;
}

export interface LoanShelfParts {
  readonly book: LoanBook;
  readonly files: LoanFiles;
  readonly keys: LoanKeys;
  readonly clock: Clock;
  readonly log: Log;
}

/** The checked-out titles of this box: what is here, what opens, until when. Time is the book's, which never goes back. */
export class LoanShelf {
  readonly #parts: LoanShelfParts;
  readonly #listeners = new Set<() => void>();
  readonly #problems = new Map<string, string>();
  readonly #inUse = new Set<string>();
  #loans: readonly ShelvedLoan[] = [];
  #bookMs = 0;
  #bookAtMs = 0;

  constructor(parts: LoanShelfParts) {
    this.#parts = parts;
  }

  /** Reads everything anew, and tells. */
  async refresh(): Promise<void> {
    const { book, files, clock } = this.#parts;
    const { nowMs, loans } = await book.loans();
    this.#bookMs = nowMs;
    this.#bookAtMs = monotonicMs(clock);
    this.#loans = await Promise.all(loans.map(async (row) => ({ ...row, terms: termsOf(row), held: await files.held(row.licence) })));
    this.tell();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  nowMs(): number {
    return this.#bookMs + monotonicMs(this.#parts.clock) - this.#bookAtMs;
  }

  loans(): readonly ShelvedLoan[] {
    return this.#loans;
  }

  find(licence: string): ShelvedLoan | null {
    return this.#loans.find((loan) => loan.licence === licence) ?? null;
  }

  inUse(licence: string): boolean {
    return this.#inUse.has(licence);
  }

  /** A segment more is here. */
  noteHeld(licence: string, number: number): void {
    this.#loans = this.#loans.map((loan) => (loan.licence === licence ? { ...loan, held: new Set([...loan.held, number]) } : loan));
    this.#problems.delete(licence);
    this.tell();
  }

  /** Why a download does not go on, in words; null: it does. */
  noteProblem(licence: string, message: string | null): void {
    if (message === null) this.#problems.delete(licence);
    else this.#problems.set(licence, message);
    this.tell();
  }

  stateOf(loan: ShelvedLoan): LoanState {
    if (loan.state === 'breached') return 'breached';
    if (loan.state === 'returning' || loan.state === 'over') return 'returning';
    if (loan.terms === null) return 'locked';
    if (this.isOver(loan)) return 'expired';
    if (loan.held.size < loan.segments.length) return this.#problems.has(loan.licence) ? 'waiting' : 'downloading';
    return this.#parts.keys.canOpen(loan, loan.terms.rights) ? 'ready' : 'locked';
  }

  /** Its period has passed. */
  isOver({ terms }: ShelvedLoan): boolean {
    return terms !== null && terms.endMs !== null && this.nowMs() >= terms.endMs;
  }

  /** The loan that this work can be played from now. */
  playable(workId: string): ShelvedLoan | null {
    return this.#loans.find((loan) => loan.work.id === workId && this.stateOf(loan) === 'ready') ?? null;
  }

  playableWorks(): readonly string[] {
    return this.#loans.filter((loan) => this.stateOf(loan) === 'ready').map((loan) => loan.work.id);
  }

  /** @param termsText the terms that the use began under; those in force where it begins now */
  open(loan: ShelvedLoan, termsText = loan.termsText): LoanReader | null {
    const { keys } = this.#parts;
    const { licence } = loan;
    const terms = termsOf({ licence, termsText });
    if (terms === null || keys.open(loan, terms.rights) === null) return null;
    this.#inUse.add(licence);
    return {
      loan,
      terms,
      termsText,
      map: mapOf(loan, terms),
      isOpen: () => this.find(licence)?.state === 'held' && keys.canOpen(this.find(licence) ?? loan, terms.rights),
      read: (number) => this.#read(licence, number),
      close: () => this.#close(loan, terms),
    };
  }

  views(): readonly LoanView[] {
    return this.#loans.map((loan) => ({
      licence: loan.licence,
      workId: loan.work.id,
      title: loan.work.title,
      state: this.stateOf(loan),
      message: this.#messageOf(loan),
      endMs: loan.terms?.endMs ?? null,
      doneBytes: loan.segments.reduce((sum, { bytes }, number) => (loan.held.has(number) ? sum + bytes : sum), 0),
      totalBytes: loan.segments.reduce((sum, { bytes }) => sum + bytes, 0),
      uses: loan.uses,
      feeMinor: loan.terms?.feeMinor ?? '0',
    }));
  }

  renewal(): RenewalQuery | null {
    const loan = this.#loans.find((candidate) => candidate.state === 'held' && !candidate.declined && this.isOver(candidate));
    if (loan === undefined) return null;
    const { feeMinor, currency } = loan.terms ?? {};
    const fee = feeMinor === undefined || currency === undefined ? '' : ` for ${formatMoney(money(BigInt(feeMinor), currency))}`;
    return { licence: loan.licence, title: loan.work.title, text: `The time of ${loan.work.title} is over. Renew it${fee}?` };
  }

  /** What lies here was altered, by a person or by a failing disk: both look the same. The key goes, no lease is taken again, and it is told. */
  async breach(licence: string, why: string): Promise<void> {
    const { book, keys, log } = this.#parts;
    keys.drop(licence);
    log.warn('loan-breached', { licence, why });
    await book.endLoan(licence, 'breached', null, why);
    await this.refresh();
  }

  async #read(licence: string, number: number): ReturnType<LoanReader['read']> {
    const { files, keys } = this.#parts;
    const loan = this.find(licence);
    const segment = loan?.segments[number];
    if (loan === null || loan.terms === null || loan.state !== 'held' || segment === undefined) return closed(loan);
    const sealed = await files.get(licence, number);
    const key = keys.open(loan, loan.terms.rights);
    if (key === null) return closed(loan);
    const plain = sealed === null ? null : openBytes(key, sealed, aboutSegment(licence, number, segment.hash));
    if (plain !== null) return ok(plain);
    await this.breach(licence, sealed === null ? `segment ${number} is missing` : `segment ${number} was altered`);
    return fault('loan-damaged', `${loan.work.title} was altered on the disk of this box; return it, and check it out again.`);
  }

  /** Per use: the key goes with the use. A program goes as a whole. */
  async #close({ licence }: ShelvedLoan, terms: LoanTerms): Promise<void> {
    const { files, keys } = this.#parts;
    this.#inUse.delete(licence);
    if (terms.rights.unlock === 'use') keys.drop(licence);
    if (terms.resourceKind !== 'software') return;
    keys.drop(licence);
    await files.remove(licence);
    await this.refresh();
  }

  #messageOf(loan: ShelvedLoan): string {
    const problem = this.#problems.get(loan.licence);
    const state = this.stateOf(loan);
    if (state === 'waiting') return problem ?? '';
    if (state === 'locked')
      return loan.terms === null
        ? 'It is protected in a way that this box does not know.'
        : 'The headend can not be reached; it opens again with the next session pulse.';
    if (state === 'breached') return 'It was altered on the disk of this box; return it, and check it out again.';
    return '';
  }
}

/** What a sealed segment is; it opens nowhere else. */
export function aboutSegment(licence: string, number: number, hash: string): string {
  return `ackbox-loan/1 segment\n${licence}\n${number}\n${hash}`;
}

function closed(loan: ShelvedLoan | null): { readonly ok: false; readonly error: Fault<'loan-closed'> } {
  return fault('loan-closed', `${loan?.work.title ?? 'The title'} is not open on this box any more; what was not heard is not charged.`);
}

/** Of a film as it was cut for the form that was lent. */
function mapOf({ segments }: LoanRow, { packets, film }: LoanTerms): PacketMap {
  if (film === undefined) return new PacketMap(packets, null);
  const accessPoints = segments.flatMap((segment) => segment.accessPoints ?? []);
  return new PacketMap(packets, { starts: segments.map((segment) => segment.accessPoints?.[0] ?? 0), accessPoints });
}

function termsOf(row: Pick<LoanRow, 'licence' | 'termsText'>): LoanTerms | null {
  const terms = parseLoanTerms(row.termsText);
  return terms.ok && terms.value.licence === row.licence ? terms.value : null;
}
