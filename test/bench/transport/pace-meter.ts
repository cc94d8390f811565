import type { DatagramPair } from '../../../src/headend/stream/datagram-socket.ts';
import { PACKET_MS } from '../../../src/units/time.ts';
import type { ServerFigures } from './bench-session.ts';

interface Stream {
  count: number;
  lastMs: number;
  together: number;
  readonly offsets: number[];
}

/** When each packet of each stream left, against the line through its most punctual one. */
export class PaceMeter {
  readonly #streams = new Map<number, Stream>();
  #waiting: { readonly stream: Stream; readonly scheduledMs: number }[] = [];
  #burst = 0;
  on = false;

  /** A stream whose packets count; those that are sent again have a name of their own. */
  add(ssrc: number): void {
    this.#streams.set(ssrc, { count: 0, lastMs: 0, together: 0, offsets: [] });
  }

  /** The same sockets; what is sent is noted once the turn in which it was sent is over, and with it the batch. */
  watch(pair: DatagramPair): DatagramPair {
    return {
      ...pair,
      sendRtp: (bytes, to) => {
        pair.sendRtp(bytes, to);
        this.#note(bytes);
      },
    };
  }

  lateness(): Pick<ServerFigures, 'lateMs' | 'burstPackets'> {
    const late = [...this.#streams.values()].flatMap(({ offsets }) => {
      const best = offsets.reduce((least, offset) => Math.min(least, offset), Number.POSITIVE_INFINITY);
      return offsets.map((offset) => offset - best);
    });
    const sorted = Float64Array.from(late).sort();
    const at = (share: number): number => Math.round(10 * (sorted[Math.floor(share * (sorted.length - 1))] ?? 0)) / 10;
    return { lateMs: { p50: at(0.5), p99: at(0.99), max: at(1) }, burstPackets: this.#burst };
  }

  #note(bytes: Uint8Array): void {
    const stream = this.#streams.get(new DataView(bytes.buffer, bytes.byteOffset).getUint32(8));
    if (stream === undefined) return;
    stream.count += 1;
    if (!this.on) return;
    if (this.#waiting.length === 0) setImmediate(() => this.#leave());
    this.#waiting.push({ stream, scheduledMs: stream.count * PACKET_MS });
  }

  #leave(): void {
    const nowMs = performance.now();
    for (const { stream, scheduledMs } of this.#waiting) {
      stream.offsets.push(nowMs - scheduledMs);
      stream.together = nowMs - stream.lastMs < 1 ? stream.together + 1 : 1;
      stream.lastMs = nowMs;
      this.#burst = Math.max(this.#burst, stream.together);
    }
    this.#waiting = [];
  }
}
