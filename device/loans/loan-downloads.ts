import { limits } from '../../src/limits.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { sealBytes } from '../../src/platform/crypto/seal.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LicenceApi } from '../../src/ports/licence-api.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import { concatBytes } from '../../src/units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { LoanFiles } from './loan-files.ts';
import type { LoanKeys } from './loan-keys.ts';
import { aboutSegment, type LoanShelf, type ShelvedLoan } from './loan-shelf.ts';

export interface LoanDownloadsParts {
  readonly api: Pick<LicenceApi, 'loanPart' | 'leaseKey'>;
  readonly shelf: LoanShelf;
  readonly files: LoanFiles;
  readonly keys: LoanKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Most bytes of all checked-out titles together. */
  readonly cacheBytes: () => Promise<number>;
}

type Trouble = Fault<'headend' | 'cache-full' | 'disk-full' | 'damaged' | 'locked'>;

/**
 * Brings checked-out titles onto this box, one after the other, segment by segment, of whatever kind they are: each is fetched in
 * parts, checked against its hash, sealed, and durable before the next is asked for. There is no deadline, and what is here is never
 * fetched again. Titles that no licence holds any more make room.
 */
export class LoanDownloads {
  readonly #parts: LoanDownloadsParts;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  /** Programs that somebody asked for: they were erased after their last use. */
  readonly #asked = new Set<string>();
  #cancelRetry: () => void = () => {};

  constructor(parts: LoanDownloadsParts) {
    this.#parts = parts;
  }

  /** @param licence a person asked for it */
  wake(licence?: string): void {
    if (licence !== undefined) this.#asked.add(licence);
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // Whoever called between its last look and here is heard, too.
      if (this.#again) this.wake();
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** What is under way ends with its segment; nothing waits for it, as a segment is here whole or not at all. */
  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      this.#cancelRetry();
      for (const { licence } of this.#parts.shelf.loans()) await this.#bring(licence);
    }
  }

  async #bring(licence: string): Promise<void> {
    const { shelf, log, clock } = this.#parts;
    const wanted = this.#wanted(licence);
    if (wanted === null || this.#stopped) return;
    const brought = await this.#download(wanted).catch((error: unknown): Result<void, Trouble> => this.#writeTrouble(error));
    if (brought.ok) {
      this.#asked.delete(licence);
      shelf.noteProblem(licence, null);
      return;
    }
    log.info('loan-download-waits', { licence, code: brought.error.code });
    shelf.noteProblem(licence, brought.error.message);
    this.#cancelRetry();
    this.#cancelRetry = clock.after(limits.loanRetryMs, () => this.wake());
  }

  #wanted(licence: string): ShelvedLoan | null {
    const { shelf } = this.#parts;
    const loan = shelf.find(licence);
    if (loan === null || (shelf.stateOf(loan) !== 'downloading' && shelf.stateOf(loan) !== 'waiting')) return null;
    const erased = loan.terms?.resourceKind === 'software' && loan.held.size === 0;
    return erased && !this.#asked.has(licence) ? null : loan;
  }

  async #download(loan: ShelvedLoan): Promise<Result<void, Trouble>> {
    const room = await this.#makeRoom(loan);
    if (!room.ok) return room;
    for (const [number, { hash, bytes }] of loan.segments.entries()) {
      if (loan.held.has(number)) continue;
      const now = this.#wanted(loan.licence);
      if (now === null || this.#stopped) return ok(undefined);
      const fetched = await this.#fetch(loan.licence, number, { hash, bytes });
      if (!fetched.ok) return fetched;
      const stored = await this.#store(now, number, hash, fetched.value);
      if (!stored.ok) return stored;
    }
    return ok(undefined);
  }

