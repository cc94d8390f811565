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
  /** Of this turn, each with its number in its stream; the same places again in the next one: the meter is to cost little. */
  readonly #waiting: { stream: Stream; count: number }[] = [];
  #waits = 0;
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
    const ssrc = (((bytes[8] ?? 0) << 24) | ((bytes[9] ?? 0) << 16) | ((bytes[10] ?? 0) << 8) | (bytes[11] ?? 0)) >>> 0;
    const stream = this.#streams.get(ssrc);
    if (stream === undefined) return;
    stream.count += 1;
    if (!this.on) return;
    if (this.#waits === 0) setImmediate(() => this.#leave());
    const place = this.#waiting[this.#waits];
    if (place === undefined) this.#waiting.push({ stream, count: stream.count });
    else [place.stream, place.count] = [stream, stream.count];
    this.#waits += 1;
  }

  #leave(): void {
    const nowMs = performance.now();
    for (const { stream, count } of this.#waiting.slice(0, this.#waits)) {
      stream.offsets.push(nowMs - count * PACKET_MS);
      stream.together = nowMs - stream.lastMs < 1 ? stream.together + 1 : 1;
      stream.lastMs = nowMs;
      this.#burst = Math.max(this.#burst, stream.together);
    }
    this.#waits = 0;
  }
}
