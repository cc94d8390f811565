import type { ChannelRow, ChannelState, ChannelStore } from '../../ports/channel-store.ts';
import { type Clock, every, monotonicMs } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LiveSources, PacketSource, SourceHooks } from '../stream/packet-source.ts';
import { openInput, parseInput } from './channel-input.ts';
import { LiveChannel } from './live-channel.ts';
import { LivePackets } from './live-packets.ts';

export interface ChannelHouseDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<ChannelStore, 'channels' | 'noteChannelState'>;
}

/** A change of the map, made by another program, is seen after this long. */
const LOOK_MS = 1_000;

interface Held {
  readonly row: ChannelRow;
  readonly channel: LiveChannel;
  readonly close: () => void;
  trouble: string | null;
  state: ChannelState;
}

/** All channels of a headend: listens where the map says, and hands out what came. It lives where streams are sent; a desk reads from the book how each does. */
export class ChannelHouse implements LiveSources {
  readonly #deps: ChannelHouseDeps;
  readonly #held = new Map<string, Held>();

  #stopLooking: () => void = () => {};

  constructor(deps: ChannelHouseDeps) {
    this.#deps = deps;
  }

  follow(): void {
    const look = (): void => {
      try {
        this.look();
      } catch (error) {
        this.#deps.log.warn('channels-not-followed', { reason: error instanceof Error ? error.message : String(error) });
      }
    };
    look();
    this.#stopLooking = every(this.#deps.clock, LOOK_MS, look);
  }

  /** Follows the map, which another program may have changed, and writes down how each channel does. */
  look(): void {
    const rows = this.#deps.store.channels();
    const named = new Set(rows.map(({ work }) => work));
    for (const [work, held] of this.#held) if (!named.has(work)) this.#drop(work, held);
    for (const row of rows) if (!this.#held.has(row.work)) this.#open(row);
    for (const held of this.#held.values()) this.#noteState(held);
  }

  open(workId: string, { onFault }: SourceHooks): PacketSource {
    const held = this.#held.get(workId);
    const nowMs = (): number => monotonicMs(this.#deps.clock);
    if (held !== undefined) return new LivePackets({ channel: held.channel, packetMs: held.row.packetMs, nowMs, onFault });
    const gone = (): null => {
      onFault('the channel is gone');
      return null;
    };
    return { accessPoint: (packetIndex) => packetIndex, packet: gone, close() {} };
  }

  close(): void {
    this.#stopLooking();
    for (const [work, held] of this.#held) this.#drop(work, held);
  }

  #open(row: ChannelRow): void {
    const { clock, log } = this.#deps;
    const input = parseInput(row.input);
    if (!input.ok) return;
    const channel = new LiveChannel(row);
    const held: Held = {
      ...{ row, channel, trouble: null, state: row.state },
      close: openInput(input.value, {
        clock,
        onBytes: (bytes) => {
          held.trouble = null;
          channel.take(bytes, monotonicMs(clock));
        },
        onTrouble: (reason) => {
          if (held.trouble === null && reason !== '') log.warn('channel-input', { number: row.number, input: row.input, reason });
          held.trouble = reason;
        },
      }),
    };
    this.#held.set(row.work, held);
  }

  #drop(work: string, held: Held): void {
    held.close();
    this.#held.delete(work);
  }

  #noteState(held: Held): void {
    const heard = held.channel.state(monotonicMs(this.#deps.clock));
    const state = held.trouble !== null && held.trouble !== '' && heard !== 'on-air' ? 'no-input' : heard;
    if (state === held.state) return;
    held.state = state;
    this.#deps.store.noteChannelState(held.row.work, state);
    this.#deps.log.info('channel-state', { number: held.row.number, state });
  }
}
