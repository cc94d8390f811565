import type { Clock } from '../../src/ports/clock.ts';
import { every } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { ServiceEvent } from '../session/events.ts';
import type { StorageCheck } from './book-options.ts';

const CHECK_MS = 2_000;

export interface StorageWatchParts {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  storage(): Promise<StorageCheck>;
  raise(event: ServiceEvent): void;
  /** For whoever minds the machine. */
  notice(message: string): void;
}

const WORDS = {
  full: (usedPerMille: number, folder: string) =>
    `The disk of the box is full (${usedPerMille / 10} %): free some space where ${folder} is. Until then nothing is sold; nothing is lost.`,
  held: (_usedPerMille: number, folder: string) =>
    `Another program holds the book in ${folder}: close it (a database browser, a backup). Until then nothing is sold; nothing is lost.`,
};

/** Looks at the disk and the book now and then, says what keeps them from being written, and when that is over. @returns what ends it */
export function watchStorage(parts: StorageWatchParts): () => void {
  let trouble: 'full' | 'held' | null = null;
  const look = async (): Promise<void> => {
    const { low, held, usedPerMille } = await parts.storage();
    const now = low ? 'full' : held ? 'held' : null;
    if (now !== trouble) {
      parts.log.warn('storage', { trouble: now, usedPerMille });
      parts.notice(now === null ? 'The book of the box can be written again: it sells.' : WORDS[now](usedPerMille, parts.folder));
    }
    // A state is left before another is entered: its words come with the entry.
    if (now === null || (trouble !== null && now !== trouble)) parts.raise({ type: 'service.storage-ok' });
    if (now !== null) parts.raise({ type: 'service.storage-low', why: now });
    trouble = now;
  };
  const lookSafely = (): void => void look().catch((error: unknown) => parts.log.warn('storage-unknown', { reason: String(error) }));
  lookSafely();
  return every(parts.clock, CHECK_MS, lookSafely);
}
