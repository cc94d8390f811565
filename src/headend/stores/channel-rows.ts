import type { ChannelRow, ChannelStore } from '../../ports/channel-store.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import { asId } from '../../units/ids.ts';
import type { StoreContext } from './store-context.ts';

const CHANNELS = `SELECT c.work, c.number, w.title AS name, c.input, c.state, f.packet_ms AS packetMs, r.codec, CAST(w.price_minor AS TEXT) AS priceMinor, w.currency
  FROM channels c JOIN works w ON w.work = c.work JOIN films f ON f.work = c.work JOIN renditions r ON r.work = c.work
  WHERE c.number IS NOT NULL ORDER BY c.number`;

/** Owner of channels. A channel is a work like any other to prices, plays and bills; only what is sent comes from outside. */
export function channelRows({ database }: StoreContext, catalogue: Pick<CatalogueStore, 'putWork' | 'retireWork'>): ChannelStore {
  return {
    channels: () => database.all<ChannelRow>(CHANNELS),
    addChannel: (work, input) =>
      database.transaction(() => {
        const number = work.channel?.number ?? 0;
        if (database.one('SELECT 1 FROM channels WHERE number = ?', number) !== null) return false;
        const renditions = (work.video?.renditions ?? []).map(({ name }) => ({ name, segments: [], starts: [], accessPoints: [] }));
        catalogue.putWork(work, work.sourceName, renditions);
        database.run("INSERT INTO channels (work, number, input, state) VALUES (?, ?, ?, 'waiting')", work.id, number, input);
        return true;
      }),
    removeChannel: (number) =>
      database.transaction(() => {
        const row = database.one<{ work: string }>('SELECT work FROM channels WHERE number = ?', number);
        if (row === null) return false;
        database.run('UPDATE channels SET number = NULL WHERE work = ?', row.work);
        catalogue.retireWork(asId(row.work));
        return true;
      }),
    renumberChannel: (number, to) =>
      database.transaction(() => {
        const known = (one: number) => database.one('SELECT 1 FROM channels WHERE number = ?', one) !== null;
        if (!known(number)) return 'unknown-channel';
        if (number !== to && known(to)) return 'number-taken';
        database.run('UPDATE channels SET number = ? WHERE number = ?', to, number);
        return 'moved';
      }),
    channelState: (work) => database.one<Pick<ChannelRow, 'state'>>('SELECT state FROM channels WHERE work = ? AND number IS NOT NULL', work)?.state ?? null,
    noteChannelState: (work, state) => void database.run('UPDATE channels SET state = ? WHERE work = ?', state, work),
  };
}
