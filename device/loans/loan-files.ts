import { statfsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../src/platform/sync-folder.ts';
import type { FaultHook } from '../stores/book-options.ts';
import { noFaults } from '../stores/book-options.ts';

/** In front of every sealed segment: what it is, and of which checkout. */
const MAGIC = 'ABX1';
const LICENCE_BYTES = 64;
const HEAD_BYTES = MAGIC.length + LICENCE_BYTES;
const SEGMENT_FILE = /^(\d{1,6})\.seg$/;

export interface LoanFilesOptions {
  readonly folder: string;
  readonly faults?: FaultHook;
  /** Free bytes of the disk; tests give a small one. */
  readonly freeBytes?: () => number;
}

/**
 * Sealed segments as files, a folder a licence. A file is there whole or not at all, also after a kill at any write: temporary
 * file, fsync, rename, fsync of the folder.
 */
export class LoanFiles {
  readonly #folder: string;
  readonly #faults: FaultHook;
  readonly #freeBytes: () => number;

  constructor({ folder, faults = noFaults, freeBytes }: LoanFilesOptions) {
    this.#folder = folder;
    this.#faults = faults;
    this.#freeBytes = freeBytes ?? (() => freeOf(folder));
  }

  /** Removes what a kill left half written. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const licence of await this.licences())
      for (const name of await readdir(join(this.#folder, licence)))
        if (!SEGMENT_FILE.test(name)) await rm(join(this.#folder, licence, name), { recursive: true, force: true });
  }

  freeBytes(): number {
    return this.#freeBytes();
  }

  async licences(): Promise<readonly string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  }

  /** The segments that are here, by number. */
  async held(licence: string): Promise<ReadonlySet<number>> {
    const names = await readdir(this.#of(licence)).catch(() => []);
    return new Set(names.flatMap((name) => SEGMENT_FILE.exec(name)?.[1] ?? []).map(Number));
  }

  async put(licence: string, number: number, sealed: Uint8Array): Promise<void> {
    const folder = this.#of(licence);
    const path = join(folder, `${number}.seg`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      this.#faults.beforeWrite('segment');
      const file = await open(`${path}.new`, 'w', 0o600);
      try {
        await file.write(headOf(licence));
        this.#faults.beforeWrite('segment-body');
        await file.writeFile(sealed);
        await file.sync();
      } finally {
        await file.close();
      }
      this.#faults.beforeWrite('segment-rename');
      await rename(`${path}.new`, path);
      await syncFolder(folder);
    } catch (error) {
      await rm(`${path}.new`, { force: true }).catch(() => {});
      throw error;
    }
    this.#faults.afterCommit('segment');
  }

  /** Null where it is missing or does not belong here. */
  async get(licence: string, number: number): Promise<Uint8Array | null> {
    const bytes = await readFile(join(this.#of(licence), `${number}.seg`)).catch(() => null);
    return bytes?.subarray(0, HEAD_BYTES).equals(headOf(licence)) === true ? bytes.subarray(HEAD_BYTES) : null;
  }

  async remove(licence: string): Promise<void> {
    await rm(this.#of(licence), { recursive: true, force: true });
  }

  async bytes(licence?: string): Promise<number> {
    const licences = licence === undefined ? await this.licences() : [licence];
    let bytes = 0;
    for (const one of licences)
      for (const name of await readdir(this.#of(one)).catch(() => [])) bytes += (await stat(join(this.#of(one), name)).catch(() => null))?.size ?? 0;
    return bytes;
  }

  /** Files with content of this checkout that lie where this store did not put them: what it can see of copies (B-15). */
  async strays(licence: string): Promise<number> {
    let found = 0;
    for (const entry of await readdir(this.#folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || (entry.parentPath === this.#of(licence) && SEGMENT_FILE.test(entry.name))) continue;
      const file = await open(join(entry.parentPath, entry.name), 'r').catch(() => null);
      if (file === null) continue;
      const { buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      await file.close();
      if (buffer.equals(headOf(licence))) found += 1;
    }
    return found;
  }

  #of(licence: string): string {
    return join(this.#folder, licence.replace(/[^A-Za-z0-9-]/g, '_'));
  }
}

/** The checkout id stands in what lies on the disk: no watermark, whoever copies the bytes inside leaves it behind. */
function headOf(licence: string): Buffer {
  return Buffer.from(`${MAGIC}${licence.slice(0, LICENCE_BYTES).padEnd(LICENCE_BYTES)}`, 'latin1');
}

function freeOf(folder: string): number {
  const facts = statfsSync(folder);
  return facts.bavail * facts.bsize;
}
