import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import type { SegmentStore } from '../../src/ports/segment-store.ts';
import { encodeSegment, SEGMENT_PACKETS } from '../../src/wire/segment.ts';

/** Segments in memory, by their real names. */
export class MemorySegments implements SegmentStore {
  readonly #held = new Map<string, Uint8Array>();

  async put(bytes: Uint8Array): Promise<string> {
    const name = sha256Hex(bytes);
    this.#held.set(name, bytes);
    return name;
  }

  async get(hash: string): Promise<Uint8Array> {
    const bytes = this.#held.get(hash);
    if (bytes === undefined) throw new Error(`segment ${hash} is missing`);
    return bytes;
  }

  async has(hash: string): Promise<boolean> {
    return this.#held.has(hash);
  }

  async size(hash: string): Promise<number | null> {
    return this.#held.get(hash)?.length ?? null;
  }

  async remove(hash: string): Promise<void> {
    this.#held.delete(hash);
  }

  /** Cuts packets into segments; returns their names in order. */
  async putWork(packets: readonly Uint8Array[]): Promise<readonly string[]> {
    const names: string[] = [];
    for (let at = 0; at < packets.length; at += SEGMENT_PACKETS) names.push(await this.put(encodeSegment(packets.slice(at, at + SEGMENT_PACKETS))));
    return names;
  }
}
