import type { DatagramPair } from '../../../src/headend/stream/datagram-socket.ts';
import { PACKET_MS } from '../../../src/units/time.ts';
import type { Lateness } from './bench-session.ts';

/** More packets of one stream than leave in what is measured, where nothing is held back. */
const SPARE_PACKETS = 100;

interface Stream {
  count: number;
  lastMs: number;
  together: number;
  /** Beside the heap: what the meter keeps is not to make the collector of memory work more. */
  readonly offsets: Float64Array;
  measured: number;
}

/** When each packet of each stream left, against the line through its most punctual one. */
export class PaceMeter {
  readonly #streams = new Map<number, Stream>();
  /** Of this turn, each with its number in its stream; the same places again in the next one: the meter is to cost little. */
  readonly #waiting: { stream: Stream; count: number }[] = [];
  #waits = 0;
  #burst = 0;
  readonly #packets: number;
  #over = false;

  /** @param seconds that will be measured */
  constructor(seconds: number) {
    this.#packets = (1_000 * seconds) / PACKET_MS + SPARE_PACKETS;
  }

  /** A stream whose packets count; those that are sent again have a name of their own. */
  add(ssrc: number): void {
    this.#streams.set(ssrc, { count: 0, lastMs: 0, together: 0, offsets: new Float64Array(this.#packets), measured: 0 });
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

  /** Now begins what is measured. Before, all is done just the same: a branch that is taken for the first time has the engine compile the way to it anew. */
  begin(): void {
    for (const stream of this.#streams.values()) stream.measured = 0;
    this.#burst = 0;
  }

  end(): void {
    this.#over = true;
  }

  lateness(): { readonly lateMs: Lateness; readonly burstPackets: number } {
    const late = [...this.#streams.values()].flatMap(({ offsets, measured }) => {
      const known = offsets.subarray(0, Math.min(measured, offsets.length));
      const best = known.reduce((least, offset) => Math.min(least, offset), Number.POSITIVE_INFINITY);
      return Array.from(known, (offset) => offset - best);
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
    if (this.#waits === 0) setImmediate(() => this.#leave());
    const place = this.#waiting[this.#waits];
    if (place === undefined) this.#waiting.push({ stream, count: stream.count });
    else [place.stream, place.count] = [stream, stream.count];
    this.#waits += 1;
  }

  #leave(): void {
    const nowMs = performance.now();
    for (let place = 0; place < this.#waits; place += 1) {
      const waiting = this.#waiting[place];
      if (waiting === undefined) continue;
      const { stream, count } = waiting;
      stream.offsets[stream.measured % stream.offsets.length] = nowMs - count * PACKET_MS;
      stream.measured += this.#over ? 0 : 1;
      stream.together = nowMs - stream.lastMs < 1 ? stream.together + 1 : 1;
      stream.lastMs = nowMs;
      this.#burst = Math.max(this.#burst, stream.together);
    }
    this.#waits = 0;
  }
}
