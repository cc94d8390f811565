import type { ChannelState, ChannelStore } from '../../ports/channel-store.ts';
import type { StoredWork } from '../../ports/headend-stores.ts';
import type { Fault } from '../../units/result.ts';

/** Why a channel can not be had just now; null where it can, and for every other work. */
export type ChannelRefusal = (work: StoredWork) => Fault<'channel-gone'> | null;

/** A picture that is not as was said may show all the same; nothing at all does not. */
const OFF_AIR: ReadonlySet<ChannelState | null> = new Set<ChannelState | null>([null, 'waiting', 'silent', 'no-picture', 'no-input']);

export function createChannelRefusal(store: Pick<ChannelStore, 'channelState'>): ChannelRefusal {
  return (work) => {
    if (work.channel === undefined || !OFF_AIR.has(store.channelState(work.id))) return null;
    return { code: 'channel-gone', message: `${work.title} sends nothing just now; nothing is charged for it.` };
  };
}
