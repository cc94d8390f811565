import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits } from '../../limits.ts';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import type { Log } from '../../ports/log.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import type { WorkId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { type FolderScan, type FoundFile, scanFolder } from './folder-scan.ts';
import { type FileOutcome, type IngestFileDeps, ingestFile } from './ingest-file.ts';
import { type MediaPrograms, mediaPrograms, printable } from './programs.ts';
import { removeUnreferenced, retireMissing } from './retire.ts';
import type { RenditionWish } from './video-renditions.ts';
import { PriceBook, type WorkPrice } from './work-price.ts';

export interface IngestOptions {
  readonly folder: string;
  readonly catalogue: CatalogueStore;
  readonly identifiers?: IngestFileDeps['identifiers'];
  readonly segments: SegmentStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Called after each work that is new or changed. */
  readonly onWork?: (work: WorkId) => void;
  readonly signal?: AbortSignal;
  /** Price of what states none. */
  readonly price?: WorkPrice;
  /** Of films; without them the usual ones. */
  readonly renditions?: readonly RenditionWish[];
  /** Reads every segment of unchanged works and makes damaged ones again. */
  readonly verify?: boolean;
  /** Encoded files lie here until they are cut; default the system's temporary folder. */
  readonly workFolder?: string;
  readonly programs?: MediaPrograms;
}

/** `seconds` while a file is being encoded; `outcome` when it is done. */
export interface IngestProgress {
  readonly file: number;
  readonly files: number;
  readonly name: string;
  readonly seconds: number;
  readonly outcome: FileOutcome['kind'] | null;
  readonly reason: string | null;
}

export interface IngestSummary {
  readonly files: number;
  readonly ingested: number;
  readonly unchanged: number;
  readonly duplicates: number;
  readonly notAudio: number;
  readonly retired: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Stopped by the signal before the end; the next run goes on from here. */
  readonly stopped: boolean;
  /** Works that files of the folder make, each once. */
  readonly works: readonly WorkId[];
}

export type IngestFault = 'folder-missing' | 'folder-too-large' | 'no-audio' | 'program-missing' | 'disk-full' | 'store-failed';

/**
 * Makes every sound file of a folder tree a work of the catalogue. Unchanged files are skipped, broken ones are named, and what
 * vanished from the folder is retired. Stops within a moment when the signal says so, with nothing half-written.
 */
