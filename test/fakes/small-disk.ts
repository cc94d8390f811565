import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own and of a few megabytes, so that a full disk is really full. Needs the right to mount. */
export class SmallDisk {
  readonly folder: string;

  constructor(folder: string, megabytes: number) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  }

  /** False where this user may not mount: then nothing here can be shown honestly. */
  static possible(): boolean {
    const folder = mkdtempSync(join(tmpdir(), 'ackbox-disk-'));
    try {
      new SmallDisk(folder, 1).remove();
      return true;
    } catch {
      return false;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Somebody else's data, until not one byte more fits. */
  fill(): void {
    const file = openSync(this.#ballast, 'w');
    for (const bytes of [65_536, 4_096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(bytes));
      } catch {
        // ENOSPC: a smaller piece may still fit.
      }
    }
    closeSync(file);
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** Lazily: what was killed a moment ago may still hold a file. */
  remove(): void {
    execFileSync('umount', ['--lazy', this.folder]);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}
