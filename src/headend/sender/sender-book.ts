import type { ChannelStore } from '../../ports/channel-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogueStore, RegistryStore } from '../../ports/headend-stores.ts';
import type { Random } from '../../ports/random.ts';
import type { RegistryWriter } from '../payment-registry.ts';
import { catalogueRows } from '../stores/catalogue-rows.ts';
import { channelRows } from '../stores/channel-rows.ts';
import { HeadendDatabase } from '../stores/headend-database.ts';
import { readSession } from '../stores/session-rows.ts';
import { CommitThread } from './commit-thread.ts';
import { bookPath } from './sender-place.ts';

/**
 * The headend's book as a sender of its own process uses it: over connections of its own, and only what streams need. It writes what
 * admitted sessions acknowledge, receipt and confirm (in a thread of its own), and how channels do; everything else is the registry's, which
 * made the file sound.
 */
export interface SenderBook extends RegistryWriter, Pick<RegistryStore, 'session'>, Pick<CatalogueStore, 'work' | 'rendition'> {
  /** Resolves once all its connections are there. */
  readonly opened: Promise<void>;
  readonly channels: Pick<ChannelStore, 'channels' | 'noteChannelState'>;
  /** Call when nothing waits to be committed any more. */
  close(): Promise<void>;
}

/** @throws HeadendBookError */
export function openSenderBook(folder: string, { clock, random }: { readonly clock: Clock; readonly random: Random }): SenderBook {
  const database = new HeadendDatabase(bookPath(folder), undefined, { isThere: true });
  const commits = new CommitThread(bookPath(folder), clock);
  const context = { database, clock, random };
  const catalogue = catalogueRows(context);
  return {
    opened: commits.opened,
    work: catalogue.work,
    rendition: catalogue.rendition,
    channels: channelRows(context, catalogue),
    session: (sid) => readSession(context, sid),
    commitGroup: (group) => commits.commitGroup(group),
    close: async () => {
      await commits.close();
      database.close();
    },
  };
}
