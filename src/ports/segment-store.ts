/** Immutable, content-addressed segments (about 5 s of packets each) and covers, named by SHA-256 in hex. */
export interface SegmentStore {
  /** Durable (file and folder synced) before it resolves; the same bytes give the same name. */
  put(bytes: Uint8Array): Promise<string>;
  /** Checks the hash; rejects where the file is missing or damaged, naming it. */
  get(hash: string): Promise<Uint8Array>;
  has(hash: string): Promise<boolean>;
  /** Bytes; null where it is missing. */
  size(hash: string): Promise<number | null>;
  remove(hash: string): Promise<void>;
}
