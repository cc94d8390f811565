import { limits } from '../../limits.ts';
import { packetsIn } from '../../units/time.ts';
import type { PacketSource, SourceHooks } from '../stream/packet-source.ts';
import type { LiveChannel } from './live-channel.ts';

export interface LivePacketsDeps {
  readonly channel: LiveChannel;
  readonly packetMs: number;
  readonly nowMs: () => number;
  readonly onFault: SourceHooks['onFault'];
}

/**
 * A channel as one play sees it: packet 0 is where it was joined. Whoever comes back while what he left is still here goes on there; whoever comes
 * later, or after the channel began anew, joins it as it is sent now, and his packets are counted on without a gap.
 */
export class LivePackets implements PacketSource {
  readonly #deps: LivePacketsDeps;
  /** Slot of packet 0, and the take that it belongs to. */
  #joined: { readonly slot: number; readonly take: number } | null = null;
  #closed = false;

  constructor(deps: LivePacketsDeps) {
    this.#deps = deps;
  }

  accessPoint(packetIndex: number): number {
    const { channel, packetMs } = this.#deps;
    if (this.#joined !== null && this.#joined.take === channel.takes) {
      const at = channel.ring.accessPointAt(this.#joined.slot + packetIndex);
      if (at !== null && at >= this.#joined.slot) return at - this.#joined.slot;
    }
    const slot = channel.ring.joinAt(packetsIn(limits.channelReserveMs, packetMs));
    this.#joined = slot === null ? null : { slot: slot - packetIndex, take: channel.takes };
    return packetIndex;
  }

  packet(packetIndex: number): Uint8Array | null {
    const { channel, nowMs } = this.#deps;
    if (this.#closed) return null;
    if (!channel.isOnAir(nowMs())) return this.#fail('the channel sends nothing');
    if (this.#joined === null || this.#joined.take !== channel.takes) return this.#fail('the channel began anew');
    const slot = channel.ring.slot(this.#joined.slot + packetIndex);
    return slot === 'gone' ? this.#fail('the channel went on without this box') : slot;
  }

  close(): void {
    this.#closed = true;
  }

  #fail(reason: string): null {
    this.#closed = true;
    this.#deps.onFault(reason);
    return null;
  }
}
