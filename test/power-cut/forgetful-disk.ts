import { readFileSync, writeFileSync } from 'node:fs';

/** What a disk writes at once or not at all: a torn write ends at such a boundary. */
const SECTOR = 512;

/**
 * A disk with a volatile cache, as every card and drive has one: a write is in the cache, and only a flush puts what was written so far
 * on the medium. When the power goes, each sector of the cache is at chance: it may have reached the medium in any of the versions
 * written since the last flush, or in none; so writes are lost, torn and reordered. What was flushed stays. Offsets and lengths in bytes.
 */
export class ForgetfulDisk {
  readonly #medium: Buffer;
  /** By sector, every version since the last flush, oldest first. */
  readonly #cache = new Map<number, Buffer[]>();
  flushes = 0;

  private constructor(medium: Buffer) {
    this.#medium = medium;
  }

  static of(image: string): ForgetfulDisk {
    return new ForgetfulDisk(readFileSync(image));
  }

  get size(): number {
    return this.#medium.length;
  }

  /** Sectors that a cut may take. */
  get atRisk(): number {
    return this.#cache.size;
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.from(this.#medium.subarray(offset, offset + length));
    for (let sector = Math.floor(offset / SECTOR); sector * SECTOR < offset + length; sector++) {
      const latest = this.#cache.get(sector)?.at(-1);
      if (latest === undefined) continue;
      const from = Math.max(offset, sector * SECTOR);
      latest.copy(bytes, from - offset, from - sector * SECTOR);
    }
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    const first = Math.floor(offset / SECTOR);
    const end = Math.ceil((offset + bytes.length) / SECTOR);
    // A write within a sector keeps what is around it.
    const whole = this.read(first * SECTOR, (end - first) * SECTOR);
    whole.set(bytes, offset - first * SECTOR);
    for (let sector = first; sector < end; sector++) {
      const version = whole.subarray((sector - first) * SECTOR, (sector - first + 1) * SECTOR);
      const versions = this.#cache.get(sector);
      if (versions === undefined) this.#cache.set(sector, [version]);
      else versions.push(version);
    }
  }

  flush(): void {
    for (const [sector, versions] of this.#cache) versions.at(-1)?.copy(this.#medium, sector * SECTOR);
    this.#cache.clear();
    this.flushes += 1;
  }

  /**
   * The power goes. @param fraction a number from 0 up to 1 at each call
   * @returns how many sectors were lost, of their latest version, and how many there were
   */
  cut(fraction: () => number): { readonly lost: number; readonly atRisk: number } {
    const atRisk = this.#cache.size;
    // One cut finds the disk idle a moment later, another in the middle of its work.
    const reached = fraction();
    let lost = 0;
    for (const [sector, versions] of this.#cache) {
      const all = fraction() < reached;
      const kept = all ? versions.length : Math.floor(fraction() * versions.length);
      if (kept < versions.length) lost += 1;
      versions[kept - 1]?.copy(this.#medium, sector * SECTOR);
    }
    this.#cache.clear();
    return { lost, atRisk };
  }

  /** The same disk at this moment, as a cut now would find it; this one goes on. */
  fork(): ForgetfulDisk {
    const other = new ForgetfulDisk(Buffer.from(this.#medium));
    for (const [sector, versions] of this.#cache) other.#cache.set(sector, [...versions]);
    return other;
  }

  /** What lies on the medium now. */
  save(path: string): void {
    writeFileSync(path, this.#medium);
  }
}