  async #fetch(licence: string, number: number, { hash, bytes }: { readonly hash: string; readonly bytes: number }): Promise<Result<Uint8Array, Trouble>> {
    if (bytes > limits.loanSegmentBytes) return fault('damaged', 'A segment is larger than this box takes; update the box.');
    let here: Uint8Array = new Uint8Array();
    do {
      const part = await this.#parts.api.loanPart(licence, number, here.length);
      if (!part.ok) return fault('headend', part.error.message);
      if (part.value.length === 0) break;
      here = concatBytes(here, part.value);
    } while (here.length < bytes);
    return sha256Hex(here) === hash ? ok(here) : fault('damaged', 'What arrived is not what was agreed on; it is fetched again.');
  }

  async #store(loan: ShelvedLoan, number: number, hash: string, plain: Uint8Array): Promise<Result<void, Trouble>> {
    const { files, shelf, random } = this.#parts;
    const key = await this.#keyFor(loan.licence);
    if (!key.ok) return key;
    if (files.freeBytes() < limits.loanDiskReserveBytes + plain.length) return diskFull;
    await files.put(loan.licence, number, sealBytes(key.value, plain, aboutSegment(loan.licence, number, hash), random.bytes(12)));
    shelf.noteHeld(loan.licence, number);
    return ok(undefined);
  }

  async #keyFor(licence: string): Promise<Result<Uint8Array, Trouble>> {
    const { keys, shelf } = this.#parts;
    const known = this.#openKey(licence);
    if (known !== null) return ok(known);
    const loan = shelf.find(licence);
    if (loan?.terms == null || loan.state !== 'held') return fault('locked', 'The title is not open on this box any more.');
    const leased = await keys.lease(loan, loan.terms.rights);
    if (!leased.ok) return fault('headend', leased.error.message);
    await shelf.refresh();
    const key = this.#openKey(licence);
    return key === null ? fault('locked', 'The key of the title was not leased.') : ok(key);
  }

  #openKey(licence: string): Uint8Array | null {
    const loan = this.#parts.shelf.find(licence);
    return loan?.terms == null ? null : this.#parts.keys.open(loan, loan.terms.rights);
  }

  /** Within the bound of the cache: what no licence holds goes first, the oldest before others; nothing else ever goes. */
  async #makeRoom(loan: ShelvedLoan): Promise<Result<void, Trouble>> {
    const { files, shelf, cacheBytes, log } = this.#parts;
    const needed = loan.segments.reduce((sum, { bytes }, number) => (loan.held.has(number) ? sum : sum + bytes), 0);
    const most = await cacheBytes();
    for (const licence of await this.#unheld()) {
      if ((await files.bytes()) + needed <= most && files.freeBytes() >= limits.loanDiskReserveBytes + needed) break;
      log.info('loan-evicted', { licence });
      await files.remove(licence);
      await shelf.refresh();
    }
    const held = await files.bytes();
    if (held + needed > most)
      return fault('cache-full', `There is no room for ${loan.work.title}: checked-out titles take ${mega(held)} of ${mega(most)} MB. Return one.`);
    return files.freeBytes() < limits.loanDiskReserveBytes + needed ? diskFull : ok(undefined);
  }

  /** Licences whose content may go: over, or unknown to the book. */
  async #unheld(): Promise<readonly string[]> {
    const { files, shelf } = this.#parts;
    const known = shelf.loans();
    const strangers = (await files.licences()).filter((licence) => !known.some((loan) => loan.licence === licence));
    const ended = known.filter((loan) => !shelf.inUse(loan.licence) && (loan.state !== 'held' || shelf.isOver(loan)));
    return [...strangers, ...ended.map(({ licence }) => licence)];
  }

  #writeTrouble(error: unknown): Result<void, Trouble> {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'storage-full') return diskFull;
    return fault('damaged', `The title can not be written on this box (${error instanceof Error ? error.message : String(error)}).`);
  }
}

const diskFull = fault('disk-full', 'The disk of the box is full: free some space, or return a title. What is here already stays.');

function mega(bytes: number): string {
  return Math.ceil(bytes / 1_000_000).toString();
}
