import type { StoredWork } from './headend-stores.ts';

/**
 * - `waiting`       nothing came yet
 * - `on-air`        it is sent, and can be joined
 * - `silent`        nothing came for `limits.channelSilenceMs`
 * - `no-picture`    what comes has no picture from which a decoder could begin
 * - `other-picture` it is encoded otherwise than was said, so that boxes may not show it
 * - `too-fast`      more comes than was said, and what is too much is left out
 * - `no-input`      the headend can not listen there
 */
export const CHANNEL_STATES = ['waiting', 'on-air', 'silent', 'no-picture', 'other-picture', 'too-fast', 'no-input'] as const;
export type ChannelState = (typeof CHANNEL_STATES)[number];

export interface ChannelRow {
  readonly work: string;
  readonly number: number;
  readonly name: string;
  readonly input: string;
  readonly state: ChannelState;
  readonly packetMs: number;
  readonly codec: 'h264' | 'hevc';
  readonly priceMinor: string;
  readonly currency: string;
}

/** The channel map: what a number on the remote means. */
export interface ChannelStore {
  /** In the order of their numbers. */
  channels(): readonly ChannelRow[];
  /** @returns false where the number is taken */
  addChannel(work: StoredWork, input: string): boolean;
  /** @returns false where no channel has it */
  removeChannel(number: number): boolean;
  /** Puts a channel under another number. */
  renumberChannel(number: number, to: number): 'moved' | 'unknown-channel' | 'number-taken';
  noteChannelState(work: string, state: ChannelState): void;
  /** As it was written down last; null for what is no channel, or was taken off the map. */
  channelState(work: string): ChannelState | null;
}
