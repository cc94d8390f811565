import type { Currency } from '../../src/units/money.ts';
import type { WallQuality } from '../../src/units/time.ts';

/** How a book is opened. Plain data: it crosses to the worker thread. */
export interface BookOptions {
  /** Data folder: the book, its lock and, unless told otherwise, the cash journal. */
  readonly folder: string;
  /** Better on another partition: money is written in two places. */
  readonly journalFolder?: string;
  readonly migrationsFolder: string;
  readonly profile: 'jukebox' | 'set-top';
  readonly currency: Currency;
  /** Document 003's AccountNo and OutletNo; the settings `account-no` and `outlet-no` win once the box is enrolled. */
  readonly accountNo?: string;
  readonly outletNo?: string;
  /** Identity of this boot; by default the kernel's. */
  readonly bootId?: string;
  /** The process itself holds the folder's guard, since before the book was opened. */
  readonly guarded?: boolean;
}

/** What the start found. Said aloud by whoever opened the book: every notice is a sentence for a person. */
export interface OpeningReport {
  readonly state: 'new' | 'opened' | 'rebuilt';
  readonly generation: string;
  readonly previousGeneration: string | null;
  /** Damaged files, kept under these names. */
  readonly movedAside: readonly string[];
  /** Coins that were in the journal and not yet in the book. */
  readonly coinsRecovered: number;
  readonly notices: readonly string[];
}

export interface StorageState {
  readonly usedPerMille: number;
  readonly freeBytes: number;
  /** True at 90 % used: nothing is sold, everything owed is still settled. */
  readonly low: boolean;
}

/** The disk, and whether another program keeps the book from being written. */
export interface StorageCheck extends StorageState {
  readonly held: boolean;
}

/** Where a simulated kill strikes. Either call may throw; the book instance is then abandoned, as a dead process is. */
export interface FaultHook {
  beforeWrite(name: string): void;
  afterCommit(name: string): void;
}

export const noFaults: FaultHook = { beforeWrite: () => {}, afterCommit: () => {} };

export interface DiskSpace {
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
}

/** Seams that a simulation replaces. */
export interface BookSeams {
  readonly faults?: FaultHook;
  readonly diskSpace?: (folder: string) => DiskSpace;
  readonly wallQuality?: (wallMs: number, highestWallMs: number) => WallQuality;
}
