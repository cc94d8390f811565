import { access, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import { syncFolder } from '../../platform/sync-folder.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { assert } from '../../units/assert.ts';

/**
 * Segments as files under one folder: `ab/cd/abcd…`, two levels, so that no folder grows beyond what a file system likes.
 * A file is there whole or not at all, also after a power cut: temporary file, fsync, rename, fsync of the folder.
 */
export class SegmentFiles implements SegmentStore {
  readonly #root: string;
  /** Writes under way, by name: the same segment put twice at once is written once. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(root: string) {
    this.#root = root;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const hash = sha256Hex(bytes);
    const writing = this.#writing.get(hash) ?? this.#write(hash, bytes).finally(() => this.#writing.delete(hash));
    this.#writing.set(hash, writing);
    await writing;
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    const bytes = await readFile(this.#path(hash)).catch((error: unknown) => {
      throw new Error(`the segment ${hash} cannot be read (${error instanceof Error ? error.message : String(error)})`);
    });
    if (sha256Hex(bytes) !== hash) throw new Error(`the segment ${hash} is damaged on the disk`);
    return bytes;
  }

  async has(hash: string): Promise<boolean> {
    return await access(this.#path(hash)).then(
      () => true,
      () => false,
    );
  }

  async size(hash: string): Promise<number | null> {
    return await stat(this.#path(hash)).then(
      (facts) => facts.size,
      () => null,
    );
  }

  async remove(hash: string): Promise<void> {
    await this.#writing.get(hash);
    await rm(this.#path(hash), { force: true });
  }

  /** A damaged file of the name is replaced: ingesting again heals the store. */
  async #write(hash: string, bytes: Uint8Array): Promise<void> {
    if ((await this.has(hash)) && (await this.get(hash).catch(() => null)) !== null) return;
    const path = this.#path(hash);
    await this.#makeFolders(hash);
    const temporary = `${path}.${process.pid}.new`;
    try {
      const file = await open(temporary, 'w', 0o644);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(join(path, '..'));
  }

  async #makeFolders(hash: string): Promise<void> {
    const first = join(this.#root, hash.slice(0, 2));
    const made = await mkdir(join(first, hash.slice(2, 4)), { recursive: true });
    if (made === undefined) return;
    await syncFolder(first);
    await syncFolder(this.#root);
  }

  #path(hash: string): string {
    assert(/^[0-9a-f]{64}$/.test(hash), 'a segment is named by its SHA-256');
    return join(this.#root, hash.slice(0, 2), hash.slice(2, 4), hash);
  }
}
