import { closeSync, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { asBookError } from './book-error.ts';
import type { FaultHook } from './book-options.ts';
import type { JournalEntry } from './journal-record.ts';
import { decodeJournalEntry, encodeJournalEntry, JOURNAL_RECORD_BYTES } from './journal-record.ts';

export interface JournalContents {
  readonly entries: readonly JournalEntry[];
  /** Whole records whose check sum is wrong. They are skipped and kept. */
  readonly damagedRecords: number;
  /** Bytes of a last record that a power cut tore; they were cut off. */
  readonly tornBytes: number;
}

/**
 * The second place where money is written (ruling 29): append-only, one file, records of one fixed size, each with its own
 * check sum, so that a torn or rotten record never hides the ones behind it.
 */
export class SideJournal {
  readonly #file: number;
  readonly #faults: FaultHook;
  #bytes: number;

  /** Opens or creates the file and cuts off a torn last record. */
  constructor(path: string, faults: FaultHook) {
    this.#faults = faults;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      this.#file = openSync(path, 'a+', 0o600);
      const folder = openSync(dirname(path), 'r');
      fsyncSync(folder);
      closeSync(folder);
      this.#bytes = fstatSync(this.#file).size;
    } catch (thrown) {
      throw asBookError(thrown);
    }
  }

  /** Reads everything and leaves the file at a record boundary. */
  read(): JournalContents {
    const entries: JournalEntry[] = [];
    let damagedRecords = 0;
    const record = new Uint8Array(JOURNAL_RECORD_BYTES);
    const whole = Math.floor(this.#bytes / JOURNAL_RECORD_BYTES);
    for (let index = 0; index < whole; index += 1) {
      readSync(this.#file, record, 0, JOURNAL_RECORD_BYTES, index * JOURNAL_RECORD_BYTES);
      // A note that a power cut took: the file system had its length, and not yet its bytes.
      if (record.every((byte) => byte === 0)) continue;
      const entry = decodeJournalEntry(record);
      if (entry === null) damagedRecords += 1;
      else entries.push(entry);
    }
    const tornBytes = this.#bytes - whole * JOURNAL_RECORD_BYTES;
    if (tornBytes > 0) this.#cutTo(whole * JOURNAL_RECORD_BYTES);
    return { entries, damagedRecords, tornBytes };
  }

  /** Durable when it returns. */
  append(entry: JournalEntry): void {
    this.note(entry);
    this.#faults.beforeWrite('journal: sync');
    try {
      fdatasyncSync(this.#file);
    } catch (thrown) {
      throw asBookError(thrown);
    }
  }

  /** Without waiting for the disk: survives a kill, may be lost in a power cut. For what the book itself already holds. */
  note(entry: JournalEntry): void {
    this.#faults.beforeWrite('journal: write');
    const bytes = encodeJournalEntry(entry);
    try {
      const written = writeSync(this.#file, bytes);
      this.#bytes += written;
      if (written !== bytes.length) this.#refuseHalf();
    } catch (thrown) {
      throw asBookError(thrown);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** A full disk may take half a record: it is cut off again, so that records stay on their boundaries. */
  #refuseHalf(): never {
    this.#cutTo(Math.floor(this.#bytes / JOURNAL_RECORD_BYTES) * JOURNAL_RECORD_BYTES);
    throw Object.assign(new Error('half a journal record was written'), { code: 'ENOSPC' });
  }

  #cutTo(bytes: number): void {
    ftruncateSync(this.#file, bytes);
    fsyncSync(this.#file);
    this.#bytes = bytes;
  }
}
