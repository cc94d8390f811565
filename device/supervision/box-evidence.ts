import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../src/limits.ts';
import type { Evidence } from '../../src/platform/watchdog.ts';
import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { Player } from '../../src/ports/player.ts';
import type { BoxView } from '../session/box-view.ts';
import type { StorageCheck } from '../stores/book-options.ts';

interface StoreParts {
  readonly folder: string;
  readonly clock: Clock;
  storage(): Promise<StorageCheck>;
}

/**
 * The book's thread answers, and the disk takes a write: four bytes in place and an fsync, once a minute, as cards wear. A full disk
 * or a book that another program holds is told in words elsewhere (storage-watch.ts); starting again would not mend it.
 */
export function storeEvidence({ folder, clock, storage }: StoreParts): Evidence {
  let provenMs = Number.NEGATIVE_INFINITY;
  return {
    name: 'store',
    async check() {
      const { low } = await storage();
      if (low || monotonicMs(clock) - provenMs < limits.watchdogProbeMs) return null;
      const probe = await open(join(folder, 'write-probe'), 'w', 0o600);
      try {
        await probe.write('well');
        await probe.datasync();
      } finally {
        await probe.close();
      }
      provenMs = monotonicMs(clock);
      return null;
    },
  };
}

/** While a play flows, what was heard goes on from one look to the next. */
export function playerEvidence(player: Pick<Player, 'heardSample'>, view: () => BoxView): Evidence {
  let last: { readonly playId: string; readonly heard: number } | null = null;
  return {
    name: 'player',
    async check() {
      const play = view().playback === 'playing.flowing' ? (view().nowPlaying?.play ?? null) : null;
      const before = last;
      last = play === null ? null : { playId: play.playId, heard: await player.heardSample() };
      const stands = before !== null && last !== null && before.playId === last.playId && last.heard <= before.heard;
      return stands ? `it has stood at sample ${last?.heard} since the last look` : null;
    },
  };
}