export async function ingestFolder(options: IngestOptions): Promise<Result<IngestSummary, Fault<IngestFault>>> {
  const scan = await scanFolder(options.folder);
  if (!scan.ok) return scan;
  const run = new IngestRun(options, scan.value);
  const parent = options.workFolder ?? tmpdir();
  try {
    await mkdir(parent, { recursive: true });
    const workFolder = await mkdtemp(join(parent, 'ackbox-ingest-'));
    try {
      await Promise.all(Array.from({ length: limits.ingestAtOnce }, () => run.work(workFolder)));
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
    return await run.finish();
  } catch (error) {
    return storeFault(error);
  }
}

/** The key under which the catalogue remembers a file: the folder by hash, then the file's name in it. */
export function sourceKeyOf(root: string, name: string): string {
  return `file:${sha256Hex(root).slice(0, 16)}/${name}`;
}

class IngestRun {
  readonly #options: IngestOptions;
  readonly #scan: FolderScan;
  readonly #prices: PriceBook;
  readonly #works = new Set<WorkId>();
  /** Works whose file could not be looked at this time, for reasons that pass: they are not taken for vanished. */
  readonly #spared = new Set<WorkId>();
  readonly #skipped: { name: string; reason: string }[] = [];
  readonly #counts = { ingested: 0, unchanged: 0, duplicate: 0, 'not-audio': 0 };
  #next = 0;
  #done = 0;
  #broken = false;
  #failure: ReturnType<typeof fault<IngestFault>> | null = null;

  constructor(options: IngestOptions, scan: FolderScan) {
    this.#options = options;
    this.#scan = scan;
    this.#prices = new PriceBook(scan.root, options.price);
    for (const { name, reason } of scan.unreadable) this.#skipped.push({ name: printable(name), reason });
  }

  /** Takes files in turn until none is left. Two of these run at once, each with one program at a time. */
  async work(workFolder: string): Promise<void> {
    while (!this.#broken && !this.#stopped()) {
      const file = this.#scan.files[this.#next];
      if (file === undefined) return;
      this.#next += 1;
      const number = this.#next;
      try {
        this.#settle(file, number, await ingestFile(file, sourceKeyOf(this.#scan.root, file.name), this.#deps(file, number, workFolder)));
      } catch (error) {
        this.#broken = true;
        throw error;
      }
    }
  }

  async finish(): Promise<Result<IngestSummary, Fault<IngestFault>>> {
    if (this.#failure !== null) return this.#failure;
    const { folder, catalogue, segments } = this.#options;
    const audio = this.#scan.files.length - this.#counts['not-audio'];
    if (audio === 0 && this.#skipped.length === 0 && !this.#stopped()) {
      return fault('no-audio', `no sound file was found in ${folder}, and no film; put music there (any format that ffmpeg reads), or name another folder`);
    }
    const whole = this.#done === this.#scan.files.length && this.#scan.unreadable.length === 0;
    const retired = whole ? retireMissing(this.#scan.root, new Set([...this.#works, ...this.#spared]), catalogue) : [];
    if (whole) await removeUnreferenced(catalogue, segments);
    return ok({
      files: this.#scan.files.length,
      ingested: this.#counts.ingested,
      unchanged: this.#counts.unchanged,
      duplicates: this.#counts.duplicate,
      notAudio: this.#counts['not-audio'],
      retired: retired.length,
      skipped: this.#skipped.toSorted((left, right) => (left.name < right.name ? -1 : 1)),
      stopped: this.#done < this.#scan.files.length,
      works: [...this.#works],
    });
  }

  #stopped(): boolean {
    return this.#options.signal?.aborted === true;
  }

  #deps(file: FoundFile, number: number, workFolder: string): IngestFileDeps {
    const { catalogue, identifiers, segments, clock, log, signal, verify = false, programs = mediaPrograms, renditions = null } = this.#options;
    const onSeconds = (seconds: number): void => this.#tell(file, number, seconds, null);
    const naming = identifiers === undefined ? {} : { identifiers };
    return { catalogue, ...naming, segments, clock, log, signal, verify, programs, renditions, prices: this.#prices, workFolder, onSeconds };
  }

  #settle(file: FoundFile, number: number, outcome: FileOutcome): void {
    if (outcome.kind === 'stopped') return;
    if (outcome.kind === 'failed') {
      this.#failure ??= fault(outcome.code, outcome.reason);
      this.#broken = true;
      return;
    }
    this.#done += 1;
    if (outcome.kind === 'skipped') this.#skip(file, outcome);
    else this.#counts[outcome.kind] += 1;
    if ('work' in outcome) this.#works.add(outcome.work);
    if (outcome.kind === 'ingested') this.#options.onWork?.(outcome.work);
    this.#tell(file, number, 0, outcome);
  }

  #skip(file: FoundFile, { reason, lasting }: FileOutcome & { readonly kind: 'skipped' }): void {
    this.#skipped.push({ name: printable(file.name), reason });
    const before = this.#options.catalogue.sourceState(sourceKeyOf(this.#scan.root, file.name))?.workId ?? null;
    if (!lasting && before !== null) this.#spared.add(before);
  }

  #tell(file: FoundFile, number: number, seconds: number, outcome: FileOutcome | null): void {
    const reason = outcome !== null && 'reason' in outcome ? outcome.reason : null;
    this.#options.onProgress?.({ file: number, files: this.#scan.files.length, name: printable(file.name), seconds, outcome: outcome?.kind ?? null, reason });
  }
}

function storeFault(error: unknown): ReturnType<typeof fault<IngestFault>> {
  const message = error instanceof Error ? error.message : String(error);
  const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'SQLITE_FULL');
  return full ? fault('disk-full', 'the disk is full; make room and ingest again') : fault('store-failed', `the catalogue cannot be written: ${message}`);
}
