import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BookOptions } from '../../device/stores/book-options.ts';
import type { BookSurroundings } from '../../device/stores/open-book.ts';
import type { Random } from '../../src/ports/random.ts';
import type { InlineBook } from './inline-book.ts';
import { openBookInline } from './inline-book.ts';
import { VirtualClock } from './virtual-clock.ts';

export const MIGRATIONS = new URL('../../migrations/device', import.meta.url).pathname;

/** Repeatable randomness (xorshift), so that a failing run can be run again. */
export function seededRandom(seed: number): Random & { next(below: number): number } {
  let state = (seed * 2_654_435_761 + 88_172_645) >>> 0 || 1;
  const step = (): number => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  return { bytes: (count) => Uint8Array.from({ length: count }, () => step() & 0xff), next: (below) => step() % below };
}

/** A data folder of its own, and books opened on it again and again. */
export class BookFolder {
  readonly path: string;
  readonly clock = new VirtualClock();
  readonly #profile: BookOptions['profile'];
  #opened = 0;

  /** @param inMemory for thousands of commits that only a kill ends: what the kernel holds survives it, on whatever disk */
  constructor(profile: BookOptions['profile'] = 'jukebox', inMemory = false) {
    this.path = mkdtempSync(join(inMemory && existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ackbox-book-'));
    this.#profile = profile;
  }

  options(): BookOptions {
    return { folder: this.path, migrationsFolder: MIGRATIONS, profile: this.#profile, currency: 'EUR', bootId: '0b0e7a52-0000-4000-8000-000000000001' };
  }

  open(changes: Partial<BookOptions & BookSurroundings> = {}): InlineBook {
    this.#opened += 1;
    return openBookInline({ ...this.options(), clock: this.clock, random: seededRandom(this.#opened), ...changes });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export const WORK = { workId: 'w1', title: 'Blue Hour', artist: 'The Lamps', quoteMinor: 100n };

export function coin(counter: number, valueMinor = 200n): { source: string; counterEpoch: number; counter: number; valueMinor: bigint } {
  return { source: 'slot', counterEpoch: 7, counter, valueMinor };
}

export const STATEMENT = { text: '{"version":1}', signature: 'ab'.repeat(64) };
