import type { SegmentStore } from '../../ports/segment-store.ts';
import { assert } from '../../units/assert.ts';
import type { AdmittedSession } from '../stream-port.ts';
import { SegmentMap } from './segment-map.ts';
import { SegmentReader } from './segment-reader.ts';

/** Where the packets of one stream come from. Asking never waits. */
export interface PacketSource {
  /** The packet at or before this one from which a decoder can begin. */
  accessPoint(packetIndex: number): number;
  /** Null while it is not there yet. */
  packet(packetIndex: number): Uint8Array | null;
  close(): void;
}

export interface SourceHooks {
  /** What was waited for has arrived. */
  readonly onReady: () => void;
  /** Nothing more comes; the reason is for people. */
  readonly onFault: (reason: string) => void;
}

/** The channels that are on the air, as streams see them. */
export interface LiveSources {
  open(workId: string, hooks: SourceHooks): PacketSource;
}

/** A work from its segments, or a channel from what comes in. */
export function openPackets(
  { segments, live }: { readonly segments: SegmentStore; readonly live?: LiveSources },
  { work, rendition }: Pick<AdmittedSession, 'work' | 'rendition'>,
  hooks: SourceHooks,
): PacketSource {
  if (work.channel !== undefined) {
    assert(live !== undefined, 'who admits a channel has channels');
    return live.open(work.id, hooks);
  }
  return new SegmentReader({ segments, work, map: new SegmentMap(work, rendition ?? null), ...hooks });
}
