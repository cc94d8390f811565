import type { Clock } from '../../src/ports/clock.ts';
import { every } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { ServiceEvent } from '../session/events.ts';
import type { StorageState } from './book-options.ts';

const CHECK_MS = 2_000;

export interface StorageWatchParts {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  storage(): Promise<StorageState>;
  raise(event: ServiceEvent): void;
  /** For whoever minds the machine. */
  notice(message: string): void;
}

/** Looks at the disk now and then, says when it is nearly full and when there is room again. @returns what ends it */
export function watchStorage(parts: StorageWatchParts): () => void {
  let wasLow = false;
  const look = async (): Promise<void> => {
    const { low, usedPerMille } = await parts.storage();
    parts.raise({ type: low ? 'service.storage-low' : 'service.storage-ok' });
    if (low !== wasLow) {
      parts.log.warn(low ? 'storage-low' : 'storage-ok', { usedPerMille });
      parts.notice(
        low
          ? `The disk of the box is full (${usedPerMille / 10} %): free some space where ${parts.folder} is. Until then nothing is sold; nothing is lost.`
          : 'There is room on the disk of the box again: it sells.',
      );
    }
    wasLow = low;
  };
  const lookSafely = (): void => void look().catch((error: unknown) => parts.log.warn('storage-unknown', { reason: String(error) }));
  lookSafely();
  return every(parts.clock, CHECK_MS, lookSafely);
}
